"""A monthly report at full size: wall time, memory and bytes of 20 stations with 8 channels.

A month of one-minute values, 5,000 alarms and 2,000 security events are written by a process of
their own; another one makes the report as the gateway does, so that its memory is the report's.
"""

import argparse
import asyncio
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from benchmarks.figures import load_line, verdict
from gateway.database import alarms, births, events
from gateway.database.engine import Database
from gateway.reports.desk import ReportDesk
from gateway.reports.period import month_of
from gateway.reports.settings import ReportSettings
from gateway.stores.interface import StoredScan
from gateway.stores.sqlite import SqliteStore
from quantrac_core.config.load import validate
from quantrac_core.contracts.camera_messages import CameraEvent
from quantrac_core.contracts.messages import (
    AlarmTransition,
    Channel,
    Limit,
    Reading,
    StationStatus,
    utc_from_ms,
)
from quantrac_core.contracts.quality import Quality, State

MONTH = month_of(date(2026, 10, 15))
CHANNELS = ("tss", "cod", "ph", "temp", "nh4_n", "do", "flow_in", "flow_out")
LIMITED = ("tss", "cod", "ph", "nh4_n")
ALARMS, EVENTS, CAMERAS = 5_000, 2_000, 12
MINUTE_MS = 60_000
WALL_MOST_S, FILE_MOST_MB = 60.0, 20.0
MINUTES = (MONTH.to_ms - MONTH.from_ms) // MINUTE_MS
FILL = """
WITH RECURSIVE minute(m) AS (SELECT 0 UNION ALL SELECT m + 1 FROM minute WHERE m + 1 < :minutes),
value(series, at_ms, s, v) AS (
    SELECT id, :from_ms + m * 60000, m % 10080 < 45,
        40 + id % 8 * 3 + 24 * abs(m % (1400 + id * 10) / (700.0 + id * 5) - 1)
        + m * 7919 % 97 / 50.0
    FROM series, minute WHERE (m + station * 1234) % 4321 > station * 13 % 300)
INSERT OR IGNORE INTO rollup_60
SELECT series, at_ms, s = 0, iif(s = 0, v, 0), iif(s = 0, v, NULL), iif(s = 0, v, NULL), s, 0
FROM value
"""
FORM = Path(__file__).parents[1] / "configs" / "reports.yaml"


