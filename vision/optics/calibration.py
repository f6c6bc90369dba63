"""Fitting where a camera looks, and if wanted its lens, to a few known landmarks."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from vision.optics.arrays import Floats, OpticsFault
from vision.optics.building import build_lens, looks_of, mast_rotation
from vision.optics.directions import bearing_depression, look_rotation
from vision.optics.landmarks import MIN_LANDMARKS, Landmark, from_lens
from vision.optics.lenses import Lens, PerspectiveLens, RadialLens
from vision.optics.settings import LensSettings, MastSettings, OpencvSettings, PanoramaSettings

ROBUST_DEG = 0.5
"""From about this residual on a landmark is believed less and less."""
LEAST_APART_DEG = 10.0
WORST_MEDIAN_DEG = 3.0
LEAST_FOR_LENS = 5
_LEAST_CONDITION = 1e-3
_REFINED_STARTS = 3


@dataclass(frozen=True, slots=True)
class Residual:
    """How far a landmark lies from where the fitted camera puts it."""

    name: str
    degrees: float
    metres: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The outcome of a fit.

    Args:
        mast: with the fitted ``north_deg``, ``tilt_deg`` and ``roll_deg``.
        lens_values: keys of the lens's configuration with their fitted values, in pixels of the
            picture that the landmarks were read from; empty where the lens was not fitted.
        residuals: one for each landmark, in their order.
    """

    mast: MastSettings
    lens_values: Mapping[str, float | list[float]]
    residuals: tuple[Residual, ...]

    @property
    def median_deg(self) -> float:
        """The median residual."""
        return float(np.median([residual.degrees for residual in self.residuals]))


def calibrate(
    lens: LensSettings,
    mast: MastSettings,
    landmarks: Sequence[Landmark],
    picture_px: tuple[int, int],
    *,
    fit_lens: bool = False,
) -> Calibration:
    """Return the orientation that puts the landmarks where they are.

    Args:
        mast: its position and height are taken as true, its orientation as a first guess.
        picture_px: size of the picture in which the landmarks' pixels count.
        fit_lens: also fit focal length and centre.

    Raises:
        OpticsFault: if the landmarks cannot tell the orientation, or none fits them.
    """
    lens, mast = _turned_by_mast(lens, mast)
    own = build_lens(lens, *picture_px)
    pixels = np.array([landmark.pixel for landmark in landmarks], dtype=np.float64)
    places = from_lens(list(landmarks), mast)
    distances = np.linalg.norm(places, axis=1)
    _check(landmarks, own, pixels, distances, fit_lens)
    towards = places / distances[:, None]
    _check_spread(towards)

    def turned(parameters: Floats) -> Floats:
        rotation = mast_rotation(lens, _leaning(mast, parameters))
        rays: Floats = _fitted_lens(own, parameters).unproject(pixels) @ rotation.T
        return rays

    def misses(parameters: Floats) -> Floats:
        apart: Floats = np.degrees(turned(parameters) - towards).ravel()
        return apart

    extra = np.zeros(3 if fit_lens else 0)
    starts = [
        np.concatenate((start, extra))
        for start in _starts(own.unproject(pixels), towards, lens, mast)
    ]
    starts.sort(key=lambda start: float(np.abs(misses(start)).sum()))
    best = None
    for guess in starts[:_REFINED_STARTS]:
        fit = least_squares(misses, guess, loss="soft_l1", f_scale=ROBUST_DEG, x_scale="jac")
        if best is None or fit.cost < best.cost:
            best = fit
    assert best is not None
    if fit_lens:
        _check_condition(best.jac)
    fitted: Floats = best.x
    degrees = _angles_between(turned(fitted), towards)
    residuals = tuple(
        Residual(landmark.name or f"{row + 1}", float(angle), float(np.radians(angle) * distance))
        for row, (landmark, angle, distance) in enumerate(
            zip(landmarks, degrees, distances, strict=True)
        )
    )
    values = lens_values(lens, _fitted_lens(own, fitted)) if fit_lens else {}
    result = Calibration(_leaning(mast, fitted), values, residuals)
    if result.median_deg > WORST_MEDIAN_DEG:
        raise OpticsFault(
            f"no orientation fits: half of the landmarks miss by more than "
            f"{result.median_deg:.1f}°; check the lens, the mast's position and height, "
            f"and whether pixels and places belong together"
        )
    return result


def angles_of(rotation: Floats, looks: str) -> tuple[float, float, float]:
    """Return north, tilt and roll in degrees of a rotation (3 × 3), the inverse of the mast's."""
    if looks == "ahead":
        north, tilt = bearing_depression(rotation[:, 2]).tolist()
        level = look_rotation(north, tilt)
        roll = np.arctan2(rotation[:, 0] @ level[:, 1], rotation[:, 0] @ level[:, 0])
        return north, tilt, float(np.degrees(roll))
    north, below = bearing_depression(-rotation[:, 1]).tolist()
    upright = look_rotation(north, 90.0 + below)
    roll = np.arctan2(rotation[:, 2] @ upright[:, 0], rotation[:, 2] @ upright[:, 2])
    return north, -below, float(np.degrees(roll))


def _starts(rays: Floats, towards: Floats, lens: LensSettings, mast: MastSettings) -> list[Floats]:
    """First guesses: as configured, all landmarks at once, and each pair, against outliers."""
    looks = looks_of(lens, mast)
    guesses = [np.array([mast.north_deg, mast.tilt_deg, mast.roll_deg])]
    every = range(len(rays))
    pairs = [[i, (i + step) % len(rays)] for step in (1, 2) for i in every][:24]
    for rows in [list(every), *pairs]:
        if len(rows) == 2 and _angles_between(towards[rows[:1]], towards[rows[1:]])[0] < 2.0:
            continue
        rotation, _ = Rotation.align_vectors(towards[rows], rays[rows])
        guesses.append(np.array(angles_of(rotation.as_matrix(), looks)))
    return guesses


