"""The reports' desk: drafts, sections, generation, issue; the edge between people and the rest."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import msgspec

from gateway.database import report_sections, reports
from gateway.database.engine import Database, DatabaseUnavailable
from gateway.database.report_sections import KeptSection
from gateway.database.reports import Reason, ReportClosed, ReportRecord, VersionRecord
from gateway.reports.archive import Archive, ArchiveUnavailable
from gateway.reports.blocks import Letter
from gateway.reports.composition import compose
from gateway.reports.content import Content
from gateway.reports.drafts import ensure_drafts, open_draft, period_of_record
from gateway.reports.failures import failure_of
from gateway.reports.fetching import fetch_sections
from gateway.reports.gathering import gather
from gateway.reports.period import Period
from gateway.reports.section_values import SectionState, SectionValues, checked
from gateway.reports.settings import ReportSettings
from gateway.reports.word_process import write_file
from gateway.stores.interface import Store, StoreUnavailable
from gateway.threads import WorkerThreads
from quantrac_core.contracts.errors import QuantracError

log = logging.getLogger(__name__)
TICK_S: Final = 30.0
_letter_encoder: Final = msgspec.json.Encoder()
_letter_decoder: Final = msgspec.json.Decoder(Letter)
SCHEDULER: Final = "lịch tự động"


class NoSuchReport(QuantracError):
    """There is no such report, section or version."""


class BeingGenerated(QuantracError):
    """Somebody else generates the report at this moment."""


@dataclass(slots=True, frozen=True)
class ReportDetail:
    """A report with its sections and versions."""

    record: ReportRecord
    sections: dict[str, KeptSection]
    versions: list[VersionRecord]


class ReportDesk:
    """Everything that people and the schedule do with reports.

    Args:
        stations, cameras: those that are configured.
        now_ms: wall clock.
        remind: reminds whoever owes a section; blocks.
        name: of this gateway alone: what it was doing when it was killed is its own to take up.
    """

    def __init__(
        self,
        settings: ReportSettings,
        store: Store,
        database: Database,
        stations: Iterable[str],
        cameras: Iterable[str],
        now_ms: Callable[[], int],
        remind: Callable[[int], None] = lambda _now_ms: None,
        name: str = "gateway",
    ) -> None:
        self.settings = settings
        self.archive = Archive(settings.path)
        self._store = store
        self._database = database
        self._stations = list(stations)
        self._cameras = list(cameras)
        self._now_ms = now_ms
        self._remind = remind
        self._name = name
        self._threads = WorkerThreads("reports", threads=2)

    async def run(self) -> None:
        """Make drafts and generate what is due, for ever; what was missed is caught up."""
        begun = False
        while True:
            try:
                if not begun:
                    await self._threads.call(self._begin)
                    begun = True
                await self.tick()
            except (DatabaseUnavailable, StoreUnavailable, ArchiveUnavailable) as error:
                log.warning("reports wait: %s", error)
            await asyncio.sleep(TICK_S)

    async def tick(self) -> list[str]:
        """Do what is due now; return the ids of the reports that were generated."""
        now_ms = self._now_ms()
        due = await self._threads.call(ensure_drafts, self._database, self.settings, now_ms)
        await self._threads.call(self._remind, now_ms)
        made = []
        for report_id in due:
            try:
                await self.generate(report_id, SCHEDULER, "schedule")
                made.append(report_id)
            except (BeingGenerated, ReportClosed):
                continue
            except QuantracError as error:
                log.error("%s was not generated: %s", report_id, error)
            except Exception:
                # One report that cannot be made keeps no other from being made.
                log.exception("%s was not generated", report_id)
        return made

    def close(self) -> None:
        """End the threads."""
        self._threads.close()

    async def open(self, period: Period) -> ReportRecord:
        """Return the report of a period, as a draft where there was none.

        Raises:
            NotYet: the period has not begun.
        """
        return await self._threads.call(self._open, period)

    async def newest(self, limit: int) -> list[ReportRecord]:
        """Return reports, newest period first."""
        return await self._threads.call(self._newest, limit)

    async def detail(self, report_id: str) -> ReportDetail:
        """Return a report with its sections and versions.

        Raises:
            NoSuchReport.
        """
        return await self._threads.call(self._detail, report_id)

    async def change_section(
        self,
        report_id: str,
        key: str,
        given: dict[str, object],
        text: str,
        revision: int,
        by: str,
    ) -> KeptSection:
        """Keep what somebody hands in; the same values again confirm those carried over.

        Raises:
            NoSuchReport, ReportClosed, SectionChanged, WrongValue.
        """
        return await self._threads.call(
            self._change_section, report_id, key, given, text, revision, by
        )

    async def preview(self, report_id: str) -> Letter:
        """Return the letter as it would be generated now."""
        content = await self._threads.call(self._content, report_id, None)
        return compose(self.settings, content)

    async def version(self, report_id: str, number: int) -> tuple[VersionRecord, Letter]:
        """Return a version and its letter as it was written.

        Raises:
            NoSuchReport.
        """
        return await self._threads.call(self._version, report_id, number)

    async def file(self, report_id: str, number: int) -> tuple[VersionRecord, bytes]:
        """Return a version's file, checked against its hash.

        Raises:
            NoSuchReport, DamagedFile.
        """
        version, _ = await self.version(report_id, number)
        content = await self._threads.call(self.archive.read, version.path, version.sha256)
        return version, content

    async def generate(
        self, report_id: str, by: str, reason: Reason, issue: tuple[str, str] | None = None
    ) -> VersionRecord:
        """Fetch, gather, write and keep one more version.

        Raises:
            NoSuchReport, ReportClosed, BeingGenerated, WritingFailed, ArchiveUnavailable,
            StoreUnavailable, DatabaseUnavailable: no version was added.
        """
        if issue is not None:
            issue = (self.settings.form.number_pattern.replace("{number}", issue[0]), issue[1])
        lease = f"{self._name}/{uuid4().hex}"
        record = await self._threads.call(self._claim, report_id, lease, reason)
        try:
            return await self._generate(record, by, reason, issue)
        except ReportClosed:
            raise
        except Exception as error:
            await self._threads.call(self._note_failure, report_id, error)
            raise
        finally:
            await self._threads.call(self._release, report_id, lease)

    async def note_sent(self, report_id: str, by: str, note: str) -> ReportRecord:
        """Note that an issued report was sent.

        Raises:
            NoSuchReport, ReportClosed: it is not issued, or was sent before.
        """
        return await self._threads.call(self._note_sent, report_id, by, note)

    async def _generate(
        self, record: ReportRecord, by: str, reason: Reason, issue: tuple[str, str] | None
    ) -> VersionRecord:
        period = period_of_record(record)
        await self._threads.call(
            fetch_sections,
            self._database,
            self.settings.form,
            record.id,
            period,
            self._now_ms(),
        )
        content = await self._threads.call(self._content, record.id, issue)
        letter = compose(self.settings, content)
        number = record.latest_version + 1
        with self.archive.unfinished() as path:
            await write_file(letter, path, self.settings.generate_timeout_s)
            name, hashed, size_bytes = await self._threads.call(
                self.archive.keep, path, record.id, number
            )
        version = VersionRecord(
            record.id, number, content.made_ms, by, reason, hashed, size_bytes, name
        )
        try:
            await self._threads.call(self._add, version, letter, issue)
        except ReportClosed:
            self.archive.delete(name)
            raise
        log.info("%s: version %d by %s, %d bytes", record.id, number, by, size_bytes)
        return version

    def _begin(self) -> None:
        with self._database.writing() as connection:
            reports.release_all(connection, self._name)

    def _open(self, period: Period) -> ReportRecord:
        with self._database.writing() as connection:
            return open_draft(connection, self.settings, period, self._now_ms())

    def _newest(self, limit: int) -> list[ReportRecord]:
        with self._database.reading() as connection:
            return reports.newest(connection, limit)

    def _detail(self, report_id: str) -> ReportDetail:
        with self._database.reading() as connection:
            record = reports.find(connection, report_id)
            if record is None:
                raise NoSuchReport(f"there is no report {report_id!r}")
            return ReportDetail(
                record,
                report_sections.load(connection, report_id),
                reports.versions(connection, report_id),
            )

    def _change_section(
        self,
        report_id: str,
        key: str,
        given: dict[str, object],
        text: str,
        revision: int,
        by: str,
    ) -> KeptSection:
        section = self.settings.form.section(key)
        if section is None:
            raise NoSuchReport(f"there is no section {key!r}")
        values = checked(section, given)
        state: SectionState = "handed_in" if values or text else "missing"
        kept = SectionValues(values, text.strip(), state, by, self._now_ms())
        with self._database.writing() as connection:
            record = reports.find(connection, report_id, lock=True)
            if record is None:
                raise NoSuchReport(f"there is no report {report_id!r}")
            if record.is_closed:
                raise ReportClosed(f"{report_id} is issued and cannot be changed")
            return report_sections.change(connection, report_id, key, kept, revision)

    def _content(self, report_id: str, issue: tuple[str, str] | None) -> Content:
        detail = self._detail(report_id)
        now_ms = self._now_ms()
        period = period_of_record(detail.record)
        figures = gather(self._store, self._database, period, now_ms, self._stations, self._cameras)
        number, issued_on = issue or (detail.record.number, detail.record.issued_on)
        return Content(
            kind=period.kind,
            first_day=detail.record.first_day,
            last_day=detail.record.last_day,
            made_ms=now_ms,
            figures=figures,
            sections={key: kept.kept for key, kept in detail.sections.items()},
            number=number,
            issued_on=issued_on,
        )

    def _claim(self, report_id: str, lease: str, reason: Reason) -> ReportRecord:
        now_ms = self._now_ms()
        until_ms = now_ms + round(self.settings.generate_timeout_s * 2_000) + 60_000
        with self._database.writing() as connection:
            record = reports.find(connection, report_id, lock=True)
            if record is None:
                raise NoSuchReport(f"there is no report {report_id!r}")
            if record.is_closed or (reason == "schedule" and record.scheduled_at_ms is not None):
                raise ReportClosed(f"{report_id} is issued and cannot be changed")
            if not reports.claim(connection, report_id, lease, until_ms, now_ms):
                raise BeingGenerated(f"{report_id} is being generated; wait a moment")
        self.archive.sweep(now_ms, report_id, record.latest_version)
        return record

    def _note_failure(self, report_id: str, error: Exception) -> None:
        with (
            suppress(DatabaseUnavailable),
            self._database.writing() as connection,
        ):
            failure, detail = failure_of(error)
            reports.note_failure(connection, report_id, failure, detail, self._now_ms())

    def _release(self, report_id: str, lease: str) -> None:
        with self._database.writing() as connection:
            reports.release(connection, report_id, lease)

    def _add(self, version: VersionRecord, letter: Letter, issue: tuple[str, str] | None) -> None:
        with self._database.writing() as connection:
            reports.add_version(connection, version, _letter_encoder.encode(letter).decode(), issue)

    def _version(self, report_id: str, number: int) -> tuple[VersionRecord, Letter]:
        with self._database.reading() as connection:
            found = reports.find_version(connection, report_id, number)
        if found is None:
            raise NoSuchReport(f"there is no version {number} of {report_id!r}")
        return found[0], _letter_decoder.decode(found[1])

    def _note_sent(self, report_id: str, by: str, note: str) -> ReportRecord:
        with self._database.writing() as connection:
            if reports.find(connection, report_id) is None:
                raise NoSuchReport(f"there is no report {report_id!r}")
            if not reports.note_sent(connection, report_id, by, note, self._now_ms()):
                raise ReportClosed(f"{report_id} is not issued yet, or was sent before")
            record = reports.find(connection, report_id)
        assert record is not None
        return record
