"""A report that could not be made says why, tells people once and is tried again."""

from itertools import pairwise

import pytest

from gateway.database import incidents, reports
from gateway.database.engine import DatabaseUnavailable
from gateway.notification.notifiable import Notifiable
from gateway.report_reminders import ADVICE
from gateway.reports.archive import ArchiveUnavailable
from gateway.reports.desk import ReportDesk
from gateway.reports.failures import LONGEST_WAIT_MS, failure_of
from gateway.reports.word_process import WritingFailed, WritingTooSlow
from gateway.stores.interface import StoreUnavailable
from tests.gateway.report_office import FRIDAY, Office
from tests.gateway.report_samples import WEEK, at_site

EIGHT = at_site(FRIDAY, 8)


async def desk_without_folder(office: Office) -> ReportDesk:
    """Return a desk at eight on Friday whose folder cannot be made: a file is in its place."""
    desk = office.desk(reminds=True)
    await desk.tick()
    office.now_ms = EIGHT
    (office.folder / "reports").write_text("in the way")
    return desk


def told(office: Office) -> list[Notifiable]:
    with office.database.reading() as connection:
        known = incidents.open_incidents(connection, ("reminder",))
    return [one.seen for id, one in known.items() if id.startswith("report-failed:")]


async def test_why_a_report_failed_is_kept_until_an_attempt_goes_well(office: Office) -> None:
    desk = await desk_without_folder(office)
    assert await desk.tick() == []
    failed = (await desk.detail(WEEK.key)).record
    assert (failed.failure, failed.failed_since_ms, failed.failed_times) == ("folder", EIGHT, 1)
    assert "reports" in (failed.failure_detail or "")

    office.now_ms += 60_000
    assert await desk.tick() == []
    again = (await desk.detail(WEEK.key)).record
    assert (again.failed_since_ms, again.failed_at_ms, again.failed_times) == (
        EIGHT,
        EIGHT + 60_000,
        2,
    )

    (office.folder / "reports").unlink()
    office.now_ms += 120_000
    assert await desk.tick() == [WEEK.key]
    made = (await desk.detail(WEEK.key)).record
    assert (made.failure, made.failed_since_ms, made.failed_times) == (None, None, None)
    assert (made.state, made.latest_version) == ("generated", 1)


async def test_a_person_may_try_again_before_the_schedule_does(office: Office) -> None:
    desk = await desk_without_folder(office)
    await desk.tick()
    (office.folder / "reports").unlink()
    assert await desk.tick() == [], "the schedule waits a minute"
    assert (await desk.generate(WEEK.key, "An", "request")).number == 1
    assert (await desk.detail(WEEK.key)).record.failure is None


async def test_the_schedule_waits_longer_after_each_failure_but_never_gives_up(
    office: Office,
) -> None:
    desk = await desk_without_folder(office)
    attempts = []
    for _ in range(6 * 60):
        await desk.tick()
        record = (await desk.detail(WEEK.key)).record
        attempts.append(record.failed_at_ms)
        office.now_ms += 60_000
    times = sorted({at for at in attempts if at is not None})
    waits = [(b - a) // 60_000 for a, b in pairwise(times)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert LONGEST_WAIT_MS == 3_600_000


async def test_people_are_told_once_and_again_when_it_is_there(office: Office) -> None:
    desk = await desk_without_folder(office)
    for _ in range(4):
        await desk.tick()
        office.now_ms += 60_000
    (news,) = told(office)
    assert news.state == "firing"
    assert news.title_vi.startswith("Chưa lập được: Báo cáo tuần từ ngày 13/12 đến ngày 19/12/2024")
    assert "thư mục báo cáo" in news.text_vi
    assert "08:00 ngày 20/12/2024" in news.text_vi

    (office.folder / "reports").unlink()
    office.now_ms += 3_600_000
    assert await desk.tick() == [WEEK.key]
    await desk.tick()
    assert [one.state for one in told(office)] == ["resolved"]


async def test_a_report_that_fails_keeps_no_other_from_being_made(office: Office) -> None:
    desk = office.desk()
    await desk.tick()
    office.now_ms = at_site(FRIDAY, 8) + 7 * 86_400_000
    (office.folder / "reports").mkdir()
    (office.folder / "reports" / WEEK.key).write_text("in the way of this one")
    made = await desk.tick()
    assert WEEK.key not in made
    assert len(made) == 1
    assert (await desk.detail(WEEK.key)).record.failure == "folder"


async def test_what_a_killed_gateway_was_making_is_its_own_to_take_up(office: Office) -> None:
    desk = office.desk("one")
    await desk.tick()
    with office.database.writing() as connection:
        for report, by in ((WEEK.key, "one/dead"), (WEEK.key, "other/alive")):
            reports.release_all(connection, "one")
            taken = reports.claim(connection, report, by, office.now_ms + 60_000, office.now_ms)
            assert taken
    with office.database.writing() as connection:
        reports.release_all(connection, "one")
        assert not reports.claim(connection, WEEK.key, "one/new", office.now_ms, office.now_ms)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (StoreUnavailable("away"), "store"),
        (DatabaseUnavailable("away"), "database"),
        (ArchiveUnavailable("full"), "folder"),
        (WritingTooSlow("240 s"), "too_slow"),
        (WritingFailed("no"), "document"),
        (KeyError("x"), "defect"),
    ],
)
def test_every_failure_has_its_word_and_what_to_do_in_both_languages(
    error: Exception, failure: str
) -> None:
    found, detail = failure_of(error)
    assert found == failure
    assert detail
    assert all(words.endswith(".") for words in ADVICE[found])
