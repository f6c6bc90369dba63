"""Sends the outbox to the centre: the live lane on commit, the back-fill lane in its own task."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence

from quantrac_core.contracts import messages
from quantrac_core.contracts.errors import MessageRejected
from quantrac_core.contracts.messages import Ack, Replay
from quantrac_core.runtime.clock import Clock
from quantrac_core.runtime.mqtt_session import Inbound, MqttSession
from quantrac_core.runtime.outbox.entries import Entry, Owner
from quantrac_core.runtime.outbox.ledger import DeliveryLedger
from quantrac_core.runtime.outbox.worker import OutboxWorker

log = logging.getLogger(__name__)
BURST = 10
"""Most back-fill messages in a row: a live message waits behind them at every hop."""
IDLE_WAIT_S = 1.0
OUTGOING_MOST = 500
MAX_ACK_RANGES = 100
_BACKFILL_END = b',"backfill":true}'


def as_backfill(payload: bytes) -> bytes:
    """Return the JSON of a stored message with ``backfill`` set, without decoding it."""
    return payload[:-1] + _BACKFILL_END


class OutboxPublisher:
    """The two lanes of one outbox over one MQTT session.

    Args:
        topics: where each kind of entry goes.
        is_own: tells whether the payload of a ``status`` under the owner's name is this
            program's; may raise `MessageRejected`.
        backfill_rate_per_s: most back-fill messages a second, so that live data stay quick.
    """

    def __init__(
        self,
        owner: Owner,
        outbox: OutboxWorker,
        ledger: DeliveryLedger,
        clock: Clock,
        *,
        topics: Mapping[int, str],
        is_own: Callable[[bytes], bool],
        backfill_rate_per_s: float,
    ) -> None:
        self._outbox = outbox
        self._ledger = ledger
        self._clock = clock
        self._rate_per_s = backfill_rate_per_s
        self._owner = owner
        self._topics = dict(topics)
        self._is_own = is_own
        self._session: MqttSession | None = None
        self._wake = asyncio.Event()
        self.backfilled = 0
        self.rejected = 0
        self.namesakes = 0
        self._connections = 0

    def use(self, session: MqttSession) -> None:
        """Name the session to publish over; before any of the other calls."""
        self._session = session

    def publish_live(self, entries: Sequence[Entry]) -> None:
        """Offer entries that have just become durable; what does not go waits for back-fill."""
        session = self._session
        if session is None or not session.connected:
            return
        now_s = self._clock.monotonic()
        for entry in entries:
            if session.outgoing >= OUTGOING_MOST:
                return
            if session.publish(self._topics[entry.kind], entry.payload):
                self._ledger.sent(entry.seq, now_s, backfill=False)

    def connected(self) -> None:
        """A session stands: begin with what the centre lacks."""
        self._connections += 1
        self._wake.set()

    def disconnected(self) -> None:
        """The session ended: what was on its way counts as not sent."""
        self._ledger.disconnected()

    def received(self, message: Inbound) -> None:
        """Take an ``ack`` or a ``replay`` of the centre, or a ``status`` under this name."""
        message.ack()
        leaf = message.topic.rpartition("/")[2]
        try:
            if leaf == "ack":
                self._take_ack(messages.decode(Ack, message.payload))
            elif leaf == "replay":
                self._take_replay(messages.decode(Replay, message.payload))
            elif leaf == "status":
                self._take_status(message.payload, message.retain)
        except MessageRejected as error:
            self.rejected += 1
            log.warning("refused a message on %s: %s", message.topic, error)

    def _take_ack(self, ack: Ack) -> None:
        newest = self._outbox.newest_seq
        if (
            ack.outbox_id != self._outbox.outbox_id
            or len(ack.above) > MAX_ACK_RANGES
            or not 0 <= ack.durable_seq <= newest
            or not all(0 < first <= last <= newest for first, last in ack.above)
        ):
            self.rejected += 1
            log.warning("refused an ack that does not fit outbox %s", self._outbox.outbox_id)
            return
        if self._ledger.acked(ack.durable_seq, ack.above):
            self._wake.set()

    def _take_replay(self, replay: Replay) -> None:
        newest = self._outbox.newest_seq
        if replay.outbox_id != self._outbox.outbox_id or not (
            1 <= replay.from_seq <= min(replay.to_seq, newest)
        ):
            self.rejected += 1
            log.warning("refused a replay that does not fit outbox %s", self._outbox.outbox_id)
            return
        log.info("the centre asks for %d … %d again", replay.from_seq, replay.to_seq)
        self._ledger.replay(replay.from_seq, min(replay.to_seq, newest))
        self._wake.set()

    def _take_status(self, payload: bytes, retained: bool) -> None:
        # A first connection may find what the machine before this one has left behind; later
        # ones find this outbox's own birth, unless somebody else has spoken in between.
        if self._is_own(payload) or (retained and self._connections < 2):
            return
        self.namesakes += 1
        log.warning(
            "another %s speaks as %s %s: give one of the two an id of its own", *self._owner
        )

    async def run_backfill(self) -> None:
        """Send what the centre lacks, oldest first, until cancelled."""
        while True:
            # In every round: acks of live data keep coming while a message among them is lost.
            began_s = self._clock.monotonic()
            self._ledger.expire(began_s)
            sent = await self._send_chunk()
            if sent:
                due_s = began_s + sent / self._rate_per_s
                await self._clock.sleep(max(0.0, due_s - self._clock.monotonic()))
                continue
            self._wake.clear()
            # Not asyncio.wait_for: before Python 3.12 it swallows a cancellation that meets an ack.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE_WAIT_S):
                    await self._wake.wait()

    async def _send_chunk(self) -> int:
        """Send one chunk; return how many messages went out."""
        session = self._session
        if session is None or not session.connected or session.outgoing >= OUTGOING_MOST:
            return 0
        span = self._ledger.next_backfill(self._outbox.newest_seq, BURST)
        if span is None:
            return 0
        entries = await self._outbox.read(*span, BURST)
        now_s = self._clock.monotonic()
        sent = 0
        for entry in entries:
            if not session.publish(self._topics[entry.kind], as_backfill(entry.payload)):
                self._ledger.disconnected()
                break
            self._ledger.sent(entry.seq, now_s, backfill=True)
            sent += 1
        self.backfilled += sent
        return sent
