"""CPU of the whole program for a 1080p25 camera while nothing moves, and how soon it wakes.

A rendered yard with parked vehicles and a sensor's noise is served over RTSP, with a key picture
every second and every two. First nothing moves at all; then somebody of 40 px steps out of
nowhere now and then, at every phase of a group of pictures, and the clock runs from the moment
at which the camera sent the first picture with him to the event at the broker.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.figures import load_line, verdict
from benchmarks.quiet_yard import camera, height_px, visit_times_s, visits_scene, write_video
from benchmarks.watched_stream import Chain, watched
from demo.camera_config import CAMERA
from demo.street.script import SceneScript

TARGET_CORE_PERCENT, TARGET_REPORT_S = 6.0, 1.5
STILL_LOOP_S = 10.0
SETTLE_S = 25.0
"""Until the parked vehicles are known and left alone, and the model's start is over."""
APART_S = 14.0
"""Between two visits: until the camera is idle again."""


def cpu_percent(chain: Chain, seconds: float) -> float:
    """Return CPU of the vision process over the next seconds, in percent of one core."""
    process = psutil.Process(chain.vision.pid)
    began_s, before = time.monotonic(), process.cpu_times()
    time.sleep(seconds)
    after = process.cpu_times()
    used_s = after.user + after.system - before.user - before.system
    return 100 * used_s / (time.monotonic() - began_s)


def still_cpu(folder: Path, gop_s: float, seconds: float) -> float:
    """Measure the idle camera."""
    script = visits_scene([], STILL_LOOP_S)
    video = folder / f"still-{gop_s:g}.mp4"
    write_video(script, video, gop_s)
    with watched(video, camera(script)) as chain:
        chain.until_live(CAMERA)
        time.sleep(SETTLE_S)
        return cpu_percent(chain, seconds)


def report_times_s(folder: Path, gop_s: float, visits: int) -> tuple[SceneScript, list[float]]:
    """Measure one loop of visits: seconds from the first picture with him to the broker."""
    script = visits_scene(visit_times_s(visits, APART_S, gop_s), visits * APART_S)
    video = folder / f"visits-{gop_s:g}.mp4"
    write_video(script, video, gop_s)
    with watched(video, camera(script)) as chain:
        chain.until_live(CAMERA)
        until_s = 2 * script.duration_s
        while chain.sent.newest_s < until_s:
            time.sleep(0.5)
        # The first loop is for learning what the yard looks like.
        shown_s = [chain.sent.sent_s(script.duration_s + it.path[0][0]) for it in script.movers]
        told_s = sorted(chain.news.broker_s.values())
    delays = []
    for at_s in shown_s:
        assert at_s is not None
        delays.append(next((each - at_s for each in told_s if each >= at_s), float("inf")))
    return script, delays


def main() -> None:
    """Measure both groups of pictures and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="15 s and 3 visits, GOP 1 s only")
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--visits", type=int, default=8)
    options = parser.parse_args()
    seconds, visits = (15.0, 3) if options.quick else (options.seconds, options.visits)
    print(f"One idle 1080p25 camera, the whole process; {load_line()}")
    for gop_s in (1.0,) if options.quick else (1.0, 2.0):
        with tempfile.TemporaryDirectory() as folder:
            percent = still_cpu(Path(folder), gop_s, seconds)
            script, delays = report_times_s(Path(folder), gop_s, visits)
        told = [delay for delay in delays if delay < APART_S - 1]
        print(
            f"GOP {gop_s:g} s: {percent:.1f} % of a core while nothing moves, target "
            f"{TARGET_CORE_PERCENT:g} %: {verdict(percent, TARGET_CORE_PERCENT)}"
        )
        if not told:
            print(f"  none of {visits} visits was told")
            continue
        print(
            f"  a person of {height_px(script):.0f} px is told after {statistics.median(told):.2f} "
            f"s (median), {max(told):.2f} s (worst of {len(told)}; {visits - len(told)} not told), "
            f"target {TARGET_REPORT_S:g} s: {verdict(max(told), TARGET_REPORT_S)}",
            flush=True,
        )
    print(load_line())


if __name__ == "__main__":
    main()
