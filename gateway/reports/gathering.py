"""Collects a report's figures from the store and the database; blocks, so it runs in a thread."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, or_, select

from gateway.database import births, camera_spans, camera_statuses
from gateway.database.engine import Database
from gateway.database.tables import ALARM, EVENT
from gateway.reports.camera_statistics import JudgedEvent, camera_figures, event_counts
from gateway.reports.channel_statistics import Span, channel_figures, slots_of, span_of
from gateway.reports.downtime import downtimes_of
from gateway.reports.figures import (
    CameraFigures,
    EventCount,
    Exceedance,
    ReportFigures,
    StationFigures,
)
from gateway.reports.period import Period
from gateway.stores.interface import Series, Store
from quantrac_core.contracts.camera_messages import CameraEvent, decode_camera
from quantrac_core.contracts.messages import Channel, StationStatus

MINUTE_S: Final = 60
CHUNK_MS: Final = 7 * 86_400_000
"""Stores answer a week of minutes at once (VictoriaMetrics gives 30,000 points at most)."""
STEP_S: Final = {"week": 3_600, "month": 4 * 3_600}
MAX_ROWS: Final = 20_000
_KIND_ORDER: Final = {"wastewater": 0, "stack": 1, "other": 2}


def gather(
    store: Store,
    database: Database,
    period: Period,
    now_ms: int,
    stations: Iterable[str] = (),
    cameras: Iterable[str] = (),
) -> ReportFigures:
    """Return the figures of the period up to ``now_ms``.

    Args:
        stations, cameras: those that are configured; others that have spoken come to them.

    Raises:
        StoreUnavailable, DatabaseUnavailable: try again later.
    """
    from_ms, until_ms = period.from_ms, max(period.from_ms, min(period.to_ms, now_ms))
    with database.reading() as connection:
        known = {status.station: status for status, _ in births.load_all(connection)}
        former = births.former_channels(connection)
        alarms = _exceedances(connection, from_ms, until_ms)
        camera_list = _cameras(connection, cameras, from_ms, until_ms)
        events = _events(connection, from_ms, until_ms)
    figures = [
        _station(
            store,
            known.get(station),
            former.get(station, {}),
            station,
            from_ms,
            until_ms,
            period,
            alarms,
        )
        for station in {*stations, *known}
    ]
    figures.sort(key=lambda one: (_KIND_ORDER.get(one.kind, 3), one.name))
    return ReportFigures(from_ms, until_ms, figures, camera_list, events)


def _station(
    store: Store,
    status: StationStatus | None,
    former: dict[str, Channel],
    station: str,
    from_ms: int,
    until_ms: int,
    period: Period,
    alarms: dict[str, list[Exceedance]],
) -> StationFigures:
    exceedances = alarms.get(station, [])
    if status is None:
        return StationFigures(station, station, "other", 0.0, [], exceedances)
    span = span_of(from_ms, until_ms, status.poll_interval_s)
    step_s = STEP_S[period.kind]
    channels, slots = [], {}
    for channel in status.channels:
        series = _minutes(store, station, channel.name, span.from_ms, span.until_ms)
        slots[channel.name] = slots_of(series, span)
        channels.append(channel_figures(series, slots[channel.name], channel, span, step_s))
    delivered = len(channels)
    for channel in _no_longer_announced(store, status, former, span):
        series = _minutes(store, station, channel.name, span.from_ms, span.until_ms)
        of = slots_of(series, span)
        channels.append(channel_figures(series, of, channel, span, step_s, is_former=True))
    return StationFigures(
        id=station,
        name=status.name_vi or station,
        kind=status.kind,
        capture=sum(one.capture for one in channels[:delivered]) / max(1, delivered),
        channels=channels,
        exceedances=exceedances,
        downtimes=downtimes_of(slots, span),
    )


def _no_longer_announced(
    store: Store, status: StationStatus, former: dict[str, Channel], span: Span
) -> list[Channel]:
    """Return channels with data that the last birth does not name, as they were announced."""
    if not span.slots:
        return []
    announced = {one.name for one in status.channels}
    stored = store.channels(status.station, span.from_ms, span.until_ms)
    return [former.get(name) or Channel(name, "", name) for name in sorted(stored - announced)]


def _minutes(store: Store, station: str, channel: str, from_ms: int, until_ms: int) -> Series:
    whole = Series(MINUTE_S)
    for begin_ms in range(from_ms, until_ms, CHUNK_MS):
        end_ms = min(begin_ms + CHUNK_MS, until_ms)
        part = store.query(station, channel, begin_ms, end_ms, MINUTE_S, MAX_ROWS)
        for column in ("at_ms", "v", "v_min", "v_max", "count", "s", "q"):
            getattr(whole, column).extend(getattr(part, column))
    return whole


def _exceedances(
    connection: Connection, from_ms: int, until_ms: int
) -> dict[str, list[Exceedance]]:
    rows = connection.execute(
        select(ALARM)
        .where(
            ALARM.c.raised_at_ms < until_ms,
            or_(ALARM.c.returned_at_ms.is_(None), ALARM.c.returned_at_ms > from_ms),
        )
        .order_by(ALARM.c.raised_at_ms, ALARM.c.id)
        .limit(MAX_ROWS)
    )
    found: dict[str, list[Exceedance]] = {}
    for row in rows:
        found.setdefault(row.station, []).append(
            Exceedance(
                channel=row.channel,
                level=row.level,
                side=row.side,
                basis=row.basis,
                limit=row.limit_value,
                peak=row.peak_value,
                unit=row.unit,
                began_ms=row.raised_at_ms,
                ended_ms=row.returned_at_ms,
                late=bool(row.backfill),
                taken_ms=row.acknowledged_at_ms,
                taken_by=row.acknowledged_by or "",
                note=row.note,
            )
        )
    return found


def _cameras(
    connection: Connection, configured: Iterable[str], from_ms: int, until_ms: int
) -> list[CameraFigures]:
    names = {one: one for one in configured}
    for status, _ in camera_statuses.load_all(connection):
        names[status.camera] = status.name_vi or status.camera
    spans = camera_spans.load(connection, from_ms, until_ms)
    return [
        camera_figures(camera, name, spans.get(camera, []), from_ms, until_ms)
        for camera, name in sorted(names.items())
    ]


def _events(connection: Connection, from_ms: int, until_ms: int) -> list[EventCount]:
    rows = connection.execute(
        select(EVENT.c.camera, EVENT.c.rule, EVENT.c.kind, EVENT.c.verdict, EVENT.c.payload)
        .where(EVENT.c.began_at_ms >= from_ms, EVENT.c.began_at_ms < until_ms)
        .order_by(EVENT.c.began_at_ms.desc())
        .limit(MAX_ROWS)
    )
    names: dict[tuple[str, str], str] = {}
    events = []
    for row in rows:
        key = (row.camera, row.rule)
        if key not in names:
            message = decode_camera(CameraEvent, row.payload.encode())
            names[key] = message.name_vi or row.rule
        events.append(JudgedEvent(row.camera, names[key], row.kind, row.verdict))
    return event_counts(events)
