"""What the whole vision program weighs, and whether eight hours of bad cameras make it grow.

Two 1080p cameras over a busy square, each with people and a rule, a real COCO model, clips and
uploads. Once it has settled its memory is read. Then the connections of both cameras are cut,
frozen and filled with garbage by turns, each as soon as the last one is over: 240 times, which is
one fault every two minutes for eight hours.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from benchmarks.figures import load_line, verdict
from benchmarks.installed_size import installed_bytes
from benchmarks.striking_relay import STRIKES, StrikingRelay, striking_relay
from benchmarks.vision_footage import STREETS, coco_model, need_data, rtsp
from tests.peers.gateway import embedded_config, gateway
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import running
from tests.peers.vision import PATIENCE, Vision, vision_config

TARGET_RSS_MB, TARGET_INSTALLED_MB = 600.0, 1_000.0
CAMERAS = 2
FAULTS = 240
FAULTS_TO_WARM_UP = 40
SETTLE_S = 60.0
WELL_AGAIN_BYTES = 100_000
WELL_AGAIN_WITHIN_S = 20.0
MOST_GROWTH_PERCENT = 5.0


class Weight(NamedTuple):
    """Resident memory (MB, 10⁶ bytes), threads and file descriptors of a process."""

    rss_mb: float
    threads: int
    descriptors: int


def weight(pid: int) -> Weight:
    """Read a process's weight now."""
    process = psutil.Process(pid)
    return Weight(process.memory_info().rss / 1e6, process.num_threads(), process.num_fds())


def camera(number: int, port: int) -> dict[str, Any]:
    """Return the section of one camera over the square."""
    return {
        "id": f"camera-{number}",
        "streams": {
            "main": {"url": f"rtsp://127.0.0.1:{port}/square.mp4?play_count=0", **PATIENCE}
        },
        "lens": {"kind": "perspective", "hfov_deg": 60},
        "mast": {"lat": 11.58, "lon": 108.99, "height_m": 8, "tilt_deg": 25},
        "views": {
            "layout": "manual",
            "smallest": {"person": 40},
            "views": [{"name": "whole", "kind": "whole"}],
        },
        "zones": [
            {
                "name": "quang-truong",
                "space": "picture",
                "points": [[0.3, 0.3], [0.7, 0.3], [0.7, 0.9], [0.3, 0.9]],
            }
        ],
        "rules": [
            {
                "id": "dot-nhap",
                "kind": "intrusion",
                "zone": "quang-truong",
                "labels": ["person"],
                "cool_down_s": 20,
            }
        ],
    }


@contextmanager
def watching() -> Iterator[tuple[Vision, list[StrikingRelay]]]:
    """Run both cameras, the broker, the centre and vision."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        root = stack.enter_context(rtsp({"square.mp4": STREETS}))
        server = int(root.rpartition(":")[2])
        relays = [stack.enter_context(striking_relay(server)) for _ in range(CAMERAS)]
        broker = Mosquitto(folder)
        stack.enter_context(running(broker))
        assert broker.port is not None
        centre = embedded_config(folder, broker.port)
        stack.enter_context(running(gateway(folder, centre)))
        model = stack.enter_context(coco_model())
        config = vision_config(
            folder,
            broker.port,
            centre["http"]["port"],
            {"path": str(model.path), "self_test": False, "cache_dir": str(folder / "cache")},
            [camera(number, relay.port) for number, relay in enumerate(relays)],
            # As shipped: the tests' short clips would make it lighter than it is.
            evidence={},
        )
        yield stack.enter_context(Vision(folder, config)), relays


def wait_until_well(relays: list[StrikingRelay], within_s: float = WELL_AGAIN_WITHIN_S) -> bool:
    """Wait until every camera sends again; tell whether it came to that."""
    deadline_s = time.monotonic() + within_s
    while min(relay.passed_bytes for relay in relays) < WELL_AGAIN_BYTES:
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.05)
    return True


def settled(vision: Vision) -> float:
    """Return the highest resident memory (MB) of the last third of the settling time."""
    time.sleep(SETTLE_S * 2 / 3)
    readings = []
    for _ in range(20):
        readings.append(weight(vision.pid).rss_mb)
        time.sleep(SETTLE_S / 60)
    return max(readings)


def strike_by_turns(
    vision: Vision, relays: list[StrikingRelay], faults: int
) -> tuple[list[Weight], int]:
    """Return the weight after each fault once all is well again, and how often it was not."""
    weights: list[Weight] = []
    unwell = 0
    for number in range(faults):
        for relay in relays:
            relay.strike(STRIKES[number % len(STRIKES)])
        unwell += not wait_until_well(relays)
        weights.append(weight(vision.pid))
        if number % 20 == 19:
            print(f"  after {number + 1} faults: {told(weights[-20:])}", flush=True)
    return weights, unwell


def middle(weights: list[Weight]) -> Weight:
    """Return the medians."""
    return Weight(
        statistics.median(it.rss_mb for it in weights),
        round(statistics.median(it.threads for it in weights)),
        round(statistics.median(it.descriptors for it in weights)),
    )


def told(weights: list[Weight]) -> str:
    """Return the medians in words."""
    it = middle(weights)
    return f"{it.rss_mb:.0f} MB, {it.threads} threads, {it.descriptors} descriptors"


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="120 faults")
    options = parser.parse_args()
    need_data()
    sizes = installed_bytes("quantrac", frozenset({"vision"}))
    installed_mb = sum(sizes.values()) / 1e6
    print(
        f"installed: {installed_mb:.0f} MB in {len(sizes)} distributions, target "
        f"{TARGET_INSTALLED_MB:g} MB: {verdict(installed_mb, TARGET_INSTALLED_MB)}; {load_line()}",
        flush=True,
    )
    faults = 3 * FAULTS_TO_WARM_UP if options.quick else FAULTS
    with watching() as (vision, relays):
        if not wait_until_well(relays, 90.0):
            sys.exit(f"no stream within 90 s\n{vision.log()[-2000:]}")
        rss_mb = settled(vision)
        print(
            f"resident with {CAMERAS} cameras of 1080p: {rss_mb:.0f} MB, target "
            f"{TARGET_RSS_MB:g} MB: {verdict(rss_mb, TARGET_RSS_MB)}",
            flush=True,
        )
        weights, unwell = strike_by_turns(vision, relays, faults)
        if not vision.running:
            sys.exit(f"vision ended\n{vision.log()[-2000:]}")
    first = weights[FAULTS_TO_WARM_UP : 2 * FAULTS_TO_WARM_UP]
    last = weights[-FAULTS_TO_WARM_UP:]
    grown = 100 * (middle(last).rss_mb / middle(first).rss_mb - 1)
    print(
        f"{faults} faults at {CAMERAS} cameras, {unwell} not over within "
        f"{WELL_AGAIN_WITHIN_S:g} s; from {told(first)} to {told(last)}: {grown:+.1f} %, target "
        f"+{MOST_GROWTH_PERCENT:g} %: {verdict(grown, MOST_GROWTH_PERCENT)}; {load_line()}"
    )


if __name__ == "__main__":
    main()
