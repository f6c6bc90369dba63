"""Takes every MQTT message in, sends it down its lane, and acknowledges what is durable."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from gateway.database.engine import Database
from gateway.database.outboxes import OutboxKey, OutboxState
from gateway.database.sources import is_camera_source
from gateway.ingest.admission import Admission
from gateway.ingest.answers import Answers, Publish
from gateway.ingest.camera_admission import CameraAdmission
from gateway.ingest.camera_commits import CameraCommits
from gateway.ingest.camera_intake import CameraIntake, CameraListener
from gateway.ingest.commits import Commits
from gateway.ingest.lane import Lane
from gateway.ingest.ledger import SequenceLedger
from gateway.ingest.refusals import Inbound, Refusals
from gateway.ingest.station_intake import Listener, StationIntake
from gateway.metrics import GatewayMetrics
from gateway.settings import IngestSettings
from gateway.stores.interface import Store
from quantrac_core.contracts.topics import parse_camera_topic

BUSY_AFTER_S: Final = 2.0


class Pipeline:
    """Message in, durable row and acknowledgement out.

    Args:
        publish: hands a message to the broker.
        listener: hears of everything that stations said.
        camera_listener: hears of everything that cameras said.
    """

    def __init__(
        self,
        settings: IngestSettings,
        admission: Admission,
        camera_admission: CameraAdmission,
        ledger: SequenceLedger,
        store: Store,
        database: Database,
        metrics: GatewayMetrics,
        publish: Publish,
        listener: Listener,
        camera_listener: CameraListener,
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._listener = listener
        commits = Commits(store, database)
        self.answers = Answers(ledger, database, metrics, publish, self._moved)
        self.refusals = Refusals(commits, metrics, self._closed_by_refusal)
        self.stations = StationIntake(
            settings,
            admission,
            ledger,
            store,
            commits,
            metrics,
            self.answers,
            self.refusals,
            listener,
        )
        self.cameras = CameraIntake(
            settings,
            camera_admission,
            ledger,
            CameraCommits(database),
            metrics,
            self.answers,
            self.refusals,
            camera_listener,
        )
        self.lanes: tuple[Lane[Any, Any], ...] = (
            self.stations.scans,
            self.stations.alarms,
            self.stations.presence,
            self.cameras.events,
            self.cameras.presence,
            self.refusals.lane,
        )

    def take(self, message: Inbound) -> None:
        """Take in one message from the broker; never blocks and never raises."""
        self._metrics.message(message.topic, len(message.payload))
        of_camera = parse_camera_topic(message.topic) is not None
        taken = self.cameras.take(message) if of_camera else self.stations.take(message)
        if not taken:
            # Unacknowledged it would hold up all later ones; what has a number is asked for again.
            self._metrics.not_taken.inc()
            message.ack()

    def failures(self) -> tuple[str, str]:
        """Return why the store and why the database take nothing; empty where they do."""
        of_database = [lane.failure for lane in self.lanes if lane is not self.stations.scans]
        return self.stations.scans.failure, next(filter(None, of_database), "")

    def _moved(self, sources: set[str]) -> None:
        self._listener.completeness_changed(
            {source for source in sources if not is_camera_source(source)}
        )

    def _closed_by_refusal(self, states: Mapping[OutboxKey, OutboxState]) -> None:
        if states:
            self._listener.numbers_lost()
        self.answers.merged(states)

    async def acknowledge(self) -> None:
        """Publish the acknowledgements that are due, for ever."""
        await self.answers.acknowledge(self._settings.ack_interval_ms / 1000)

    async def ask_for_gaps(self) -> None:
        """Ask for what is missing, for ever, within bounds."""
        await self.answers.ask_for_gaps(self._busy)

    def _busy(self) -> bool:
        return any(lane.oldest_age_s() > BUSY_AFTER_S for lane in self.lanes)

    async def drain(self, timeout_s: float) -> None:
        """Give what is queued ``timeout_s`` to become durable; the rest is delivered again."""
        await asyncio.gather(*(lane.drain(timeout_s) for lane in self.lanes))
        self.answers.publish_acks()

    def close(self) -> None:
        """End the threads."""
        for lane in self.lanes:
            lane.close()
        self.stations.settling.close()
        self.answers.close()
