"""Footage, a model and an RTSP server for the benchmarks of vision."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

from benchmarks.plant import python_child
from tests.peers.process import free_port
from vision.detection.settings import ModelSettings

DATA = Path(os.environ.get("QUANTRAC_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
COCO_MODEL = DATA / "models" / "yolo11n_int8_openvino_model"
STREETS = DATA / "footage" / "town_centre_1080p.mp4"


def need_data() -> None:
    """End with one line where the real material is absent."""
    if not COCO_MODEL.is_dir():
        sys.exit(f"needs the real material under {DATA} (set QUANTRAC_TEST_DATA)")


@contextmanager
def coco_model() -> Iterator[ModelSettings]:
    """The COCO model in a folder that may be written to; its self-test is not what is measured."""
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "yolo11n"
        shutil.copytree(COCO_MODEL, model, copy_function=shutil.copyfile)
        yield ModelSettings(path=model, self_test=False)


@contextmanager
def rtsp(files: dict[str, Path]) -> Iterator[str]:
    """Serve files over RTSP from another process; yields the address before their names."""
    with tempfile.TemporaryDirectory() as folder:
        for name, path in files.items():
            shutil.copyfile(path, Path(folder) / name)
        port = free_port()
        video = Path(folder) / next(iter(files))
        options = ("--video", str(video), "--port", str(port))
        with python_child("demo.street_camera", *options) as server:
            assert server.stdout is not None
            if not server.stdout.readline():
                raise ConnectionError("the RTSP server ended at its start; see above")
            yield f"rtsp://127.0.0.1:{port}"


def shrunk(source: Path, target: Path, width: int, height: int) -> Path:
    """Write the same footage at another size, H.264 with a key picture each second."""
    with av.open(str(source)) as given, av.open(str(target), "w") as made:
        stream = made.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "23", "g": "30", "bf": "0"}
        for number, frame in enumerate(given.decode(video=0)):
            small = frame.reformat(width, height, format="yuv420p")
            small.pts = number
            made.mux(stream.encode(small))
        made.mux(stream.encode(None))
    return target


def cpu_s() -> float:
    """CPU seconds of this process so far."""
    return time.process_time()