def main() -> int:
    """Fill, make, print; return 1 where a bound is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stations", type=int, default=20)
    parser.add_argument("--keep", type=Path, help="folder that keeps data and documents")
    parser.add_argument("--step", choices=["fill", "make"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step == "fill":
        fill(options.folder, options.stations)
        return 0
    if options.step == "make":
        print(json.dumps(asyncio.run(make(options.folder))))
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "gateway.db").exists():
            _step("fill", folder, options.stations)
        figures = json.loads(_step("make", folder, options.stations))
    return show(figures, options.stations)


def _step(step: str, folder: Path, stations: int) -> str:
    command = [sys.executable, "-m", "benchmarks.month_report", "--step", step]
    command += ["--folder", str(folder), "--stations", str(stations)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def show(figures: dict[str, float], stations: int) -> int:
    """Print the figures; return 1 where a bound is not kept."""
    values = stations * len(CHANNELS) * MINUTES
    print(f"{stations} stations x {len(CHANNELS)} channels, {values:,} one-minute values,")
    print(f"{ALARMS:,} alarms, {EVENTS:,} events of {CAMERAS} cameras; {load_line()}")
    wall = verdict(figures["wall_s"], WALL_MOST_S)
    size = verdict(figures["file_mb"], FILE_MOST_MB)
    for name, figure, unit, more in (
        ("wall time, all", "wall_s", "s", f"(<= {WALL_MOST_S:g} s: {wall})"),
        ("  figures and words", "gather_s", "s", "(a preview)"),
        ("CPU of the gateway", "cpu_s", "s", ""),
        ("CPU of the writer", "writer_cpu_s", "s", ""),
        ("peak memory, gateway", "peak_mb", "MB", f"({figures['before_mb']:.0f} MB before)"),
        ("peak memory, writer", "writer_peak_mb", "MB", ""),
        ("document", "file_mb", "MB", f"(<= {FILE_MOST_MB:g} MB: {size})"),
        ("kept letter", "letter_mb", "MB", ""),
    ):
        print(f"{name:24}{figures[figure]:8.1f} {unit:3} {more}".rstrip())
    return int("MISSED" in wall + size)


async def make(folder: Path) -> dict[str, float]:
    """Make a preview, then the report; return the figures."""
    document = {"path": str(folder / "reports"), "form": str(FORM), "generate_timeout_s": 1_800}
    settings = validate(document, ReportSettings, "benchmark")
    store = SqliteStore(folder / "readings.db")
    database = Database(f"sqlite:///{folder}/gateway.db")
    desk = ReportDesk(settings, store, database, [], [], lambda: MONTH.to_ms + MINUTE_MS)
    await desk.open(MONTH)
    before_mb = _peak_mb(resource.RUSAGE_SELF)
    began_s, cpu_s = time.monotonic(), time.process_time()
    version = await desk.generate(MONTH.key, "benchmark", "request")
    wall_s, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
    peak_mb = _peak_mb(resource.RUSAGE_SELF)
    began_s = time.monotonic()
    letter = await desk.preview(MONTH.key)
    gather_s = time.monotonic() - began_s
    writer = resource.getrusage(resource.RUSAGE_CHILDREN)
    desk.close()
    store.close()
    database.close()
    return {
        "wall_s": wall_s,
        "gather_s": gather_s,
        "cpu_s": cpu_s,
        "writer_cpu_s": writer.ru_utime + writer.ru_stime,
        "before_mb": before_mb,
        "peak_mb": peak_mb,
        "writer_peak_mb": _peak_mb(resource.RUSAGE_CHILDREN),
        "file_mb": version.size_bytes / 1e6,
        "letter_mb": len(msgspec.json.encode(letter)) / 1e6,
    }


def fill(folder: Path, stations: int) -> None:
    """Write the month: stations with outages and calibrations, alarms, events."""
    names = [f"tram-{number + 1:02d}" for number in range(stations)]
    _fill_store(folder / "readings.db", names)
    database = Database(f"sqlite:///{folder}/gateway.db")
    with database.writing() as connection:
        for number, name in enumerate(names):
            births.keep(connection, _birth(name, number), MONTH.from_ms)
    random = Random(7)
    with database.writing() as connection:
        for _ in range(ALARMS):
            for transition in _alarm(random, stations):
                alarms.apply_transition(connection, transition, MONTH.to_ms)
        for number in range(EVENTS):
            events.apply_event(connection, _event(random, number), MONTH.to_ms)
    database.close()


def _fill_store(path: Path, names: list[str]) -> None:
    """Write the one-minute roll-ups, which are what a report reads, straight into the file."""
    store = SqliteStore(path)
    good = [Reading(name, 50.0, "mg/l", State.MEASURING, Quality.GOOD) for name in CHANNELS]
    store.write([StoredScan(name, MONTH.from_ms, 1, 1, False, 0, good) for name in names])
    store.close()
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(FILL, {"from_ms": MONTH.from_ms, "minutes": MINUTES})


def _birth(name: str, number: int) -> StationStatus:
    return StationStatus(
        station=name,
        state="online",
        boot_id="b",
        outbox_id="o",
        started_at=utc_from_ms(MONTH.from_ms),
        name_vi=f"Trạm quan trắc số {number + 1:02d}",
        kind="stack" if number % 4 == 3 else "wastewater",
        poll_interval_s=60.0,
        channels=[
            Channel(
                channel,
                "mg/l",
                channel.upper().replace("_", "-"),
                limits=[Limit("limit", "high", 75.0)] if channel in LIMITED else [],
            )
            for channel in CHANNELS
        ],
    )


def _alarm(random: Random, stations: int) -> list[AlarmTransition]:
    at_ms = random.randrange(MONTH.from_ms, MONTH.to_ms - 7_200_000)
    channel = random.choice(LIMITED)
    common: dict[str, Any] = {
        "station": f"tram-{random.randrange(stations) + 1:02d}",
        "outbox_id": "o",
        "boot_id": "b",
        "channel": channel,
        "alarm": f"{channel}.high.limit",
        "level": "limit",
        "side": "high",
        "basis": "value",
        "limit": 75.0,
        "unit": "mg/l",
        "since": utc_from_ms(at_ms),
    }
    returned_ms = at_ms + random.randrange(60_000, 7_200_000)
    return [
        AlarmTransition(
            **common,
            seq=1,
            transition=transition,  # type: ignore[arg-type]
            value=75.0 + random.random() * 40,
            at=utc_from_ms(when_ms),
        )
        for transition, when_ms in (("raised", at_ms), ("returned", returned_ms))
    ]


def _event(random: Random, number: int) -> CameraEvent:
    at = utc_from_ms(random.randrange(MONTH.from_ms, MONTH.to_ms - 600_000))
    camera = f"cam-{number % CAMERAS + 1:02d}"
    return CameraEvent(
        camera=camera,
        outbox_id="o",
        boot_id="b",
        seq=number + 1,
        at=at,
        clock="synced",
        id=f"{camera}-{number}",
        phase="end",
        revision=1,
        rule=f"quy-tac-{number % 3}",
        kind="intrusion",
        label="person",
        score=0.8,
        zone="san",
        began_at=at,
        ended_at=at,
        name_vi=f"Quy tắc {number % 3}",
    )


def _peak_mb(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
