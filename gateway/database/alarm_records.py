"""One occurrence of one alarm as it is kept, with its flags, its definition and its shelf."""

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, or_, select, update

from gateway.alarms.definitions import DefinitionKey, default_definition
from gateway.alarms.flags import Flags, Mark, Shelf, demands_attention, is_latched, is_open
from gateway.database.alarms_tables import ALARM_DEFINITION as DEFINITION
from gateway.database.alarms_tables import ALARM_SHELF as SHELF
from gateway.database.tables import ALARM

_WITH: Final = (
    DEFINITION.c.instructions_vi,
    DEFINITION.c.instructions_en,
    DEFINITION.c.max_shelve_s,
    DEFINITION.c.suppressed_by,
    DEFINITION.c.suppressed_at_ms,
    DEFINITION.c.suppressed_why,
    DEFINITION.c.suppressed_until_ms,
    DEFINITION.c.out_by,
    DEFINITION.c.out_at_ms,
    DEFINITION.c.out_why,
    DEFINITION.c.out_until_ms,
    DEFINITION.c.revision,
    SHELF.c.alarm_id.label("shelf_alarm_id"),
    SHELF.c.one_shot,
    SHELF.c.shelved_by,
    SHELF.c.shelved_at_ms,
    SHELF.c.shelved_why,
    SHELF.c.shelved_until_ms,
)


@dataclass(slots=True, frozen=True)
class AlarmRecord:
    """One occurrence of one alarm, as kept; active while ``returned_at_ms`` is None.

    Args:
        subject: ``station`` or ``camera``: what ``station`` names.
        level: ``warn`` or ``limit`` of a station's alarm, ``fault`` of one that the centre raised.
        silenced_by: why nobody is to be told; None: annunciated.
        announced_at_ms: when it first demanded attention; None: it never did.
        received_at_ms: when the centre learnt of it.
    """

    id: str
    station: str
    channel: str
    alarm: str
    level: str
    side: str
    basis: str
    value: float | None
    peak_value: float | None
    limit_value: float
    unit: str
    raised_at_ms: int
    returned_at_ms: int | None
    backfill: bool
    acknowledged_at_ms: int | None
    acknowledged_by: str | None
    note: str
    subject: str = "station"
    priority: str = "medium"
    group: str = "environment"
    silenced_by: str | None = None
    announced_at_ms: int | None = None
    reset_at_ms: int | None = None
    reset_by: str | None = None
    received_at_ms: int = 0
    changed_at_ms: int = 0
    instructions_vi: str = ""
    instructions_en: str = ""
    max_shelve_s: int = 0
    flags: Flags = field(default_factory=Flags)

    @property
    def definition(self) -> DefinitionKey:
        """Name its definition."""
        return DefinitionKey(self.station, self.channel, self.level)

    @property
    def latched(self) -> bool:
        """Tell whether it is held after its return."""
        return is_latched(self.flags)

    @property
    def open(self) -> bool:
        """Tell whether it belongs on the list."""
        return is_open(self.flags)

    def demands_attention(self, now_ms: int) -> bool:
        """Tell whether an operator has something to do about it now."""
        return demands_attention(self.flags, now_ms)


def select_records() -> Select[Any]:
    """Return the query of alarms with everything that a record needs."""
    of_definition = and_(
        DEFINITION.c.station == ALARM.c.station,
        DEFINITION.c.channel == ALARM.c.channel,
        DEFINITION.c.level == ALARM.c.level,
    )
    of_shelf = and_(
        SHELF.c.station == ALARM.c.station,
        SHELF.c.alarm == ALARM.c.alarm,
        or_(SHELF.c.one_shot.is_(False), SHELF.c.alarm_id == ALARM.c.id),
    )
    return select(ALARM, *_WITH).outerjoin(DEFINITION, of_definition).outerjoin(SHELF, of_shelf)


def record_of(row: Row[Any]) -> AlarmRecord:
    """Return the record of a row of `select_records`."""
    defaults = default_definition(DefinitionKey(row.station, row.channel, row.level))
    defined = row.revision is not None
    return AlarmRecord(
        id=row.id,
        station=row.station,
        channel=row.channel,
        alarm=row.alarm,
        level=row.level,
        side=row.side,
        basis=row.basis,
        value=row.value,
        peak_value=row.peak_value,
        limit_value=row.limit_value,
        unit=row.unit,
        raised_at_ms=row.raised_at_ms,
        returned_at_ms=row.returned_at_ms,
        backfill=row.backfill,
        acknowledged_at_ms=row.acknowledged_at_ms,
        acknowledged_by=row.acknowledged_by,
        note=row.note,
        subject=row.subject,
        priority=row.priority,
        group=row.alarm_group,
        silenced_by=row.silenced_by,
        announced_at_ms=row.announced_at_ms,
        reset_at_ms=row.reset_at_ms,
        reset_by=row.reset_by,
        received_at_ms=row.received_at_ms,
        changed_at_ms=row.changed_at_ms,
        instructions_vi=row.instructions_vi if defined else defaults.instructions_vi,
        instructions_en=row.instructions_en if defined else defaults.instructions_en,
        max_shelve_s=row.max_shelve_s if defined else defaults.max_shelve_s,
        flags=_flags(row),
    )


def _flags(row: Row[Any]) -> Flags:
    shelf = None
    if row.shelf_alarm_id is not None:
        mark = Mark(row.shelved_by, row.shelved_at_ms, row.shelved_why, row.shelved_until_ms)
        shelf = Shelf(mark, row.one_shot)
    return Flags(
        active=row.returned_at_ms is None,
        late=row.late,
        announced=row.announced_at_ms is not None,
        latching=row.latching,
        acknowledged=mark_of(row.acknowledged_by, row.acknowledged_at_ms, row.note),
        reset=mark_of(row.reset_by, row.reset_at_ms),
        shelved=shelf,
        suppressed=mark_of(
            row.suppressed_by, row.suppressed_at_ms, row.suppressed_why, row.suppressed_until_ms
        ),
        out_of_service=mark_of(row.out_by, row.out_at_ms, row.out_why, row.out_until_ms),
        inhibited_by=row.inhibited_by,
    )


def mark_of(
    by: str | None, at_ms: int | None, why: str | None = "", until_ms: int | None = None
) -> Mark | None:
    """Return the mark of four columns; None where it is not set."""
    return None if at_ms is None else Mark(by or "", at_ms, why or "", until_ms)


def find(connection: Connection, alarm_id: str, lock: bool = False) -> AlarmRecord | None:
    """Return one alarm, or None; ``lock`` holds its row until the transaction ends."""
    query = select_records().where(ALARM.c.id == alarm_id)
    if lock:
        query = query.with_for_update(of=ALARM)
    row = connection.execute(query).one_or_none()
    return None if row is None else record_of(row)


def set_columns(connection: Connection, alarm_id: str, now_ms: int, **values: Any) -> None:
    """Change columns of an alarm."""
    connection.execute(
        update(ALARM).where(ALARM.c.id == alarm_id).values(changed_at_ms=now_ms, **values)
    )
