"""The two lanes of a station: which topics they use and whose birth is its own."""

from edge_agent.outbox.kinds import ALARM, SCAN
from edge_agent.outbox.station_outbox import station_owner
from quantrac_core.contracts import messages
from quantrac_core.contracts.messages import StationStatus
from quantrac_core.contracts.topics import station_topic
from quantrac_core.runtime.clock import Clock
from quantrac_core.runtime.outbox.ledger import DeliveryLedger
from quantrac_core.runtime.outbox.publisher import OutboxPublisher
from quantrac_core.runtime.outbox.worker import OutboxWorker


def station_publisher(
    station: str,
    outbox: OutboxWorker,
    ledger: DeliveryLedger,
    clock: Clock,
    *,
    backfill_rate_per_s: float = 500.0,
) -> OutboxPublisher:
    """Return the publisher of a station's outbox."""

    def is_own(status: bytes) -> bool:
        return messages.decode(StationStatus, status).outbox_id == outbox.outbox_id

    return OutboxPublisher(
        station_owner(station),
        outbox,
        ledger,
        clock,
        topics={ALARM: station_topic(station, "alarms"), SCAN: station_topic(station, "readings")},
        is_own=is_own,
        backfill_rate_per_s=backfill_rate_per_s,
    )
