"""From what the gateway knows to what the API says."""

from datetime import datetime
from typing import cast

from gateway.alarms.centre_alarms import Subject
from gateway.api.alarms_views import mark_view
from gateway.api.models import (
    ActiveAlarms,
    AlarmView,
    ChannelView,
    CompletenessView,
    LatestView,
    LimitView,
    StationView,
)
from gateway.database.alarms import AlarmCounts, AlarmRecord
from gateway.ingest.ledger import Completeness
from gateway.live.stations import LatestValue, StationNow
from quantrac_core.contracts.messages import Channel, utc_from_ms


def alarm_view(record: AlarmRecord) -> AlarmView:
    """Return an alarm as the API shows it."""
    returned, taken, flags = record.returned_at_ms, record.acknowledged_at_ms, record.flags
    return AlarmView(
        id=record.id,
        station=record.station,
        channel=record.channel,
        alarm=record.alarm,
        level=record.level,
        side=record.side,
        basis=record.basis,
        value=record.value,
        peak_value=record.peak_value,
        limit=record.limit_value,
        unit=record.unit,
        raised_at=utc_from_ms(record.raised_at_ms),
        returned_at=None if returned is None else utc_from_ms(returned),
        active=returned is None,
        acknowledged=taken is not None,
        acknowledged_at=None if taken is None else utc_from_ms(taken),
        acknowledged_by=record.acknowledged_by,
        note=record.note,
        backfill=record.backfill,
        subject=cast(Subject, record.subject),
        priority=record.priority,
        group=record.group,
        open=record.open,
        latching=flags.latching,
        latched=record.latched,
        late=flags.late,
        silenced_by=record.silenced_by,
        attention=record.open and record.silenced_by is None and (taken is None or record.latched),
        announced_at=_at(record.announced_at_ms),
        reset_at=_at(record.reset_at_ms),
        reset_by=record.reset_by,
        shelved=None if flags.shelved is None else mark_view(flags.shelved.mark),
        one_shot=flags.shelved is not None and flags.shelved.one_shot,
        suppressed=mark_view(flags.suppressed),
        out_of_service=mark_view(flags.out_of_service),
        max_shelve_s=record.max_shelve_s,
        instructions_vi=record.instructions_vi,
        instructions_en=record.instructions_en,
    )


def _at(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else utc_from_ms(at_ms)


def station_view(
    now: StationNow, completeness: Completeness | None, counts: AlarmCounts | None, lost: int
) -> StationView:
    """Return a station as the API shows it; channels without a birth show their name only."""
    status = now.status
    counts = counts or AlarmCounts()
    channels = status.channels if status is not None else []
    announced = {channel.name for channel in channels}
    unannounced = [
        Channel(name=name, unit=value.reading.u, symbol="")
        for name, value in now.latest.items()
        if name not in announced
    ]
    return StationView(
        id=now.station,
        name_vi=status.name_vi if status else "",
        name_en=status.name_en if status else "",
        kind=status.kind if status else "other",
        lat=status.lat if status else None,
        lon=status.lon if status else None,
        state=now.state,
        state_since=utc_from_ms(now.state_since_ms) if now.state_since_ms else None,
        last_seen_at=None if now.last_seen_ms is None else utc_from_ms(now.last_seen_ms),
        last_scan_at=None if now.last_scan_ms is None else utc_from_ms(now.last_scan_ms),
        clock=now.clock,
        poll_interval_s=status.poll_interval_s if status else 1.0,
        heartbeat_s=status.heartbeat_s if status else 10.0,
        software=status.software if status else "",
        boot_id=status.boot_id if status else "",
        channels=[
            _channel_view(channel, now.latest.get(channel.name))
            for channel in [*channels, *unannounced]
        ],
        completeness=None
        if completeness is None
        else CompletenessView(
            outbox_id=completeness.outbox_id,
            durable_seq=completeness.durable_seq,
            highest_seq=completeness.highest_seq,
            missing=completeness.missing,
            gaps=completeness.gaps,
            lost=lost,
        ),
        active_alarms=ActiveAlarms(
            warn=counts.warn, limit=counts.limit, unacknowledged=counts.unacknowledged
        ),
    )


def _channel_view(channel: Channel, latest: LatestValue | None) -> ChannelView:
    return ChannelView(
        name=channel.name,
        unit=channel.unit,
        symbol=channel.symbol,
        label_vi=channel.label_vi,
        label_en=channel.label_en,
        decimals=channel.decimals,
        range_min=channel.range_min,
        range_max=channel.range_max,
        limits=[
            LimitView(
                level=limit.level,
                side=limit.side,
                value=limit.value,
                basis=limit.basis,
                source=limit.source,
                verified=limit.verified,
            )
            for limit in channel.limits
        ],
        latest=None
        if latest is None
        else LatestView(
            at=utc_from_ms(latest.at_ms),
            v=latest.reading.v,
            s=latest.reading.s.value,
            q=latest.reading.q.value,
            r=None if latest.reading.r is None else latest.reading.r.value,
        ),
    )
