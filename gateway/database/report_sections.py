"""What was handed in for the sections of a report, and who is to be reminded."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, select, update

from gateway.database.engine import insert_missing
from gateway.database.report_tables import REPORT_REMINDER, REPORT_SECTION
from gateway.reports.section_values import SectionValues
from quantrac_core.contracts.errors import QuantracError

_decoder = msgspec.json.Decoder(SectionValues)


class SectionChanged(QuantracError):
    """Somebody else has changed the section since it was loaded."""


@dataclass(slots=True, frozen=True)
class KeptSection:
    """A section's values; ``revision`` counts changes, 0 is what the form began with."""

    revision: int
    kept: SectionValues


@dataclass(slots=True, frozen=True)
class Reminder:
    """Who owes a section of which report, and until when."""

    report: str
    section: str
    due_at_ms: int
    owner: str
    title: str
    deadline_ms: int


def load(connection: Connection, report_id: str) -> dict[str, KeptSection]:
    """Return the sections of a report by key."""
    rows = connection.execute(select(REPORT_SECTION).where(REPORT_SECTION.c.report == report_id))
    return {
        row.section: KeptSection(row.revision, _decoder.decode(row.kept.encode())) for row in rows
    }


def begin(connection: Connection, report_id: str, sections: dict[str, SectionValues]) -> None:
    """Put in what a new report begins with; what is there already stays."""
    rows = [
        {"report": report_id, "section": key, "revision": 0, "kept": _text(kept)}
        for key, kept in sections.items()
    ]
    insert_missing(connection, REPORT_SECTION, rows)


def change(
    connection: Connection, report_id: str, section: str, kept: SectionValues, revision: int
) -> KeptSection:
    """Replace a section that is still at ``revision``.

    Raises:
        SectionChanged: it is not.
    """
    insert_missing(
        connection,
        REPORT_SECTION,
        [{"report": report_id, "section": section, "revision": 0, "kept": _text(SectionValues())}],
    )
    changed = connection.execute(
        update(REPORT_SECTION)
        .where(
            REPORT_SECTION.c.report == report_id,
            REPORT_SECTION.c.section == section,
            REPORT_SECTION.c.revision == revision,
        )
        .values(revision=revision + 1, kept=_text(kept))
    )
    if changed.rowcount != 1:
        raise SectionChanged(f"{section} was changed meanwhile; load it again")
    return KeptSection(revision + 1, kept)


def plan_reminders(connection: Connection, reminders: list[Reminder]) -> None:
    """Keep reminders for later; those that are there stay as they are."""
    names = Reminder.__slots__
    insert_missing(
        connection,
        REPORT_REMINDER,
        [{name: getattr(one, name) for name in names} for one in reminders],
    )


def untold_reminders(connection: Connection, now_ms: int, limit: int = 100) -> list[Reminder]:
    """Return reminders whose time has come and that nobody was told of, oldest first."""
    columns = [REPORT_REMINDER.c[name] for name in Reminder.__slots__]
    rows = connection.execute(
        select(*columns)
        .where(REPORT_REMINDER.c.told_at_ms.is_(None), REPORT_REMINDER.c.due_at_ms <= now_ms)
        .order_by(REPORT_REMINDER.c.due_at_ms)
        .limit(limit)
    )
    return [Reminder(**row._mapping) for row in rows]


def mark_told(connection: Connection, reminder: Reminder, now_ms: int) -> bool:
    """Take a reminder as told; False where another gateway has done so."""
    taken = connection.execute(
        update(REPORT_REMINDER)
        .where(
            REPORT_REMINDER.c.report == reminder.report,
            REPORT_REMINDER.c.section == reminder.section,
            REPORT_REMINDER.c.due_at_ms == reminder.due_at_ms,
            REPORT_REMINDER.c.told_at_ms.is_(None),
        )
        .values(told_at_ms=now_ms)
    )
    return taken.rowcount == 1


def _text(kept: SectionValues) -> str:
    return msgspec.json.encode(kept).decode()
