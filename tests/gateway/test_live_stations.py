"""What the register of stations shows as newest, also when clocks and brokers misbehave."""

from datetime import UTC, datetime, timedelta

from gateway.live.stations import Stations
from quantrac_core.contracts.messages import Reading, Scan
from quantrac_core.contracts.quality import Quality, State

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def scan(seq: int, at: datetime, value: float, outbox: str = "o", backfill: bool = False) -> Scan:
    return Scan(
        station="s",
        outbox_id=outbox,
        boot_id="b",
        seq=seq,
        at=at,
        clock="stepped",
        readings=[Reading("cod", value, "mg/l", State.MEASURING, Quality.GOOD)],
        backfill=backfill,
    )


def shown(stations: Stations) -> float | None:
    now = stations.get("s")
    assert now is not None
    return now.latest["cod"].reading.v


def test_a_clock_that_was_set_back_does_not_freeze_the_newest_value() -> None:
    stations = Stations(["s"])
    stations.on_scan(scan(1, NOON, 1.0), 0.0, 0)
    stations.on_scan(scan(2, NOON - timedelta(hours=1), 2.0), 1.0, 1000)
    assert shown(stations) == 2.0


def test_a_scan_delivered_again_does_not_come_back_as_the_newest() -> None:
    stations = Stations(["s"])
    stations.on_scan(scan(1, NOON, 1.0), 0.0, 0)
    stations.on_scan(scan(2, NOON + timedelta(seconds=1), 2.0), 1.0, 1000)
    stations.on_scan(scan(1, NOON, 1.0), 2.0, 2000)
    assert shown(stations) == 2.0


def test_a_new_disk_begins_its_numbers_anew_and_is_shown() -> None:
    stations = Stations(["s"])
    stations.on_scan(scan(900, NOON, 1.0), 0.0, 0)
    stations.on_scan(scan(1, NOON + timedelta(seconds=1), 2.0, outbox="new"), 1.0, 1000)
    assert shown(stations) == 2.0


def test_back_fill_proves_life_and_changes_no_newest_value() -> None:
    stations = Stations(["s"])
    stations.on_scan(scan(2, NOON, 2.0), 0.0, 0)
    stations.on_scan(scan(3, NOON, 3.0, backfill=True), 1.0, 1000)
    assert shown(stations) == 2.0
