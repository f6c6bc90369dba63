"""From somebody's true entry into a zone to the event at the broker and at the desk.

A rendered street loops over RTSP; every few seconds somebody steps into a zone at a second that
the script tells. The whole program watches, at 5 analysed pictures a second, and sends what it
finds through mosquitto to the centre. The clock starts when the camera sends that second of the
scene: a relay before it notes when each picture leaves.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.entry_scene import RULE, ZONE_SETTINGS, entry_scene, entry_times_s
from benchmarks.figures import load_line, percentile, verdict
from benchmarks.watched_stream import Chain, News, watched
from demo.camera_config import CAMERA, camera_section
from demo.street.script import SceneScript
from demo.street_camera.encode import encode

TARGET_BROKER_MS, TARGET_DESK_MS = 700.0, 1_000.0
ENTRIES_A_LOOP, EVERY_S = 12, 2.5
WARM_UP_S = 15.0
NEAR_S = 1.2
"""An event belongs to the entry that it says it began at, within less than half the distance."""


class Arrival(NamedTuple):
    """One entry, in seconds on one clock; ``desk`` is None where nothing came."""

    entered: float
    decided: float
    broker: float
    desk: float | None


def paired(entered_s: Sequence[float], news: News) -> tuple[list[Arrival], int, int]:
    """Return entries with their events, how many entries had none, and how many events are over."""
    free = {event_id: news.began_s(event_id) for event_id in news.events}
    arrivals: list[Arrival] = []
    for entry_s in entered_s:
        best = min(free, key=lambda event_id: abs(free[event_id] - entry_s), default=None)
        if best is None or abs(free[best] - entry_s) > NEAR_S:
            continue
        del free[best]
        arrivals.append(
            Arrival(entry_s, news.decided_s(best), news.broker_s[best], news.desk_s.get(best))
        )
    span = (min(entered_s, default=0.0) - NEAR_S, max(entered_s, default=0.0) + NEAR_S)
    over = sum(span[0] <= began_s <= span[1] for began_s in free.values())
    return arrivals, len(entered_s) - len(arrivals), over


def entries_s(script: SceneScript, chain: Chain, from_s: float, to_s: float) -> list[float]:
    """Return when (monotonic) somebody entered between two seconds of the stream."""
    loops = range(int(to_s // script.duration_s) + 1)
    seconds = [loop * script.duration_s + at_s for loop in loops for at_s in entry_times_s(script)]
    sent = [chain.sent.sent_s(second) for second in seconds if from_s <= second <= to_s]
    return [at_s for at_s in sent if at_s is not None]


def report(arrivals: Sequence[Arrival], missing: int, over: int) -> list[str]:
    """Return the table."""
    if not arrivals:
        return ["no entry was told"]
    lines = [f"{'ms after the true entry':<34}{'p50':>7}{'p95':>7}{'worst':>7}{'target p95':>12}"]
    broker = [(each.broker - each.entered) * 1000 for each in arrivals]
    desk = [(each.desk - each.entered) * 1000 for each in arrivals if each.desk is not None]
    for what, values, target in (
        ("event on the broker", broker, TARGET_BROKER_MS),
        ("event in the desk's stream", desk, TARGET_DESK_MS),
    ):
        if values:
            p95 = percentile(values, 0.95)
            lines.append(
                f"{what:<34}{percentile(values, 0.5):>7.0f}{p95:>7.0f}{max(values):>7.0f}"
                f"{target:>12.0f}  {verdict(p95, target)}"
            )
    parts = (
        ("of it until the picture decided in", [each.decided - each.entered for each in arrivals]),
        ("from that picture to the broker", [each.broker - each.decided for each in arrivals]),
        ("from the broker to the desk",
         [each.desk - each.broker for each in arrivals if each.desk is not None]),
    )  # fmt: skip
    for what, seconds in parts:
        if seconds:
            p50, p95 = (percentile(seconds, share) * 1000 for share in (0.5, 0.95))
            lines.append(f"  {what:<32}{p50:>7.0f}{p95:>7.0f}{max(seconds) * 1000:>7.0f}")
    lines.append(
        f"{len(arrivals)} entries told, {missing} not, {over} events of no entry, "
        f"{sum(each.desk is None for each in arrivals)} not at the desk"
    )
    return lines


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 entries, at 10 pictures/s")
    parser.add_argument("--entries", type=int, default=48)
    parser.add_argument("--fps", type=int, default=25, help="pictures a second of the camera")
    options = parser.parse_args()
    entries, fps = (20, 10) if options.quick else (options.entries, options.fps)
    script = entry_scene(ENTRIES_A_LOOP, EVERY_S)
    camera = {**camera_section(script, ""), "zones": [ZONE_SETTINGS], "rules": [RULE]}
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "entries.mp4"
        encode(script, video, fps=fps, crf=26, preset="veryfast", workers=2)
        with watched(video, camera) as chain:
            chain.until_live(CAMERA)
            time.sleep(WARM_UP_S)
            from_s = chain.sent.newest_s
            time.sleep(entries * EVERY_S)
            to_s = chain.sent.newest_s
            time.sleep(3.0)
            entered_s = entries_s(script, chain, from_s, to_s)
            arrivals, missing, over = paired(entered_s, chain.news)
            status = chain.news.statuses[CAMERA]
            spread_ms = chain.sent.spread_s() * 1000
    print(f"From a true entry to whom it concerns; {load_line()}")
    print("\n".join(report(arrivals, missing, over)))
    print(
        f"analysed {status.fps:.1f} pictures/s, lag {status.lag_s * 1000:.0f} ms, overload level "
        f"{status.overload_level}"
    )
    print(
        f"of it the camera: a picture every {1000 / fps:.0f} ms, its packets spread over "
        f"{spread_ms:.0f} ms; exposure and encoder of a real camera come on top, and its GOP "
        "plays no part while every picture is decoded"
    )


if __name__ == "__main__":
    main()
