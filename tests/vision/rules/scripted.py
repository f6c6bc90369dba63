"""Scripted objects around a mast: what the tracker would give for them, picture by picture."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from vision.rules.calendars import Calendar
from vision.rules.engine import RuleEngine
from vision.rules.settings import Rules, Zones
from vision.scene.decision import Decision
from vision.scene.detection import Box
from vision.scene.distrust import DistrustFinding
from vision.scene.sighting import GROUND, PANORAMA, PICTURE, Place, Sighting
from vision.scene.still_object import StillObject
from vision.scene.track import Track

MAST_LAT, MAST_LON, MAST_HEIGHT_M = 11.58, 108.99, 20.0
METRES_A_DEGREE = 111_195.0
PICTURE_PX = 2_000


def sighting_at(
    east_m: float, north_m: float, label: str = "person", score: float = 0.8, size_px: float = 40
) -> Sighting:
    """Return an object on the ground as a fisheye camera 20 m above the origin sees it."""
    distance_m = math.hypot(east_m, north_m)
    bearing_deg = math.degrees(math.atan2(east_m, north_m)) % 360
    depression_deg = math.degrees(math.atan2(MAST_HEIGHT_M, distance_m))
    radius = (90 - depression_deg) / 180
    x = 0.5 + radius * math.sin(math.radians(bearing_deg))
    y = 0.5 - radius * math.cos(math.radians(bearing_deg))
    left, top = x * PICTURE_PX - size_px / 4, y * PICTURE_PX - size_px / 2
    return Sighting(
        label=label,
        score=score,
        bearing_deg=bearing_deg,
        depression_deg=depression_deg,
        width_deg=1.0,
        height_deg=2.0,
        source_box=Box(left, top, left + size_px / 2, top + size_px),
        points={
            GROUND: (east_m, north_m),
            PANORAMA: (bearing_deg, depression_deg),
            PICTURE: (x, y),
            "view:gate": (0.5 + east_m / 100, 0.5 - north_m / 100),
        },
        place=Place(
            bearing_deg,
            distance_m,
            MAST_LAT + north_m / METRES_A_DEGREE,
            MAST_LON + east_m / (METRES_A_DEGREE * math.cos(math.radians(MAST_LAT))),
        ),
        views=("gate",),
    )


@dataclass
class _Row:
    id: int
    label: str
    score: float
    from_s: float
    until_s: float
    start: tuple[float, float]
    end: tuple[float, float]
    state: str
    size_px: float

    def sighting(self, at_s: float) -> Sighting:
        share = 0.0
        if self.until_s > self.from_s:
            share = (at_s - self.from_s) / (self.until_s - self.from_s)
        x = self.start[0] + share * (self.end[0] - self.start[0])
        y = self.start[1] + share * (self.end[1] - self.start[1])
        return sighting_at(x, y, self.label, self.score, self.size_px)


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _read_script(path: Path) -> list[_Row]:
    return [
        _Row(
            id=int(row["id"]),
            label=row["label"],
            score=float(row["score"] or 0.8),
            from_s=float(row["from_s"]),
            until_s=float(row["until_s"]),
            start=(float(row["x_from"] or 0), float(row["y_from"] or 0)),
            end=(
                float(row["x_to"] or row["x_from"] or 0),
                float(row["y_to"] or row["y_from"] or 0),
            ),
            state=row["state"] or "seen",
            size_px=float(row.get("size_px") or 40),
        )
        for row in read_rows(path)
    ]


def _picture_times(settings: dict[str, Any]) -> Iterator[tuple[float, float]]:
    """Give the seconds of the script and of the wall clock for every picture."""
    rates = settings.get("rates", [{"from_s": 0, "fps": settings.get("fps", 5)}])
    shifts = settings.get("clock", [])
    at_s = 0.0
    while at_s <= settings["until_s"] + 1e-9:
        shift_s = sum(shift["shift_s"] for shift in shifts if shift["from_s"] <= at_s + 1e-9)
        yield at_s, at_s + shift_s
        fps = [rate["fps"] for rate in rates if rate["from_s"] <= at_s + 1e-9][-1]
        at_s = round(at_s + 1 / fps, 6)


def run_case(folder: Path) -> list[tuple[float, Decision, int]]:
    """Return every decision with the script's second and the wall clock at its start."""
    settings = yaml.safe_load((folder / "rules.yaml").read_text(encoding="utf-8"))
    engine = RuleEngine(
        TypeAdapter(Rules).validate_python(settings["rules"]),
        TypeAdapter(Zones).validate_python(settings.get("zones") or []),
        TypeAdapter(dict[str, Calendar]).validate_python(settings.get("calendars", {})),
    )
    start = settings.get("start", "2026-11-24T10:00:00+07:00")
    start_ms = round(datetime.fromisoformat(start).timestamp() * 1000)
    rows = _read_script(folder / "tracks.csv")
    first_ms: dict[int, int] = {}
    last_ms: dict[int, int] = {}
    seen: list[tuple[float, Decision, int]] = []
    for at_s, wall_s in _picture_times(settings):
        at_ms = start_ms + round(wall_s * 1000)
        tracks: list[Track] = []
        stills: list[StillObject] = []
        findings: list[DistrustFinding] = []
        for row in rows:
            if not row.from_s - 1e-9 <= at_s <= row.until_s + 1e-9:
                continue
            first = first_ms.setdefault(row.id, at_ms)
            if row.state == "still":
                stills.append(StillObject(row.id, row.sighting(at_s), first))
            elif row.state == "distrust":
                findings.append(DistrustFinding(row.label, first, row.score))  # type: ignore[arg-type]
            else:
                is_visible = row.state != "coasting"
                last_ms[row.id] = at_ms if is_visible else last_ms.get(row.id, at_ms)
                tracks.append(
                    Track(
                        id=row.id,
                        sighting=row.sighting(at_s),
                        first_seen_ms=first,
                        last_seen_ms=last_ms[row.id],
                        is_visible=is_visible,
                        is_confirmed=row.state != "unconfirmed",
                    )
                )
        seen += [(at_s, it, start_ms) for it in engine.update(at_ms, tracks, stills, findings)]
    return seen
