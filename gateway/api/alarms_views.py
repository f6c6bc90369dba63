"""From marks, journal entries, definitions and figures to what the API says of them."""

from dataclasses import asdict

from gateway.alarms.centre_alarms import Subject
from gateway.alarms.definitions import Definition, Priority
from gateway.alarms.flags import Mark
from gateway.alarms.kpis import Kpis
from gateway.api.alarms_models import (
    ActorView,
    DefinitionView,
    JournalEntryView,
    KpisView,
    MarkView,
    StaleView,
    StationLoadView,
)
from gateway.database.alarm_journal import JournalEntry
from quantrac_core.contracts.messages import utc_from_ms


def mark_view(mark: Mark | None) -> MarkView | None:
    """Return who set a flag, or None."""
    if mark is None:
        return None
    return MarkView(
        by=mark.by,
        at=utc_from_ms(mark.at_ms),
        why=mark.why,
        until=None if mark.until_ms is None else utc_from_ms(mark.until_ms),
    )


def journal_entry_view(entry: JournalEntry) -> JournalEntryView:
    """Return one step."""
    return JournalEntryView(
        id=entry.id,
        of="definition" if entry.alarm_id is None else "alarm",
        action=entry.action,
        at=utc_from_ms(entry.at_ms),
        recorded_at=utc_from_ms(entry.recorded_at_ms),
        person=entry.person,
        why=entry.why,
        until=None if entry.until_ms is None else utc_from_ms(entry.until_ms),
    )


def definition_view(definition: Definition, subject: Subject) -> DefinitionView:
    """Return one definition."""
    changed = definition.changed_at_ms
    return DefinitionView(
        station=definition.key.station,
        channel=definition.key.channel,
        level=definition.key.level,
        subject=subject,
        priority=Priority(definition.priority),
        group=definition.group,
        latching=definition.latching,
        instructions_vi=definition.instructions_vi,
        instructions_en=definition.instructions_en,
        max_shelve_s=definition.max_shelve_s,
        suppressed=mark_view(definition.suppressed),
        out_of_service=mark_view(definition.out_of_service),
        revision=definition.revision,
        changed_by=definition.changed_by,
        changed_at=None if changed is None else utc_from_ms(changed),
    )


def kpis_view(kpis: Kpis, from_ms: int, to_ms: int, operators: int) -> KpisView:
    """Return the figures of a period."""
    return KpisView(
        from_=utc_from_ms(from_ms),
        to=utc_from_ms(to_ms),
        operators=operators,
        raised=kpis.raised,
        announced=kpis.announced,
        late=kpis.late,
        per_hour_and_operator=kpis.per_hour_and_operator,
        peak_10_min=kpis.peak_10_min,
        floods=kpis.floods,
        by_priority=kpis.by_priority,
        bad_actors=[ActorView(**asdict(actor)) for actor in kpis.bad_actors],
        chattering=[ActorView(**asdict(actor)) for actor in kpis.chattering],
        stale=[
            StaleView(
                station=one.station,
                channel=one.channel,
                alarm=one.alarm,
                level=one.level,
                priority=one.priority,
                raised_at=utc_from_ms(one.raised_at_ms),
            )
            for one in kpis.stale
        ],
        standing=kpis.standing,
        shelved=kpis.shelved,
        acknowledged=kpis.acknowledged,
        acknowledge_median_s=kpis.acknowledge_median_s,
        acknowledge_p90_s=kpis.acknowledge_p90_s,
        by_station=[StationLoadView(**asdict(load)) for load in kpis.by_station],
    )
