"""From what the gateway knows of cameras and events to what the API says."""

from datetime import datetime
from typing import cast

from gateway.api.camera_models import CameraView, CustodyEntry, EventView, EvidenceView, RuleView
from gateway.database.custody import Action, CustodyRecord
from gateway.database.events import EventCounts, EventRecord
from gateway.live.cameras import CameraNow
from gateway.live.previews import Preview
from quantrac_core.contracts.camera_messages import CameraStatus
from quantrac_core.contracts.messages import utc_from_ms


def camera_view(now: CameraNow, counts: EventCounts | None, preview: Preview | None) -> CameraView:
    """Return a camera as the API shows it."""
    status = now.status or _unknown(now.camera)
    counts = counts or EventCounts()
    since: datetime | None = status.since if now.status is not None else None
    if now.silent_since_ms is not None:
        since = utc_from_ms(now.silent_since_ms)
    return CameraView(
        id=now.camera,
        name_vi=status.name_vi,
        name_en=status.name_en,
        state=now.state,
        since=since,
        last_seen_at=_at(now.last_seen_ms),
        cause=status.cause,
        detail=status.detail,
        distrust=list(status.distrust),
        lat=status.lat,
        lon=status.lon,
        mast_height_m=status.mast_height_m,
        north_deg=status.north_deg,
        width_px=status.width_px,
        height_px=status.height_px,
        codec=status.codec,
        stream_fps=status.stream_fps,
        fps=status.fps,
        lag_s=status.lag_s,
        dropped=status.dropped,
        reconnects=status.reconnects,
        overload_level=status.overload_level,
        waiting_files=status.waiting_files,
        views=status.views,
        rules=[
            RuleView(
                id=rule.id,
                kind=rule.kind,
                zone=rule.zone,
                name_vi=rule.name_vi,
                name_en=rule.name_en,
                ground=rule.ground,
            )
            for rule in status.rules
        ],
        model=status.model,
        model_sha256=status.model_sha256,
        device=status.device,
        software=status.software,
        preview_at=None if preview is None else utc_from_ms(preview.taken_at_ms),
        open_events=counts.open,
        unreviewed_events=counts.unreviewed,
    )


def event_view(record: EventRecord) -> EventView:
    """Return an event as the API shows it."""
    message = record.message
    return EventView(
        id=message.id,
        camera=message.camera,
        rule=message.rule,
        kind=message.kind,
        name_vi=message.name_vi,
        name_en=message.name_en,
        label=message.label,
        score=message.score,
        zone=message.zone,
        detail=message.detail,
        count=message.count,
        priority=message.priority,
        phase=message.phase,
        revision=message.revision,
        began_at=message.began_at,
        updated_at=message.at,
        ended_at=message.ended_at,
        received_at=utc_from_ms(record.received_at_ms),
        late=record.late,
        clock=message.clock,
        box=message.box,
        bearing_deg=message.bearing_deg,
        distance_m=message.distance_m,
        lat=message.lat,
        lon=message.lon,
        fps=message.fps,
        lag_s=message.lag_s,
        skipped_views=message.skipped_views,
        evidence=_evidence(record),
        clip_began_at=message.clip_began_at,
        verdict=record.verdict,
        verdict_by=record.verdict_by,
        verdict_at=_at(record.verdict_at_ms),
        note=record.note,
        locked=record.locked,
    )


def custody_entry(record: CustodyRecord) -> CustodyEntry:
    """Return a line of the custody log as the API shows it."""
    return CustodyEntry(
        number=record.number,
        at=utc_from_ms(record.at_ms),
        event=record.event,
        action=cast(Action, record.action),
        by=record.person,
        detail=record.detail,
        hash=record.hash,
    )


def _evidence(record: EventRecord) -> list[EvidenceView]:
    kept = {(file.name, file.sha256): file for file in record.files}
    views = []
    for file in record.message.evidence:
        known = kept.get((file.name, file.sha256))
        views.append(
            EvidenceView(
                name=file.name,
                kind=file.kind,
                media_type=file.media_type,
                size_bytes=file.size_bytes,
                sha256=file.sha256,
                arrived=known is not None and known.arrived_at_ms is not None,
                deleted=known is not None and known.deleted_at_ms is not None,
            )
        )
    return views


def _at(epoch_ms: int | None) -> datetime | None:
    return None if epoch_ms is None else utc_from_ms(epoch_ms)


def _unknown(camera: str) -> CameraStatus:
    never = utc_from_ms(0)
    return CameraStatus(camera=camera, state="starting", boot_id="", at=never, since=never)
