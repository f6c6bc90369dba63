"""Rules on scripted street scenes: recall, false events an hour, and clips that show the moment.

Every scene is rendered, encoded as H.264, and put through the product's own decoder, attention,
views, detector, tracks, rules and clips, on the scene's own clock and as fast as the cores allow.
The detector is the demo's, trained on other rendered streets: the figures speak of geometry,
attention, tracks, rules and clips, not of detection in real streets.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from benchmarks.figures import load_line, percentile
from benchmarks.scene_camera import BEGAN_MS, SceneCamera
from benchmarks.scene_verdicts import Heard, SceneVerdict, judged
from demo.camera_config import MODEL, camera_section
from demo.street.library import load_scene, scene_paths
from demo.street.script import SceneScript
from vision.detection.detector import Detector
from vision.detection.opening import open_unproven
from vision.detection.settings import ModelSettings
from vision.evidence.picture_masks import PictureMasks
from vision.evidence.settings import EvidenceSettings
from vision.pipeline.camera_program import ring_for
from vision.pipeline.camera_watch import decode_mode
from vision.pipeline.clips import clip_moment_ms, record_clip, write_clip_file
from vision.pipeline.gaze import gaze_of
from vision.scene.decision import Decision
from vision.settings import CameraSettings
from vision.streams.packet_ring import ClipUnavailable, Recording

NO_MASKS = PictureMasks([], lambda: None)
LEAST_RECALL, MOST_FALSE_AN_HOUR = 0.95, 1.0
QUICK = ("day-intrusion-gate", "day-abandoned-bag", "dusk-rain-loitering", "night-noise-nothing")


@dataclass(frozen=True)
class Job:
    """One scene to play."""

    path: Path
    model: Path
    cache: Path
    fps: int
    every_view: bool


@dataclass(frozen=True)
class Played:
    """One scene as it went; ``looks`` are views analysed, ``frames`` pictures of the decoder."""

    script: SceneScript
    verdict: SceneVerdict
    sent: int
    frames: int
    looks: int
    views: int
    cpu_s: float


@contextmanager
def _detector(model: Path, cache: Path) -> Iterator[Detector]:
    detector = open_unproven(ModelSettings(path=model, min_score=0.35, cache_dir=cache))
    try:
        yield detector
    finally:
        detector.close()


def play(job: Job) -> Played:
    """Play one scene."""
    with _detector(job.model, job.cache) as detector:
        return _played(job, detector)


def _played(job: Job, detector: Detector) -> Played:
    began_s = time.process_time()
    script = load_scene(job.path)
    camera = CameraSettings.model_validate(camera_section(script, "rtsp://127.0.0.1/scene"))
    if job.every_view:
        attention = camera.attention.model_copy(update={"idle_fps": 5.0, "sweep_s": 0.01})
        camera = camera.model_copy(update={"attention": attention})
    evidence = EvidenceSettings()
    ring = ring_for(camera, evidence)
    stream = SceneCamera(script, ring, job.fps)
    gaze = gaze_of(camera, detector, {}, lambda *_: None)
    begun: list[tuple[Decision, Recording | None]] = []
    frames = looks = 0
    for frame in stream.frames():
        look = gaze.begin(frame, 1.0)
        stream.mode = decode_mode(look.plan)
        frames += 1
        looks += len(look.plan.look)
        for decision in gaze.judge(look, gaze.see(look)):
            if decision.phase == "new":
                try:
                    recording = record_clip(ring, decision, evidence)
                except ClipUnavailable:
                    recording = None
                begun.append((decision, recording))
    with tempfile.TemporaryDirectory() as folder:
        events = [_heard(decision, clip, Path(folder)) for decision, clip in begun]
    cpu_s = time.process_time() - began_s
    views = len(gaze.view_names)
    return Played(script, judged(script, events), stream.sent, frames, looks, views, cpu_s)


def _heard(decision: Decision, recording: Recording | None, folder: Path) -> Heard:
    sighting = decision.sighting
    heard = Heard(
        decision.rule,
        decision.kind,
        _scene_s(decision.began_ms),
        _scene_s(decision.at_ms),
        None if sighting is None else sighting.points.get("ground"),
        decision.detail,
        clip_moment_s=_scene_s(clip_moment_ms(decision)),
    )
    if recording is None:
        return heard
    info = write_clip_file(recording.finish(), folder / "clip.mp4", NO_MASKS)
    return replace(heard, clip=(_scene_s(info.began_at_ms), _scene_s(info.ended_at_ms)))


def _scene_s(at_ms: int) -> float:
    return (at_ms - BEGAN_MS) / 1000


def row(played: Played) -> list[str]:
    """Return the table's lines of one scene."""
    verdict, script = played.verdict, played.script
    delays = " ".join(f"{heard.at_s - wanted.due_s:+.1f}" for wanted, heard in verdict.found)
    share = played.looks / max(1, played.views * script.duration_s * 5)
    lines = [
        f"{script.name:<24}{len(verdict.found):>4} of {len(verdict.answers)}"
        f"{len(verdict.false):>7}{delays:>14}{share:>9.2f}{played.cpu_s:>7.0f}"
    ]
    for wanted, heard in verdict.answers:
        if heard is None:
            lines.append(f"    missed: {wanted.rule} of {wanted.mover}, due {wanted.due_s:.1f} s")
    for heard in verdict.false:
        lines.append(
            f"    false:  {heard.rule} {heard.detail} at {heard.at_s:.1f} s, began "
            f"{heard.began_s:.1f} s, place {_words(heard.place_m)}"
        )
    for heard in (*(heard for _, heard in verdict.found), *verdict.false):
        if not heard.clip_shows_moment:
            lines.append(f"    clip of {heard.rule} misses its moment: {heard.clip}")
    return lines


