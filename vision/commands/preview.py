"""`quantrac-vision preview`: a camera's views, zones and coverage as one picture."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from quantrac_core.contracts.errors import QuantracError
from quantrac_core.runtime.program import EXIT_CONFIG, report_errors
from vision.commands.camera_section import CameraSection, load_camera
from vision.optics.coverage import CoverageMap
from vision.optics.drawing import GREY, blank
from vision.optics.plan import views_for
from vision.optics.preview_picture import draw_preview
from vision.optics.spaces import Spaces
from vision.scene.frame import Image

Grab = Callable[[Path, str], Image]
"""Takes the configuration file and a camera's id, returns one picture of its stream."""
VEHICLE = "car"


class PreviewFailed(QuantracError):
    """A picture that cannot be read or written, with what to do."""


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]", grab: Grab | None = None
) -> None:
    """Add ``preview``; it sets ``run``.

    Args:
        grab: how to take a live picture where none is given.
    """
    parser = subparsers.add_parser("preview", help="draw views, zones and coverage of a camera")
    parser.add_argument("--config", type=Path, required=True, help="configuration file")
    parser.add_argument("--camera", help="id of the camera, where there are several")
    parser.add_argument("--picture", type=Path, help="a picture of it instead of the live stream")
    parser.add_argument("--out", type=Path, required=True, help="PNG or JPEG to write")
    parser.set_defaults(run=lambda options: run_preview(options, grab))


def run_preview(options: argparse.Namespace, grab: Grab | None = None) -> int:
    """Draw and write the picture; return the exit code, 2 where a rule cannot see."""
    blind: list[str] = []

    def work() -> None:
        camera = load_camera(options.config, options.camera)
        picture = _picture(options, camera, grab)
        blind.extend(preview(camera, picture, options.out))

    code = report_errors(work)
    for line in blind:
        print(line, file=sys.stderr)
    return EXIT_CONFIG if blind else code


def preview(camera: CameraSection, picture: Image, out: Path) -> list[str]:
    """Write the preview to ``out``; return the rules that cannot see, one sentence each.

    Raises:
        OpticsFault: if lens, mast, views and picture do not go together.
        PreviewFailed: if ``out`` cannot be written.
    """
    size_px = picture.shape[1], picture.shape[0]
    plan = views_for(camera.lens, camera.mast, camera.views, *size_px)
    coverage, spaces = CoverageMap(plan, camera.mast), Spaces(plan, camera.mast)
    zones = camera.watched_zones()
    for zone in zones:
        spaces.directions(zone.space, np.array(zone.points))
    blind = camera.rules_that_cannot_see(coverage, spaces)
    labels = list(dict.fromkeys([*camera.views.smallest, VEHICLE]))[:2]
    title = f"{camera.id}: {size_px[0]}x{size_px[1]} px, lens {camera.lens.kind}, " + (
        f"mast {camera.mast.height_m:g} m, north {camera.mast.north_deg:g} deg"
    )
    drawn = draw_preview(
        title,
        plan,
        coverage,
        spaces,
        picture,
        zones,
        {label: camera.views.required_px(label) for label in labels},
        blind,
    )
    for note in plan.notes:
        print(note)
    _write(out, drawn)
    return blind


def _picture(options: argparse.Namespace, camera: CameraSection, grab: Grab | None) -> Image:
    if options.picture is not None:
        return _read(options.picture)
    if grab is not None:
        return grab(options.config, camera.id)
    return blank(*camera.picture_px(), GREY)


def _read(path: Path) -> Image:
    try:
        content = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise PreviewFailed(f"{path}: {error.strerror}; give a picture file") from error
    image = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    if image is None:
        raise PreviewFailed(f"{path}: not a picture; give a JPEG or PNG file")
    return np.asarray(image, dtype=np.uint8)


def _write(path: Path, image: Image) -> None:
    if path.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise PreviewFailed(f"{path}: name a .png or .jpg file")
    _, content = cv2.imencode(path.suffix, image)
    try:
        path.write_bytes(content.tobytes())
    except OSError as error:
        raise PreviewFailed(f"{path}: {error.strerror}; name a file that can be written") from error
