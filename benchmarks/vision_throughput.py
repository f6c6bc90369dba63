"""Analysed pictures a second, decode included, beside the raw model and beside ultralytics.

Three figures in one run on the same cores, taken in turns: the model alone in OpenVINO's own
asynchronous queue; this product's streams, views and detector on live RTSP cameras, one whole
view a picture; ``ultralytics`` reading the same streams, where the environment that
``make test`` makes for it is there.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import openvino as ov

from benchmarks.vision_footage import STREETS, coco_model, cpu_s, need_data, rtsp, shrunk
from quantrac_core.runtime.clock import SystemClock
from vision.attention.settings import AttentionSettings
from vision.detection.detector import Detector
from vision.detection.openvino_detector import open_openvino
from vision.detection.settings import ModelSettings
from vision.optics.settings import ManualViews, MastSettings, PerspectiveSettings, WholeView
from vision.pipeline.camera_watch import CameraWatch
from vision.pipeline.gaze import gaze_of
from vision.rules.settings import Crowd, ZoneSettings
from vision.settings import CameraSettings
from vision.streams.camera_stream import CameraStream
from vision.streams.packet_ring import PacketRing
from vision.streams.settings import StreamSettings, StreamsSettings

TARGET_OF_RAW, TARGET_OF_PEER = 0.85, 1.5
WARM_UP_S = 4.0
SQUARE = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]
"""Under overload only views without rules are slowed: this is one with a rule."""
ULTRALYTICS = Path(".venv-ultralytics/bin/python")
PLAIN = """
import json, sys, time
from ultralytics import YOLO
model = YOLO(sys.argv[1], task="detect")
streams, seconds, task = sys.argv[2], float(sys.argv[3]), sys.argv[4]
count = began = 0
for _ in getattr(model, task)(streams, stream=True, verbose=False, imgsz=640):
    now = time.monotonic()
    began = began or now + 4.0
    count += now > began
    if now > began + seconds:
        break
print(json.dumps(count / seconds))
"""


def raw_rate(model: ModelSettings, seconds: float) -> float:
    """Inferences a second of the model alone, in OpenVINO's throughput mode."""
    core = ov.Core()
    xml = next(model.path.glob("*.xml"))
    compiled = core.compile_model(xml, "CPU", {"PERFORMANCE_HINT": "THROUGHPUT"})
    done = 0
    lock = threading.Lock()

    def count(_request: object, _data: object) -> None:
        nonlocal done
        with lock:
            done += 1

    queue = ov.AsyncInferQueue(compiled)
    queue.set_callback(count)
    picture = np.random.default_rng(1).random((1, 3, 640, 640), np.float32)
    for _ in range(8):
        queue.start_async([picture], share_inputs=True)
    queue.wait_all()
    done, began_s = 0, time.monotonic()
    while time.monotonic() - began_s < seconds:
        queue.start_async([picture], share_inputs=True)
    queue.wait_all()
    return done / (time.monotonic() - began_s)


def decoding_cpu_s(video: Path) -> float:
    """CPU seconds that decoding one picture takes, and nothing else done with it."""
    pictures = 0
    with av.open(str(video)) as container:
        container.streams.video[0].codec_context.thread_count = 1
        began_s = cpu_s()
        for _ in container.decode(video=0):
            pictures += 1
    return (cpu_s() - began_s) / pictures


def ceiling_rate(raw: float, decoding_s: float) -> float:
    """Pictures a second if decoding and the model were all that these cores did."""
    return 1 / (1 / raw + decoding_s / len(os.sched_getaffinity(0)))


def watched(number: int, address: str, detector: Detector) -> tuple[CameraStream, CameraWatch]:
    """One camera as the program runs it, every picture analysed as one whole view."""
    streams = StreamsSettings(main=StreamSettings(url=address))
    camera = CameraSettings(
        id=f"camera-{number}",
        streams=streams,
        lens=PerspectiveSettings(kind="perspective", hfov_deg=60),
        mast=MastSettings(lat=11.58, lon=108.99, height_m=8, tilt_deg=25),
        views=ManualViews(
            layout="manual",
            smallest={"person": 40},
            views=[WholeView(name="whole", kind="whole")],
        ),
        attention=AttentionSettings(idle_fps=30, active_fps=30, sweep_s=1),
        zones=[ZoneSettings(name="square", space="picture", points=SQUARE)],
        rules=[Crowd(id="crowd", kind="crowd", zone="square", labels=["person"], at_least=50)],
    )
    clock = SystemClock()
    stream = CameraStream(camera.id, streams.main, clock, ring=PacketRing(25.0, 64_000_000))
    gaze = gaze_of(camera, detector, {}, _nothing)
    watch = CameraWatch(
        camera.id, stream, gaze, camera.attention.overload, clock, _nothing, _nothing
    )
    return stream, watch