def _words(place_m: tuple[float, float] | None) -> str:
    return "none" if place_m is None else f"({place_m[0]:.1f}, {place_m[1]:.1f}) m"


def summary(scenes: Sequence[Played]) -> list[str]:
    """Return the lines that compare all scenes with the targets."""
    wanted = sum(len(scene.verdict.answers) for scene in scenes)
    found = [pair for scene in scenes for pair in scene.verdict.found]
    false = [heard for scene in scenes for heard in scene.verdict.false]
    hours = sum(scene.script.duration_s for scene in scenes) / 3600
    events = [heard for _, heard in found] + false
    recall = len(found) / wanted if wanted else 1.0
    a_h = len(false) / hours
    shown = sum(heard.clip_shows_moment for heard in events)
    began = sum(heard.clip_shows_began for heard in events)
    lines = [
        f"rule recall {recall:.3f} ({len(found)} of {wanted}), target {LEAST_RECALL}: "
        + ("met" if recall >= LEAST_RECALL else f"MISSED by {LEAST_RECALL - recall:.3f}"),
        f"false events {a_h:.1f} an hour ({len(false)} in {hours:.2f} h), target "
        f"{MOST_FALSE_AN_HOUR:g}: "
        + ("met" if a_h <= MOST_FALSE_AN_HOUR else f"MISSED, {a_h / MOST_FALSE_AN_HOUR:.1f} x"),
        f"the clip contains its moment in {shown} of {len(events)} events, target all: "
        + ("met" if shown == len(events) else "MISSED")
        + f"; the beginning too in {began}",
    ]
    late = [heard.at_s - expected.due_s for expected, heard in found if heard.kind != "tamper"]
    if late:
        lines.append(
            f"decided after the rule could know, tampering aside: p50 "
            f"{percentile(late, 0.5):.1f} s, p95 {percentile(late, 0.95):.1f} s (scene time)"
        )
    return lines


def main() -> int:
    """Play the scenes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="scenes, by default all")
    parser.add_argument("--quick", action="store_true", help=f"only {', '.join(QUICK)}")
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--fps", type=int, default=10, help="pictures a second that are sent")
    parser.add_argument("--every-view", action="store_true", help="look everywhere, 5 a second")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    options = parser.parse_args()
    names = options.names or (QUICK if options.quick else [path.stem for path in scene_paths()])
    known = {path.stem: path for path in scene_paths()}
    if unknown := [name for name in names if name not in known]:
        parser.error(f"no scene {unknown[0]}; there are {', '.join(known)}")
    if not options.model.is_dir():
        sys.exit(f"needs the demo's model under {options.model}")
    began_s = time.monotonic()
    print(f"Scripted scenes at {options.fps} pictures/s, GOP 1 s; {load_line()}")
    print(f"{'scene':<24}{'events':>9}{'false':>7}{'after due, s':>14}{'looks':>9}{'CPU s':>7}")
    scenes: list[Played] = []
    with tempfile.TemporaryDirectory() as cache:
        with _detector(options.model, Path(cache)):
            pass  # How it runs best on this machine is measured once, not in each process.
        jobs = [
            Job(known[name], options.model, Path(cache), options.fps, options.every_view)
            for name in names
        ]
        # Started afresh: OpenVINO's threads do not survive a fork.
        with ProcessPoolExecutor(options.processes, get_context("spawn")) as pool:
            for played in pool.map(play, jobs):
                scenes.append(played)
                print("\n".join(row(played)), flush=True)
    took_s = time.monotonic() - began_s
    length_s = sum(scene.script.duration_s for scene in scenes)
    print("looks: views analysed, as a share of all views 5 times a second")
    print("\n".join(summary(scenes)))
    print(f"{length_s:.0f} s of scenes in {took_s:.0f} s; {load_line()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
