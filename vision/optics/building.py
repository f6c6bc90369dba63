"""From configuration to eyes: the camera's own, and those of the views cut from it."""

from typing import Literal

import numpy as np

from vision.optics import lenses, settings
from vision.optics.arrays import Floats, OpticsFault
from vision.optics.directions import down_rotation, look_rotation
from vision.optics.eye import Eye
from vision.optics.settings import LensSettings, MastSettings

MAX_SHAPE_DIFFERENCE = 0.02
_CURVES = {
    "equidistant": lenses.EQUIDISTANT,
    "equisolid": lenses.EQUISOLID,
    "stereographic": lenses.STEREOGRAPHIC,
    "orthographic": lenses.ORTHOGRAPHIC,
}


def build_lens(lens: LensSettings, width_px: int, height_px: int) -> lenses.Lens:
    """Return the lens as it appears in a picture of ``width_px`` × ``height_px``.

    Raises:
        OpticsFault: if the picture has another shape than the one the settings speak of, the
            centre lies outside it, or the lens cannot show its field of view.
    """
    if isinstance(lens, settings.PanoramaSettings):
        return lenses.PanoramaLens(
            width_px, height_px, lens.span_deg, lens.top_deg, lens.bottom_deg
        )
    scale = _scale(lens.picture_px, width_px, height_px)
    x, y = lens.centre_px or (width_px / scale / 2, height_px / scale / 2)
    centre = x * scale, y * scale
    if not (0 <= centre[0] <= width_px and 0 <= centre[1] <= height_px):
        raise OpticsFault(
            f"lens.centre_px: {x:g}, {y:g} lies outside the picture of {width_px}×{height_px} px; "
            f"give a point inside it, or picture_px if it counts in another size"
        )
    if isinstance(lens, settings.PerspectiveSettings):
        focal_px = width_px / 2 / np.tan(np.radians(lens.hfov_deg) / 2)
        return lenses.PerspectiveLens(width_px, height_px, float(focal_px), *centre)
    if isinstance(lens, settings.FisheyeSettings):
        curve = _CURVES[lens.kind]
        radius_px = lens.radius_px * scale if lens.radius_px else min(width_px, height_px) / 2
        focal = _focal(curve, lens.fov_deg, radius_px)
        return lenses.radial_lens(
            curve, (width_px, height_px), centre, (focal, focal), lens.fov_deg
        )
    curve = lenses.polynomial_curve(lens.k1, lens.k2, lens.k3, lens.k4)
    if lens.fx_px is not None:
        fx, fy = lens.fx_px * scale, (lens.fy_px or lens.fx_px) * scale
    else:
        fx = fy = _focal(curve, lens.fov_deg, (lens.radius_px or 1.0) * scale)
    return lenses.radial_lens(curve, (width_px, height_px), centre, (fx, fy), lens.fov_deg)


def build_eye(lens: LensSettings, mast: MastSettings, width_px: int, height_px: int) -> Eye:
    """Return the camera's eye for pictures of ``width_px`` × ``height_px``.

    Raises:
        OpticsFault: as for `build_lens`, or if a panorama's direction is given twice.
    """
    return Eye(build_lens(lens, width_px, height_px), mast_rotation(lens, mast))


def looks_of(lens: LensSettings, mast: MastSettings) -> Literal["down", "ahead"]:
    """Return whether the camera looks down or ahead."""
    if mast.looks is not None:
        return mast.looks
    is_fisheye = isinstance(lens, settings.FisheyeSettings | settings.OpencvSettings)
    return "down" if is_fisheye else "ahead"


def mast_rotation(lens: LensSettings, mast: MastSettings) -> Floats:
    """Return the rotation (3 × 3) from the camera's axes to east, north, up.

    Raises:
        OpticsFault: if a panorama's direction is given twice.
    """
    north_deg = mast.north_deg
    if isinstance(lens, settings.PanoramaSettings) and lens.seam_bearing_deg is not None:
        if mast.north_deg:
            raise OpticsFault(
                "lens.seam_bearing_deg and mast.north_deg both turn the panorama; give one of them"
            )
        north_deg = lens.seam_bearing_deg + lens.span_deg / 2
    turn = down_rotation if looks_of(lens, mast) == "down" else look_rotation
    return turn(north_deg, mast.tilt_deg, mast.roll_deg)


def _scale(picture_px: tuple[int, int] | None, width_px: int, height_px: int) -> float:
    if picture_px is None:
        return 1.0
    across, down = width_px / picture_px[0], height_px / picture_px[1]
    if abs(across / down - 1) > MAX_SHAPE_DIFFERENCE:
        raise OpticsFault(
            f"the stream's picture of {width_px}×{height_px} px has another shape than "
            f"lens.picture_px {picture_px[0]}×{picture_px[1]}; calibrate the lens for this stream"
        )
    return across


def _focal(curve: lenses.Curve, fov_deg: float, radius_px: float) -> float:
    half = min(float(np.radians(fov_deg / 2)), curve.limit_rad)
    return radius_px / float(curve.radius(np.asarray(half)))
