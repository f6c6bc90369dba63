"""Encodes a scene as H.264: `python -m demo.street_camera.encode` makes the demo's loop."""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from pathlib import Path

import av

from demo.street.library import DEMO_LOOP, load_scene
from demo.street.painter import Picture
from demo.street.script import SceneScript
from demo.street.street import Street

FPS = 10
MEDIA = Path(__file__).parent / "media"
LOOP_FILE = MEDIA / "street.mp4"
CRF = 32
X264 = "scenecut=0:mbtree=0:ipratio=0.75:aq-mode=0"
"""Spends its bits on what moves: at a scene's usual settings the still street would get them."""


def main(argv: list[str] | None = None) -> int:
    """Render and encode the loop; takes about a minute on two cores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", type=Path, default=DEMO_LOOP)
    parser.add_argument("--out", type=Path, default=LOOP_FILE)
    parser.add_argument("--crf", type=int, default=CRF)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(argv)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    script = load_scene(options.scene)
    size = encode(script, options.out, crf=options.crf, workers=options.workers)
    print(f"{options.out}: {size / 1e6:.2f} MB")
    return 0


def encode(
    script: SceneScript,
    out: Path,
    *,
    fps: int = FPS,
    crf: int = CRF,
    preset: str = "slow",
    workers: int = 1,
) -> int:
    """Write the scene as MP4 with a key frame every second; return the size in bytes."""
    frames = round(script.duration_s * fps)
    with av.open(str(out), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, 90_000)
        stream.codec_context.gop_size = fps
        stream.codec_context.max_b_frames = 0
        stream.options = {
            "crf": str(crf),
            "preset": preset,
            "profile": "main",
            "x264-params": f"keyint={fps}:min-keyint={fps}:{X264}",
        }
        for number, picture in enumerate(_pictures(script, frames, fps, workers)):
            if number == 0:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = number * (90_000 // fps)
            frame.time_base = Fraction(1, 90_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.stat().st_size


def _pictures(script: SceneScript, frames: int, fps: int, workers: int) -> Iterator[Picture]:
    times = [number / fps for number in range(frames)]
    if workers == 1:
        street = Street(script)
        for at_s in times:
            yield street.view(at_s).picture
        return
    with ProcessPoolExecutor(workers, initializer=_prepare, initargs=(script,)) as pool:
        # Bounded, so that finished pictures do not pile up before the encoder.
        for first in range(0, frames, 8 * workers):
            yield from pool.map(_render, times[first : first + 8 * workers])


_street: Street | None = None


def _prepare(script: SceneScript) -> None:
    global _street
    _street = Street(script)


def _render(at_s: float) -> Picture:
    assert _street is not None
    return _street.view(at_s).picture


if __name__ == "__main__":
    sys.exit(main())
