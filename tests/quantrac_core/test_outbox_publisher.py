"""The back-fill lane ends when it is told to, even in the very moment in which an ack arrives."""

import asyncio
from pathlib import Path

from quantrac_core.runtime.clock import SystemClock
from quantrac_core.runtime.outbox.ledger import DeliveryLedger
from quantrac_core.runtime.outbox.publisher import OutboxPublisher
from quantrac_core.runtime.outbox.worker import OutboxWorker
from vision.delivery.camera_outbox import camera_owner
from vision.delivery.event_entries import EventEntries


async def test_a_cancellation_that_meets_a_wake_is_not_swallowed(tmp_path: Path) -> None:
    owner = camera_owner("cam-1")
    outbox = OutboxWorker(tmp_path / "o.sqlite", owner, EventEntries(), history_days=1)
    publisher = OutboxPublisher(
        owner,
        outbox,
        DeliveryLedger(outbox.acknowledged),
        SystemClock(),
        topics={0: "t"},
        is_own=lambda _: True,
        backfill_rate_per_s=10.0,
    )
    lane = asyncio.create_task(publisher.run_backfill())
    await asyncio.sleep(0)
    publisher.connected()
    lane.cancel()
    done, _ = await asyncio.wait({lane}, timeout=5)
    assert done == {lane}
    await outbox.close()