def _nothing(*_: object) -> None:
    """Nobody listens."""


def product_rate(model: ModelSettings, addresses: Sequence[str], seconds: float) -> float:
    """Analysed pictures a second of all cameras together."""
    detector = open_openvino(model)
    cameras = [watched(number, address, detector) for number, address in enumerate(addresses)]
    try:
        for stream, watch in cameras:
            stream.start()
            watch.start()
        time.sleep(WARM_UP_S)
        before = sum(watch.analysed for _, watch in cameras)
        began_s = time.monotonic()
        time.sleep(seconds)
        after = sum(watch.analysed for _, watch in cameras)
        return (after - before) / (time.monotonic() - began_s)
    finally:
        for stream, watch in cameras:
            watch.stop()
            stream.stop()
        detector.close()


def ultralytics_rate(
    model: Path, addresses: Sequence[str], seconds: float, task: str
) -> float | None:
    """Pictures a second of ``YOLO(...).predict`` or ``.track``; None without its environment.

    It gets the same streams; both are bounded by what the cameras send.
    """
    if not ULTRALYTICS.exists():
        return None
    streams = model.parent / "cameras.streams"
    streams.write_text("\n".join(addresses))
    answer = subprocess.run(
        [str(ULTRALYTICS), "-c", PLAIN, str(model), str(streams), str(seconds), task],
        capture_output=True,
        text=True,
        timeout=seconds + 120,
        check=False,
    )
    if answer.returncode:
        print(answer.stderr.strip().splitlines()[-1:], file=sys.stderr)
        return None
    return float(json.loads(answer.stdout.splitlines()[-1]))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--cameras", type=int, default=4)
    options = parser.parse_args()
    need_data()
    with coco_model() as model, tempfile.TemporaryDirectory() as folder:
        small = shrunk(STREETS, Path(folder) / "small.mp4", 768, 432)
        ul_model = Path(folder) / "yolo11n_openvino_model"
        ul_model.symlink_to(model.path)
        videos = {"small": small, "large": STREETS}
        with rtsp({f"{name}.mp4": video for name, video in videos.items()}) as root:
            for name in videos:
                address = f"{root}/{name}.mp4?play_count=0"
                turns = [
                    (
                        raw_rate(model, options.seconds / 2),
                        product_rate(model, [address] * options.cameras, options.seconds),
                        raw_rate(model, options.seconds / 2),
                    )
                    for _ in range(options.turns)
                ]
                raw = statistics.median((a + b) / 2 for a, _, b in turns)
                ours = statistics.median(rate for _, rate, _ in turns)
                ratio = statistics.median(2 * rate / (a + b) for a, rate, b in turns)
                print(
                    f"{name}: raw {raw:.1f}/s, analysed {ours:.1f}/s, ratio {ratio:.2f}, target "
                    f"{TARGET_OF_RAW}: " + ("met" if ratio >= TARGET_OF_RAW else "MISSED")
                )
                decoding_s = decoding_cpu_s(videos[name])
                ceiling = ceiling_rate(raw, decoding_s)
                print(
                    f"  decoding alone takes {1000 * decoding_s:.1f} ms of a core a picture: with "
                    f"it no more than {ceiling / raw:.2f} x raw is possible; ours "
                    f"{ours / ceiling:.2f} x that",
                    flush=True,
                )
                for task in ("predict", "track"):
                    cameras = [address] * options.cameras
                    plain = ultralytics_rate(ul_model, cameras, options.seconds, task)
                    if plain:
                        print(
                            f"  ultralytics {task}: {plain:.1f}/s, ours {ours / plain:.2f} x, "
                            f"target {TARGET_OF_PEER}: "
                            + ("met" if ours / plain >= TARGET_OF_PEER else "MISSED"),
                            flush=True,
                        )


if __name__ == "__main__":
    main()
