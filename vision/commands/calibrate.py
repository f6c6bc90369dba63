"""`quantrac-vision calibrate`: where a camera looks, from a few known landmarks."""

import argparse
from pathlib import Path

from quantrac_core.runtime.program import report_errors
from vision.commands.camera_section import CameraSection, load_camera
from vision.optics.calibration import Calibration, calibrate
from vision.optics.landmarks import load_landmarks
from vision.optics.settings import LensSettings, PanoramaSettings


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``calibrate``; it sets ``run``."""
    parser = subparsers.add_parser("calibrate", help="fit a camera's direction to landmarks")
    parser.add_argument("--config", type=Path, required=True, help="configuration file")
    parser.add_argument("--camera", help="id of the camera, where there are several")
    parser.add_argument("--landmarks", type=Path, required=True, help="YAML list of known places")
    parser.add_argument(
        "--fit-lens", action="store_true", help="fit focal length and centre too (5 landmarks)"
    )
    parser.set_defaults(run=lambda options: report_errors(lambda: _calibrate(options)))


def _calibrate(options: argparse.Namespace) -> None:
    camera = load_camera(options.config, options.camera)
    listed = load_landmarks(options.landmarks)
    picture_px = listed.picture_px or camera.picture_px()
    fitted = calibrate(
        camera.lens, camera.mast, listed.landmarks, picture_px, fit_lens=options.fit_lens
    )
    for line in report(camera, fitted, picture_px):
        print(line)


def report(camera: CameraSection, fitted: Calibration, picture_px: tuple[int, int]) -> list[str]:
    """Return the residuals and the lines to paste into the configuration."""
    lines = [f"{'landmark':<24} {'degrees':>8} {'metres':>8}"]
    lines += [
        f"{residual.name[:24]:<24} {residual.degrees:8.2f} {residual.metres:8.2f}"
        for residual in fitted.residuals
    ]
    lines.append(f"{'median':<24} {fitted.median_deg:8.2f}")
    lines.append("")
    lines.append(f"# camera {camera.id}: replace these lines")
    lines += _lens_lines(camera.lens, fitted, picture_px)
    mast = fitted.mast
    lines.append("mast:")
    lines.append(f"  north_deg: {mast.north_deg:.2f}")
    lines.append(f"  tilt_deg: {mast.tilt_deg:.2f}")
    lines.append(f"  roll_deg: {mast.roll_deg:.2f}")
    return lines


def _lens_lines(lens: LensSettings, fitted: Calibration, picture_px: tuple[int, int]) -> list[str]:
    if isinstance(lens, PanoramaSettings):
        turned = lens.seam_bearing_deg is not None
        return ["lens:  # without seam_bearing_deg: north_deg takes its place"] if turned else []
    if not fitted.lens_values:
        return []
    values = {"picture_px": list(picture_px), **fitted.lens_values}
    return ["lens:", *(f"  {key}: {value}" for key, value in values.items())]
