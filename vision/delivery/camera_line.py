"""One camera's line to the broker: events live and as back-fill, its status, its last will.

A session of its own for each camera: MQTT knows one last will a connection, so with a shared
session the death of the program would be told for one camera only, and the others would look
alive until somebody noticed their silence. A session also keeps one camera's answers, and a
name that is used twice, away from the others.
"""

from typing import Final

import msgspec

from quantrac_core.contracts.camera_messages import CameraEvent, CameraStatus, decode_camera
from quantrac_core.contracts.messages import encode
from quantrac_core.contracts.topics import camera_topic
from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.clock import Clock
from quantrac_core.runtime.mqtt_session import MqttSession, Outgoing
from quantrac_core.runtime.mqtt_settings import MqttSettings
from quantrac_core.runtime.outbox.damage import OutboxDamaged
from quantrac_core.runtime.outbox.ledger import DeliveryLedger
from quantrac_core.runtime.outbox.publisher import OutboxPublisher
from quantrac_core.runtime.tasks import TaskScope
from vision.delivery.camera_outbox import CameraOutbox, camera_owner
from vision.delivery.event_entries import EVENT
from vision.delivery.settings import DeliverySettings

GOODBYE_TIMEOUT_S: Final = 0.5
VANISHED: Final = "vision ended without a goodbye"
STOPPED: Final = "vision was stopped"


class CameraLine:
    """Sends what one camera has to tell; owns its MQTT session, not its outbox.

    Args:
        status: the first status; the last will is made of it.
    """

    def __init__(
        self,
        outbox: CameraOutbox,
        mqtt: MqttSettings,
        settings: DeliverySettings,
        clock: Clock,
        status: CameraStatus,
    ) -> None:
        camera = outbox.camera
        self._outbox = outbox
        self._status = status
        self._is_leaving = False
        self._status_topic = camera_topic(camera, "status")
        self.ledger = DeliveryLedger(
            outbox.worker.acknowledged, ack_timeout_s=settings.ack_timeout_s
        )
        self.publisher = OutboxPublisher(
            camera_owner(camera),
            outbox.worker,
            self.ledger,
            clock,
            topics={EVENT: camera_topic(camera, "events")},
            is_own=self._is_own,
            backfill_rate_per_s=settings.backfill_rate_per_s,
        )
        self.session = MqttSession(
            mqtt,
            client_id=f"quantrac-vision-{camera}",
            subscriptions=[camera_topic(camera, leaf) for leaf in ("ack", "replay", "status")],
            will=Outgoing(self._status_topic, encode(_down(status, VANISHED)), retain=True),
            on_message=self.publisher.received,
            on_connected=self._connected,
            on_disconnected=self.publisher.disconnected,
        )
        self.publisher.use(self.session)

    def _is_own(self, payload: bytes) -> bool:
        return decode_camera(CameraStatus, payload).boot_id == self._outbox.boot_id

    def _connected(self, _session_present: bool) -> None:
        self._publish_status()
        self.publisher.connected()

    def start(self, tasks: TaskScope) -> None:
        """Start the session and the back-fill lane in ``tasks``."""
        camera = self._outbox.camera
        tasks.start(f"mqtt-{camera}", self.session.run)
        fatal = (OutboxDamaged,)
        tasks.start(f"backfill-{camera}", self.publisher.run_backfill, Backoff(), fatal)

    async def send(self, event: CameraEvent, *, awaits_files: bool = False) -> CameraEvent:
        """Store an event, then offer it at once; return it as it was numbered.

        Without a broker, or on a disk that refuses, it goes later by itself.

        Args:
            awaits_files: further files will come, also after its end.

        Raises:
            OutboxDamaged: if the outbox is broken; the next start sets it aside.
        """
        event, durable = await self._outbox.commit(event, awaits_files=awaits_files)
        self.publisher.publish_live(durable)
        return event

    def show(self, status: CameraStatus) -> None:
        """Publish the camera's state, retained; the newest one again after each reconnect."""
        self._status = status
        self._publish_status()

    def _publish_status(self) -> None:
        # The goodbye is retained: nothing may take its place before the session ends.
        if self.session.connected and not self._is_leaving:
            self.session.publish(self._status_topic, encode(self._status), retain=True)

    async def say_goodbye(self) -> None:
        """Tell that the camera is no longer watched; before the session is cancelled."""
        self._is_leaving = True
        goodbye = encode(_down(self._status, STOPPED))
        if self.session.publish(self._status_topic, goodbye, retain=True):
            await self.session.flush(GOODBYE_TIMEOUT_S)


def _down(status: CameraStatus, detail: str) -> CameraStatus:
    return msgspec.structs.replace(
        status, state="down", cause="none", detail=detail, fps=0.0, stream_fps=0.0
    )
