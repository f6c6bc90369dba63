"""SIGKILL while a report is being written: the list is right, no half file, made once."""

import contextlib
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from gateway.database import births
from gateway.database.engine import Database
from gateway.reports.period import SITE_ZONE, WEEKDAYS, Period, week_of
from gateway.stores.interface import StoredScan
from gateway.stores.sqlite import SqliteStore
from quantrac_core.contracts.messages import Reading
from quantrac_core.contracts.quality import Quality, State
from tests.gateway.report_samples import birth
from tests.peers.gateway import REPORT_FORM, Api, embedded_config, gateway
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import Process, running, until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


class Centre:
    """A gateway whose weekly report fell due last midnight, with a week of readings."""

    def __init__(self, folder: Path, broker_port: int) -> None:
        today = datetime.now(UTC).astimezone(SITE_ZONE).date()
        yesterday = today - timedelta(days=1)
        weekly = {
            "week_begins": WEEKDAYS[today.weekday()],
            "generate_on": WEEKDAYS[yesterday.weekday()],
            "generate_at": "00:00",
            "deadline_on": WEEKDAYS[(today + timedelta(days=2)).weekday()],
        }
        self.week: Period = week_of(yesterday, WEEKDAYS[today.weekday()])
        self.folder = folder / "reports"
        reports = {
            "path": str(self.folder),
            "form": str(REPORT_FORM),
            "weekly": weekly,
            "monthly": {"enabled": False},
        }
        config = embedded_config(folder, broker_port, reports=reports)
        _fill(folder, self.week)
        self.process: Process = gateway(folder, config)
        self.api = Api(config["http"]["port"])

    def report(self) -> dict[str, Any]:
        """Return the report of the last week as the API lists it; nothing before it is there."""
        with contextlib.suppress(OSError):
            for one in self.api.get("/reports")["reports"]:
                if one["id"] == self.week.key:
                    return dict(one)
        return {}

    def versions(self) -> list[dict[str, Any]]:
        """Return its versions, newest first."""
        found: list[dict[str, Any]] = self.api.get(f"/reports/{self.week.key}")["versions"]
        return found

    def files(self) -> list[Path]:
        """Return what is in the reports' folder under a name that could be handed out."""
        return sorted(self.folder.rglob("*.docx"))

    def writer(self) -> int | None:
        """Return the process that writes the gateway's document, where there is one."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        children = []
        with contextlib.suppress(OSError):
            children = [int(pid) for pid in task.read_text().split()]
        # asyncio starts processes from the main thread; other threads start none.
        for pid in children:
            with contextlib.suppress(OSError):
                if b"gateway.reports.word" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
        return None


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    with running(Mosquitto(tmp_path)) as broker:
        assert broker.port is not None
        made = Centre(tmp_path, broker.port)
        yield made
        made.process.kill()


@pytest.mark.parametrize("kills_writer", [True, False], ids=["with-writer", "without-writer"])
def test_a_gateway_killed_while_it_writes_makes_the_report_once_afterwards(
    centre: Centre, kills_writer: bool
) -> None:
    centre.process.start()
    writer = until(centre.writer, told_by=centre.process.log)
    centre.process.kill()
    if kills_writer:
        with contextlib.suppress(ProcessLookupError):
            os.kill(writer, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{writer}").exists() or _is_zombie(writer))
    assert centre.files() == []

    centre.process.start()
    made = until(lambda: _generated(centre), 60.0, told_by=centre.process.log)
    assert (made["latest_version"], made["failure"]) == (1, None)
    (version,) = centre.versions()
    assert version["reason"] == "schedule"
    path = f"/api/v1/reports/{centre.week.key}/versions/1/report.docx"
    status, content, _ = centre.api.binary(path)
    assert (status, sha256(content).hexdigest()) == (200, version["sha256"])
    assert len(centre.files()) == 1

    centre.process.kill()
    centre.process.start()
    assert until(lambda: _generated(centre))["latest_version"] == 1
    status, second = centre.api.post(f"/reports/{centre.week.key}/generate", {})
    assert (status, second["number"]) == (200, 2), second
    assert [one["reason"] for one in centre.versions()] == ["request", "schedule"]


def test_a_file_that_became_no_version_is_not_offered_and_does_not_count(centre: Centre) -> None:
    orphan = centre.folder / centre.week.key / "v1-0123456789ab.docx"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"PK half a version")
    long_ago_s = datetime.now(UTC).timestamp() - 7_200
    os.utime(orphan, (long_ago_s, long_ago_s))
    centre.process.start()
    made = until(lambda: _generated(centre), 60.0, told_by=centre.process.log)
    assert made["latest_version"] == 1
    assert orphan not in centre.files()
    assert len(centre.files()) == 1


def _generated(centre: Centre) -> dict[str, Any]:
    found = centre.report()
    return found if found.get("latest_version") else {}


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _fill(folder: Path, week: Period) -> None:
    store = SqliteStore(folder / "readings.db")
    store.write(
        [
            StoredScan(
                "thanh-hai",
                week.from_ms + hour * 3_600_000,
                hour + 1,
                hour + 1,
                False,
                0,
                [
                    Reading("cod", 50.0 + hour % 11, "mg/l", State.MEASURING, Quality.GOOD),
                    Reading("ph", 7.0, "", State.MEASURING, Quality.GOOD),
                ],
            )
            for hour in range(168)
        ]
    )
    store.close()
    database = Database(f"sqlite:///{folder}/gateway.db")
    with database.writing() as connection:
        births.keep(connection, birth(), week.from_ms)
    database.close()
