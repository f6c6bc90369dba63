"""Steps of the wall clock: marked, counted, and never the reason for two scans at one time."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.acquisition.scanner import Origin, Scanner, WatchedChannel
from edge_agent.alarms.bank import AlarmBank
from edge_agent.delivery.station_publisher import station_publisher
from edge_agent.outbox.station_outbox import station_outbox
from edge_agent.quality.judge import QualityJudge
from edge_agent.quality.rules import QualityRules
from edge_agent.station import Station
from quantrac_core.contracts import messages
from quantrac_core.contracts.messages import Scan
from quantrac_core.contracts.quality import State
from quantrac_core.runtime.outbox.ledger import DeliveryLedger
from quantrac_core.runtime.outbox.worker import OutboxWorker
from station_drivers.samples import Sample
from tests.edge_agent.outbox_rows import START_MS, rows_on_disk

POLL_S = 1.0


class SteppedClock:
    """Monotonic time that advances when told, and a wall clock that can be set."""

    def __init__(self) -> None:
        self.monotonic_ms = 1_000_000
        self.offset_ms = START_MS - 1_000_000

    def monotonic(self) -> float:
        return self.monotonic_ms / 1000.0

    def now_ms(self) -> int:
        return self.monotonic_ms + self.offset_ms

    async def sleep(self, seconds: float) -> None:
        self.monotonic_ms += round(seconds * 1000)


class SteadyReader:
    """A device that always answers at once; the subject here is time."""

    async def read(self, budget_s: float) -> dict[str, Sample]:
        return {"cod": Sample(50.0, State.MEASURING, None)}

    def diagnostics(self) -> dict[str, float]:
        return {}


def new_station(folder: Path, clock: SteppedClock) -> tuple[Station, OutboxWorker]:
    outbox = station_outbox(folder / "outbox.sqlite", "s", reserve_bytes=0)
    origin = Origin("s", outbox.outbox_id, "boot")
    alarms = AlarmBank([], POLL_S)
    ledger = DeliveryLedger(outbox.acknowledged)
    watched = [WatchedChannel("cod", "mg/l", QualityJudge(QualityRules(), POLL_S))]
    station = Station(
        origin,
        poll_interval_s=POLL_S,
        heartbeat_s=10.0,
        reader=SteadyReader(),
        scanner=Scanner(origin, watched, alarms),
        alarms=alarms,
        outbox=outbox,
        ledger=ledger,
        publisher=station_publisher("s", outbox, ledger, clock),
        clock=clock,
        clock_synchronised=lambda: True,
    )
    return station, outbox


async def scan_with_steps(folder: Path, steps_ms: list[int]) -> list[Scan]:
    """Scan once a second; before each scan set the wall clock by so much."""
    clock = SteppedClock()
    station, outbox = new_station(folder, clock)
    for step_ms in steps_ms:
        clock.offset_ms += step_ms
        await station.scan()
        clock.monotonic_ms += round(POLL_S * 1000)
    await outbox.close()
    rows = rows_on_disk(folder / "outbox.sqlite")
    return [messages.decode(Scan, row.payload) for row in rows]


async def test_a_step_forward_and_back_is_marked_for_a_minute_and_told(tmp_path: Path) -> None:
    steps = [0] * 5 + [3_600_000] + [0] * 70 + [-3_600_000] + [0] * 70
    scans = await scan_with_steps(tmp_path, steps)
    marks = [scan.clock for scan in scans]
    assert marks[:5] == ["synced"] * 5
    assert marks[5:65] == ["stepped"] * 60
    assert marks[65:76] == ["synced"] * 11
    assert marks[76:136] == ["stepped"] * 60
    assert marks[136:] == ["synced"] * 11
    assert len({scan.at for scan in scans}) == len(scans)


async def test_time_set_back_over_what_was_measured_takes_the_next_free_millisecond(
    tmp_path: Path,
) -> None:
    scans = await scan_with_steps(tmp_path, [0] * 10 + [-5_000] + [0] * 9)
    times = [round(scan.at.timestamp() * 1000) - START_MS for scan in scans]
    assert times[:10] == [number * 1000 for number in range(10)]
    assert times[10:15] == [number * 1000 + 1 for number in range(5, 10)]
    assert times[15:] == [number * 1000 for number in range(10, 15)]


async def test_a_restart_after_the_clock_was_set_back_repeats_no_time(tmp_path: Path) -> None:
    before = await scan_with_steps(tmp_path, [0] * 10)
    both = await scan_with_steps(tmp_path, [3_000] + [0] * 9)
    assert len(both) == len(before) + 10
    assert len({scan.at for scan in both}) == len(both)


@given(steps=st.lists(st.integers(-4_000, 2_000), min_size=2, max_size=40))
@settings(max_examples=25, deadline=None)
def test_no_two_scans_share_a_time_however_the_clock_is_set(
    steps: list[int],
) -> None:

    with tempfile.TemporaryDirectory() as folder:
        scans = asyncio.run(scan_with_steps(Path(folder), steps))
    assert len(scans) == len(steps)
    assert len({scan.at for scan in scans}) == len(scans)