def _turned_by_mast(lens: LensSettings, mast: MastSettings) -> tuple[LensSettings, MastSettings]:
    """A panorama's seam becomes the mast's north: one number to fit, not two."""
    if not isinstance(lens, PanoramaSettings) or lens.seam_bearing_deg is None:
        return lens, mast
    north_deg = (lens.seam_bearing_deg + lens.span_deg / 2) % 360.0
    return (
        lens.model_copy(update={"seam_bearing_deg": None}),
        mast.model_copy(update={"north_deg": north_deg}),
    )


def _leaning(mast: MastSettings, parameters: Floats) -> MastSettings:
    north, tilt, roll = (float(value) for value in parameters[:3])
    return mast.model_copy(
        update={
            "north_deg": north % 360.0,
            "tilt_deg": tilt,
            "roll_deg": (roll + 180.0) % 360.0 - 180.0,
        }
    )


def _fitted_lens(lens: Lens, parameters: Floats) -> Lens:
    if len(parameters) == 3:
        return lens
    scale = float(np.exp(parameters[3]))
    # The centre is moved in units of a hundredth of the picture, so that steps are alike.
    x, y = (float(value) for value in parameters[4:6] * lens.width_px / 100)
    if isinstance(lens, RadialLens):
        return dataclasses.replace(
            lens,
            fx_px=lens.fx_px * scale,
            fy_px=lens.fy_px * scale,
            cx_px=lens.cx_px + x,
            cy_px=lens.cy_px + y,
        )
    assert isinstance(lens, PerspectiveLens)
    return dataclasses.replace(
        lens, focal_px=lens.focal_px * scale, cx_px=lens.cx_px + x, cy_px=lens.cy_px + y
    )


def lens_values(settings: LensSettings, fitted: Lens) -> dict[str, float | list[float]]:
    """Return the keys of a lens's configuration that a fit changes, with their new values."""
    assert isinstance(fitted, RadialLens | PerspectiveLens)
    values: dict[str, float | list[float]] = {
        "centre_px": [round(fitted.cx_px, 1), round(fitted.cy_px, 1)]
    }
    if isinstance(fitted, PerspectiveLens):
        half_rad = np.arctan(fitted.width_px / 2 / fitted.focal_px)
        return {**values, "hfov_deg": round(float(np.degrees(half_rad) * 2), 2)}
    if isinstance(settings, OpencvSettings) and settings.fx_px is not None:
        return {**values, "fx_px": round(fitted.fx_px, 2), "fy_px": round(fitted.fy_px, 2)}
    edge = fitted.curve.radius(np.asarray(fitted.half_fov_rad))
    return {**values, "radius_px": round(float(fitted.fx_px * edge), 1)}


def _angles_between(one: Floats, other: Floats) -> Floats:
    across = np.linalg.norm(np.cross(one, other), axis=-1)
    angles: Floats = np.degrees(np.arctan2(across, (one * other).sum(-1)))
    return angles


def _check(
    landmarks: Sequence[Landmark], lens: Lens, pixels: Floats, distances: Floats, fit_lens: bool
) -> None:
    least = LEAST_FOR_LENS if fit_lens else MIN_LANDMARKS
    if len(landmarks) < least:
        what = "orientation and lens" if fit_lens else "the orientation"
        raise OpticsFault(f"{len(landmarks)} landmarks; to fit {what} give at least {least}")
    if fit_lens and not isinstance(lens, RadialLens | PerspectiveLens):
        raise OpticsFault("a panorama has no focal length to fit; leave out the lens")
    rays = lens.unproject(pixels)
    size = np.array([lens.width_px, lens.height_px])
    shown = (pixels >= 0).all(1) & (pixels <= size).all(1) & lens.reaches(rays)
    # A pixel beyond the circle comes back as the circle's edge.
    shown &= np.linalg.norm(lens.project(rays) - pixels, axis=1) < 1.0
    for row, landmark in enumerate(landmarks):
        name = landmark.name or f"number {row + 1}"
        if not shown[row]:
            raise OpticsFault(
                f"landmark {name}: pixel {pixels[row][0]:g}, {pixels[row][1]:g} lies outside the "
                f"lens's picture of {lens.width_px}×{lens.height_px} px"
            )
        if distances[row] < 0.5:
            raise OpticsFault(f"landmark {name} lies at the camera itself; choose one farther off")


def _check_spread(towards: Floats) -> None:
    apart = _angles_between(towards[:, None, :], towards[None, :, :])
    if (widest := float(np.minimum(apart, 180.0 - apart).max())) < LEAST_APART_DEG:
        raise OpticsFault(
            f"all landmarks lie within {widest:.1f}° as seen from the camera, which cannot tell "
            f"its orientation; choose some at least {LEAST_APART_DEG:g}° apart"
        )


def _check_condition(jacobian: Floats) -> None:
    columns = jacobian / np.maximum(np.linalg.norm(jacobian, axis=0), 1e-12)
    strengths = np.linalg.svd(columns, compute_uv=False)
    if strengths[-1] < _LEAST_CONDITION * strengths[0]:
        raise OpticsFault(
            "these landmarks cannot tell the lens from the orientation; "
            "give some near the picture's middle and some near its edge, all around"
        )
