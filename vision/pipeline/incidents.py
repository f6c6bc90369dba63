"""From a rule's decisions to the revisions of one event, in whatever order evidence comes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec

from quantrac_core.contracts.camera_messages import CameraEvent, EventPhase, EvidenceFile
from quantrac_core.contracts.messages import ClockState, utc_from_ms
from vision.pipeline.watch_figures import WatchFigures
from vision.scene.decision import Decision

MOST_KEPT: Final = 500
RESTARTED: Final = "restarted"
ShareBox = tuple[float, float, float, float]
"""x1, y1, x2, y2 as shares of the picture's width and height."""


@dataclass(slots=True, frozen=True)
class RuleFace:
    """How a rule is called to people."""

    name_vi: str = ""
    name_en: str = ""
    priority: Literal["low", "medium", "high"] = "medium"


@dataclass(slots=True, frozen=True)
class Moment:
    """What was true of the camera when a decision fell; ``picture_px`` is width and height."""

    figures: WatchFigures
    picture_px: tuple[int, int]
    clock: ClockState = "synced"


@dataclass(slots=True)
class Incident:
    """One event in the making; ``snapshot_box`` is where it was in the picture that is kept."""

    id: str
    decision: Decision
    moment: Moment
    snapshot_box: ShareBox | None = None
    revision: int = 0
    ended_ms: int | None = None
    clip_began_ms: int | None = None
    files: dict[str, EvidenceFile] = field(default_factory=dict)
    awaits_files: bool = True


class IncidentBook:
    """The open incidents of one camera, and the ended ones whose evidence is still coming.

    Args:
        camera: its id.
        boot_id: of this run.
        faces: names and priorities by rule id.
        new_id: makes an event id from the moment in ms; matches `EVENT_ID`.
    """

    def __init__(
        self,
        camera: str,
        boot_id: str,
        faces: Mapping[str, RuleFace],
        new_id: Callable[[int], str],
    ) -> None:
        self._camera = camera
        self._boot_id = boot_id
        self._faces = faces
        self._new_id = new_id
        self._by_key: dict[str, Incident] = {}
        self._by_id: dict[str, Incident] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def take(self, decision: Decision, moment: Moment) -> tuple[Incident, CameraEvent] | None:
        """Return the incident and its next message, or None for one that is not known."""
        incident = self._by_key.get(decision.key)
        if decision.phase == "new" and incident is None:
            incident = Incident(
                self._new_id(decision.began_ms), decision, moment, _box_in_picture(decision, moment)
            )
            self._by_key[decision.key] = incident
            self._by_id[incident.id] = incident
            self._bound()
        elif incident is None:
            return None
        incident.decision = decision
        incident.moment = moment
        if decision.phase == "end":
            incident.ended_ms = decision.at_ms
            del self._by_key[decision.key]
            self._forget_if_done(incident)
        return incident, self._message(incident, decision.at_ms)

    def attach(
        self,
        event_id: str,
        at_ms: int,
        files: Sequence[EvidenceFile],
        *,
        clip_began_ms: int | None = None,
        complete: bool = False,
        is_lacking: bool = False,
    ) -> CameraEvent | None:
        """Add files to an event; return its next message, None for no news or an unknown event.

        Args:
            complete: nothing more will come for this event.
            is_lacking: files that should have come will not, which is news too.
        """
        incident = self._by_id.get(event_id)
        if incident is None:
            return None
        for file in files:
            incident.files[file.name] = file
        if clip_began_ms is not None:
            incident.clip_began_ms = clip_began_ms
        if complete:
            incident.awaits_files = False
            self._forget_if_done(incident)
        return self._message(incident, at_ms) if files or is_lacking else None

    def _message(self, incident: Incident, at_ms: int) -> CameraEvent:
        incident.revision += 1
        decision = incident.decision
        sighting = decision.sighting
        place = sighting.place if sighting is not None else None
        face = self._faces.get(decision.rule, RuleFace())
        figures = incident.moment.figures
        return CameraEvent(
            camera=self._camera,
            outbox_id="",
            boot_id=self._boot_id,
            seq=0,
            at=utc_from_ms(at_ms),
            clock=incident.moment.clock,
            id=incident.id,
            phase=_phase(incident),
            revision=incident.revision,
            rule=decision.rule,
            kind=decision.kind,
            label=decision.label,
            score=round(min(1.0, max(0.0, decision.score)), 3),
            zone=decision.zone,
            began_at=utc_from_ms(decision.began_ms),
            ended_at=None if incident.ended_ms is None else utc_from_ms(incident.ended_ms),
            detail=decision.detail,
            count=decision.count,
            priority=face.priority,
            name_vi=face.name_vi,
            name_en=face.name_en,
            box=incident.snapshot_box,
            bearing_deg=None if sighting is None else round(sighting.bearing_deg % 360.0, 2),
            distance_m=None if place is None else round(place.distance_m, 2),
            lat=None if place is None else round(place.lat, 7),
            lon=None if place is None else round(place.lon, 7),
            track_ids=list(decision.track_ids[:200]),
            evidence=list(incident.files.values()),
            clip_began_at=(
                None if incident.clip_began_ms is None else utc_from_ms(incident.clip_began_ms)
            ),
            fps=figures.fps,
            lag_s=figures.lag_s,
            skipped_views=figures.skipped_views,
        )

    def _forget_if_done(self, incident: Incident) -> None:
        if incident.ended_ms is not None and not incident.awaits_files:
            self._by_id.pop(incident.id, None)

    def _bound(self) -> None:
        # The rules bound what is open; this bounds what waits for evidence that never comes.
        while len(self._by_id) > MOST_KEPT:
            oldest = next(iter(self._by_id))
            incident = self._by_id.pop(oldest)
            self._by_key.pop(incident.decision.key, None)


def _box_in_picture(decision: Decision, moment: Moment) -> ShareBox | None:
    if decision.sighting is None:
        return None
    width_px, height_px = moment.picture_px
    x1, y1, x2, y2 = decision.sighting.source_box
    return (
        _share(x1, width_px),
        _share(y1, height_px),
        _share(x2, width_px),
        _share(y2, height_px),
    )


def end_after_restart(event: CameraEvent, at_ms: int, files: list[EvidenceFile]) -> CameraEvent:
    """Return the last message of an event that an interrupted run left, from its newest one.

    Args:
        files: those that are on this disk, the manifest among them.
    """
    had_ended = event.phase == "end"
    known = {file.name: file for file in (*event.evidence, *files)}
    return msgspec.structs.replace(
        event,
        phase="end",
        revision=event.revision + 1,
        at=utc_from_ms(at_ms),
        ended_at=event.ended_at if had_ended else utc_from_ms(at_ms),
        detail=event.detail if had_ended else event.detail or RESTARTED,
        evidence=list(known.values()),
    )


def _phase(incident: Incident) -> EventPhase:
    if incident.ended_ms is not None:
        return "end"
    return "new" if incident.revision == 1 else "update"


def _share(position_px: float, size_px: int) -> float:
    return round(min(1.0, max(0.0, position_px / size_px)), 5) if size_px > 0 else 0.0
