"""From draft to sent, on both databases; on time, once, and whole or not at all."""

import asyncio
import io
import signal
import sys
from datetime import date
from pathlib import Path

import pytest
from docx import Document

from gateway.database import camera_spans, incidents, reports
from gateway.database.engine import Database
from gateway.database.report_sections import SectionChanged
from gateway.database.reports import ReportClosed
from gateway.report_reminders import ReportReminders
from gateway.reports.archive import DamagedFile
from gateway.reports.camera_statistics import StateSpan
from gateway.reports.desk import BeingGenerated, NoSuchReport
from gateway.reports.period import after
from gateway.reports.reminders import still_owed, take_due
from gateway.reports.section_values import WrongValue
from quantrac_core.contracts.camera_messages import CameraStatus
from quantrac_core.contracts.messages import utc_from_ms
from tests.gateway.report_office import FRIDAY, THURSDAY, Office
from tests.gateway.report_samples import WEEK, at_site, filled_store
from tests.peers.process import until

VALUES: dict[str, object] = {"moi": 835.0, "loi": "ổn định"}


async def test_a_report_lives_from_draft_to_sent(office: Office) -> None:
    desk = office.desk()
    assert await desk.tick() == []
    (draft,) = await desk.newest(5)
    assert (draft.id, draft.state) == (WEEK.key, "draft")
    kept = await desk.change_section(WEEK.key, "ho_so", VALUES, "", 0, "An")
    assert (kept.revision, kept.kept.state, kept.kept.by) == (1, "handed_in", "An")

    office.now_ms = at_site(FRIDAY, 8)
    assert await desk.tick() == [WEEK.key]
    assert await desk.tick() == []
    issued = await desk.generate(WEEK.key, "An", "issue", ("128", "2024-12-20"))
    assert issued.number == 2
    _, content = await desk.file(WEEK.key, 2)
    head = Document(io.BytesIO(content)).tables[0].rows[1].cells[0]
    assert head.paragraphs[0].text == "Số: 128/ĐTTM"
    with pytest.raises(ReportClosed):
        await desk.generate(WEEK.key, "An", "request")
    with pytest.raises(ReportClosed):
        await desk.change_section(WEEK.key, "ho_so", VALUES, "", 1, "An")

    office.now_ms = at_site(FRIDAY, 15)
    sent = await desk.note_sent(WEEK.key, "An", "thư điện tử")
    assert (sent.state, sent.is_late(office.now_ms)) == ("sent", False)
    with pytest.raises(ReportClosed):
        await desk.note_sent(WEEK.key, "An", "")


async def test_a_report_that_was_not_sent_in_time_is_late(office: Office) -> None:
    desk = office.desk()
    await desk.tick()
    (record, *_) = await desk.newest(5)
    assert not record.is_late(at_site(FRIDAY, 15, 59))
    assert record.is_late(at_site(FRIDAY, 16, 1))


async def test_two_gateways_generate_a_scheduled_report_once(office: Office) -> None:
    one, other = office.desk(), office.desk()
    await one.tick()
    office.now_ms = at_site(FRIDAY, 8)
    made = await asyncio.gather(one.tick(), other.tick())
    assert sorted(made) == [[], [WEEK.key]]
    assert [v.number for v in (await one.detail(WEEK.key)).versions] == [1]


async def test_what_was_missed_while_nothing_ran_is_caught_up(office: Office) -> None:
    await office.desk().tick()
    office.now_ms = at_site(date(2024, 12, 28), 10)
    assert await office.desk().tick() == [after(WEEK).key, WEEK.key]


async def test_the_next_week_begins_with_this_weeks_values(office: Office) -> None:
    desk = office.desk()
    await desk.tick()
    await desk.change_section(WEEK.key, "ho_so", VALUES, "chỉ tuần này", 0, "An")
    office.now_ms = at_site(FRIDAY, 17)
    following = await desk.open(after(WEEK))
    kept = (await desk.detail(following.id)).sections["ho_so"].kept
    assert (kept.state, kept.values, kept.text) == ("carried", VALUES, "")


async def test_of_two_people_who_change_a_section_the_second_is_told(office: Office) -> None:
    desk = office.desk()
    await desk.tick()
    await desk.change_section(WEEK.key, "ho_so", VALUES, "", 0, "An")
    with pytest.raises(SectionChanged):
        await desk.change_section(WEEK.key, "ho_so", {"moi": 1.0}, "", 0, "Bình")


async def test_figures_from_the_data_can_only_be_annotated(office: Office) -> None:
    desk = office.desk()
    await desk.tick()
    with pytest.raises(WrongValue):
        await desk.change_section(WEEK.key, "quan_trac", {"cod": 1.0}, "", 0, "An")
    await desk.change_section(WEEK.key, "quan_trac", {}, "trạm bảo trì ngày 15", 0, "An")
    letter = await desk.preview(WEEK.key)
    assert "Ghi chú: trạm bảo trì ngày 15" in str(letter)
    with pytest.raises(NoSuchReport):
        await desk.change_section(WEEK.key, "khac", {}, "", 0, "An")


