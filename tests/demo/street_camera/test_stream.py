"""The encoded street, as a player reads it over RTSP."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

from demo.street.library import DEMO_LOOP, load_scene
from demo.street.script import SceneScript
from demo.street.street import Street
from demo.street_camera.encode import FPS, LOOP_FILE, encode
from tests.peers.process import free_port

SHORT_S = 2.0
LIKE_DB = 29.0
"""Pictures with a better signal-to-noise ratio than this are taken for the same."""


@pytest.fixture(scope="module")
def short_script() -> SceneScript:
    return load_scene(DEMO_LOOP).model_copy(update={"duration_s": SHORT_S})


@pytest.fixture(scope="module")
def short_video(tmp_path_factory: pytest.TempPathFactory, short_script: SceneScript) -> Path:
    path = tmp_path_factory.mktemp("video") / "short.mp4"
    encode(short_script, path, preset="ultrafast")
    return path


@contextmanager
def camera(video: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Run the camera program; yield the address that it announces."""
    process = subprocess.Popen(
        [sys.executable, "-m", "demo.street_camera", "--port", str(free_port()),
         "--video", str(video)],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        ready = next(event for line in process.stdout if "event" in (event := _event(line)))
        yield ready["url"], process
    finally:
        process.kill()
        process.wait(5)


def _event(line: str) -> dict[str, str]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def likeness_db(one: np.ndarray, other: np.ndarray) -> float:
    error = ((one.astype(float) - other.astype(float)) ** 2).mean()
    return float(10 * np.log10(255**2 / error))


def test_a_player_sees_what_was_rendered_and_the_loop_goes_on(
    short_video: Path, short_script: SceneScript
) -> None:
    street = Street(short_script)
    with camera(short_video) as (url, _), av.open(url, options={"rtsp_transport": "tcp"}) as source:
        stream = source.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 1280, 1280)
        frames = list(islice(source.decode(stream), round(SHORT_S * FPS) + 5))
    for number in (0, 7, 19):
        seen = frames[number].to_ndarray(format="bgr24")
        assert likeness_db(seen, street.view(number / FPS).picture) > LIKE_DB
    again = frames[round(SHORT_S * FPS) + 3].to_ndarray(format="bgr24")
    assert likeness_db(again, street.view(3 / FPS).picture) > LIKE_DB


def test_a_second_player_begins_at_the_first_picture_too(
    short_video: Path, short_script: SceneScript
) -> None:
    street = Street(short_script)
    with camera(short_video) as (url, _):
        for _ in range(2):
            with av.open(url, options={"rtsp_transport": "tcp"}) as source:
                first = next(source.decode(video=0)).to_ndarray(format="bgr24")
                assert likeness_db(first, street.view(0.0).picture) > LIKE_DB


def test_the_camera_ends_at_once_when_told_although_somebody_watches(short_video: Path) -> None:
    with (
        camera(short_video) as (url, process),
        av.open(url, options={"rtsp_transport": "tcp"}) as source,
    ):
        assert next(source.decode(video=0)).width == 1280
        process.terminate()
        assert process.wait(5) == 0


def test_every_second_begins_with_a_key_frame_and_none_is_ahead_of_its_time(
    short_video: Path,
) -> None:
    with av.open(str(short_video)) as source:
        packets = [packet for packet in source.demux(video=0) if packet.size]
    assert [number for number, packet in enumerate(packets) if packet.is_keyframe] == [0, FPS]
    assert all(packet.pts == packet.dts for packet in packets)


def test_a_missing_video_and_a_busy_port_are_one_line_each(
    tmp_path: Path, short_video: Path
) -> None:
    command = [sys.executable, "-m", "demo.street_camera", "--port"]
    missing = subprocess.run(
        [*command, "0", "--video", str(tmp_path / "none.mp4")],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert missing.returncode == 2
    assert "python -m demo.street_camera.encode" in missing.stderr
    with camera(short_video) as (url, _):
        port = url.split(":")[2].split("/")[0]
        busy = subprocess.run(
            [*command, port, "--video", str(short_video)],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
    assert busy.returncode == 1
    assert f"port {port}" in busy.stderr
    assert "Traceback" not in busy.stderr


def test_the_committed_loop_shows_what_its_script_says_today() -> None:
    script = load_scene(DEMO_LOOP)
    street = Street(script)
    assert LOOP_FILE.stat().st_size <= 6_000_000
    with av.open(str(LOOP_FILE)) as source:
        stream = source.streams.video[0]
        assert stream.frames == round(script.duration_s * FPS)
        for at_s in (21.0, 60.0):
            source.seek(round(at_s / stream.time_base), stream=stream)
            seen = next(source.decode(stream)).to_ndarray(format="bgr24")
            assert likeness_db(seen, street.view(at_s).picture) > LIKE_DB
