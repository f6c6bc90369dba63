"""A 1080p camera over a yard in which nothing moves, or somebody steps out now and then."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from demo.camera_config import camera_section
from demo.street.fisheye import Fisheye
from demo.street.painter import Picture
from demo.street.script import MoverScript, SceneScript
from demo.street.street import Street

WIDTH, HEIGHT, FPS = 1920, 1080, 25
EYE: Final = Fisheye(height_m=8.0, size_px=HEIGHT, radius_px=530.0)
"""The circle fills the height of the picture, as 360° cameras send it in 16:9."""
VISIT_S: Final = 4.0
WAY: Final = ((-6.4, -3.6), (-3.0, -6.4))
"""Where he steps out, 7 m from the mast's foot and 40 px tall, and where he goes."""
RULE: Final[dict[str, Any]] = {
    "id": "dot-nhap",
    "kind": "intrusion",
    "zone": "san-kho",
    "labels": ["person"],
    "cool_down_s": 0,
}


def visits_scene(times_s: Sequence[float], duration_s: float) -> SceneScript:
    """Return a scene in which somebody steps into the picture at each of ``times_s``."""
    movers = [
        MoverScript(
            id=f"visitor-{number}",
            kind="walker",
            colour="red",
            path=[(at_s, *WAY[0]), (at_s + VISIT_S, *WAY[1])],
        )
        for number, at_s in enumerate(times_s)
    ]
    return SceneScript(name="visits", duration_s=duration_s, movers=movers, rules=["dot-nhap"])


def visit_times_s(visits: int, apart_s: float, gop_s: float) -> list[float]:
    """Return times that fall evenly into all phases of a group of pictures, whole pictures."""
    return [
        round((number * apart_s + 5.0 + gop_s * (number + 0.5) / visits) * FPS) / FPS
        for number in range(visits)
    ]


def camera(script: SceneScript) -> dict[str, Any]:
    """Return the camera's section of vision's configuration, without its address."""
    lens = {
        "kind": "equidistant",
        "fov_deg": 180,
        "centre_px": [(WIDTH - 1) / 2, (HEIGHT - 1) / 2],
        "radius_px": EYE.radius_px,
    }
    return {
        **camera_section(script, ""),
        "lens": lens,
        "rules": [RULE],
        "views": {"smallest": {"person": 24}, "reach_m": 20},
    }


def height_px(script: SceneScript) -> float:
    """Return how tall the first visitor is in the picture when he steps out."""
    street = Street(script, EYE)
    at_s = script.movers[0].path[0][0]
    truth = next(it for it in street.view(at_s).truths if it.id == script.movers[0].id)
    assert truth.box_px is not None
    foot, head = EYE.project(np.array([[*WAY[0], 0.0], [*WAY[0], 1.66]]))[0]
    return float(np.hypot(*(head - foot)))


def write_video(script: SceneScript, path: Path, gop_s: float) -> None:
    """Render and encode the scene, without B-frames, as cameras do."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = Fraction(1, 90_000)
        gop = round(gop_s * FPS)
        stream.codec_context.gop_size = gop
        stream.codec_context.max_b_frames = 0
        stream.options = {
            "crf": "25",
            "preset": "veryfast",
            "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0",
        }
        for number, picture in enumerate(_pictures(script)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number * (90_000 // FPS), Fraction(1, 90_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _pictures(script: SceneScript) -> Iterator[Picture]:
    street = Street(script, EYE)
    left = (WIDTH - HEIGHT) // 2
    for number in range(round(script.duration_s * FPS)):
        picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        picture[:, left : left + HEIGHT] = street.view(number / FPS).picture
        yield picture