async def test_whoever_owes_a_section_is_reminded_until_it_is_in(office: Office) -> None:
    desk = office.desk()
    await desk.tick()
    form = desk.settings.form
    office.now_ms = at_site(THURSDAY, 17)
    with office.database.writing() as connection:
        due = take_due(connection, form, office.now_ms)
        assert {(one.owner, one.section) for one in due} == {
            ("mot-cua", "ho_so"),
            ("phan-anh", "phan_anh"),
        }
        assert take_due(connection, form, office.now_ms) == []
    await desk.change_section(WEEK.key, "ho_so", VALUES, "", 0, "An")
    with office.database.writing() as connection:
        due = take_due(connection, form, at_site(FRIDAY, 13))
        assert not still_owed(connection, form, WEEK.key, "ho_so")
    assert [one.owner for one in due] == ["phan-anh"]


async def test_a_reminder_is_announced_once_and_ends_when_the_section_is_in(
    office: Office,
) -> None:
    desk = office.desk()
    await desk.tick()
    reminders = ReportReminders(desk.settings.form, office.database)
    for _ in range(2):
        reminders.remind(at_site(THURSDAY, 17))
    await desk.change_section(WEEK.key, "ho_so", VALUES, "", 0, "An")
    reminders.remind(at_site(THURSDAY, 18))
    with office.database.reading() as connection:
        told = incidents.open_incidents(connection, ("reminder",)).values()
    states = {one.seen.id.split("/")[1]: one.seen.state for one in told}
    assert states == {"ho_so": "resolved", "phan_anh": "firing"}


async def test_a_claim_keeps_others_out_and_ends_by_itself(office: Office) -> None:
    desk = office.desk()
    await desk.tick()
    with office.database.writing() as connection:
        assert reports.claim(connection, WEEK.key, "dead", office.now_ms + 60_000, office.now_ms)
    with pytest.raises(BeingGenerated):
        await desk.generate(WEEK.key, "An", "request")
    office.now_ms += 60_001
    assert (await desk.generate(WEEK.key, "An", "request")).number == 1


async def test_a_file_that_was_touched_is_not_handed_out(office: Office) -> None:
    desk = office.desk()
    await desk.tick()
    version = await desk.generate(WEEK.key, "An", "request")
    file = office.folder / "reports" / version.path
    assert file.stat().st_mode & 0o222 == 0
    file.chmod(0o600)
    file.write_bytes(b"other")
    with pytest.raises(DamagedFile):
        await desk.file(WEEK.key, 1)


def test_camera_spans_are_noted_once_however_many_gateways_hear_them(database: Database) -> None:
    def status(at_ms: int) -> CameraStatus:
        return CameraStatus(
            camera="c", state="live", boot_id="b", at=utc_from_ms(at_ms), since=utc_from_ms(1_000)
        )

    with database.writing() as connection:
        for at_ms in (2_000, 2_000, 61_000, 3_000):
            camera_spans.note(connection, status(at_ms))
        assert camera_spans.load(connection, 0, 90_000) == {"c": [StateSpan("live", 1_000, 61_000)]}
        assert camera_spans.load(connection, 61_001, 90_000) == {}


GENERATE = """
import asyncio, sys
from pathlib import Path
from gateway.database.engine import Database
from gateway.reports import desk as desks
from gateway.stores.sqlite import SqliteStore
from tests.gateway.report_samples import WEEK, report_settings
folder = Path(sys.argv[1])
async def hang(letter, path, timeout_s):
    path.write_bytes(b"half a file")
    print("writing", flush=True)
    await asyncio.sleep(600)
desks.write_file = hang
async def main():
    desk = desks.ReportDesk(report_settings(folder), SqliteStore(folder / "readings.db"),
        Database(f"sqlite:///{folder}/gateway.db"), [], [], lambda: WEEK.to_ms)
    await desk.open(WEEK)
    await desk.generate(WEEK.key, "An", "request")
asyncio.run(main())
"""


async def test_a_gateway_killed_while_it_writes_leaves_no_half_version(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/gateway.db")
    store = filled_store(tmp_path, database, hours=24)
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", GENERATE, str(tmp_path), stdout=asyncio.subprocess.PIPE, cwd=root
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"writing\n"
    process.send_signal(signal.SIGKILL)
    await process.wait()

    office = Office(tmp_path, database, store)
    office.now_ms = WEEK.to_ms + 3_600_000
    desk = office.desk()
    assert (await desk.detail(WEEK.key)).versions == []
    version = await desk.generate(WEEK.key, "An", "request")
    assert version.number == 1
    assert (await desk.file(WEEK.key, 1))[1][:2] == b"PK"
    until(lambda: len(list((tmp_path / "reports").rglob("*.docx"))) == 1)
    desk.close()
    store.close()
    database.close()
