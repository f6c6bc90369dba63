"""Landmarks tell where a camera looks: within a fraction of a degree, outliers or not."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quantrac_core.contracts.errors import ConfigErrors
from tests.vision.optics.cameras import FISHEYE, PANORAMA, PERSPECTIVE, mast
from vision.optics.arrays import OpticsFault
from vision.optics.building import build_eye, mast_rotation
from vision.optics.calibration import Calibration, calibrate
from vision.optics.landmarks import Landmark, load_landmarks
from vision.optics.settings import FisheyeSettings, LensSettings, MastSettings, OpencvSettings

SIZE = (1600, 1600)
HEIGHT_M = 20.0
NOISE_PX = 1.5
BOUND_DEG = 0.4
"""With eight landmarks read to 1.5 px; a pixel of the coarsest lens here is 0.11 degrees."""
OUTLIER_BOUND_DEG = 0.8
UNTURNED = mast(HEIGHT_M)

orientations = st.builds(
    mast,
    height_m=st.just(HEIGHT_M),
    north_deg=st.floats(0, 359.9),
    tilt_deg=st.floats(-15, 15),
    roll_deg=st.floats(-15, 15),
)


def landmarks_of(
    lens: LensSettings, truth: MastSettings, seed: int, count: int = 8
) -> list[Landmark]:
    """Return places on the ground all around, with pixels read carelessly."""
    rng = np.random.default_rng(seed)
    eye = build_eye(lens, truth, *SIZE)
    pixels = rng.uniform(0.12, 0.88, (400, 2)) * SIZE
    directions = eye.directions(pixels)
    usable = (directions[:, 2] < -0.08) & eye.sees(directions)
    pixels, directions = pixels[usable][:count], directions[usable][:count]
    ground = directions[:, :2] / -directions[:, 2:] * HEIGHT_M
    read = pixels + rng.uniform(-NOISE_PX, NOISE_PX, pixels.shape)
    return [
        Landmark(pixel=(x, y), east_m=east, north_m=north)
        for (x, y), (east, north) in zip(read.tolist(), ground.tolist(), strict=True)
    ]


def off_by(lens: LensSettings, truth: MastSettings, fitted: Calibration) -> float:
    """Return the angle in degrees between two orientations."""
    turn = mast_rotation(lens, truth).T @ mast_rotation(lens, fitted.mast)
    return float(np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))))


@settings(max_examples=25, deadline=None)
@given(orientations, st.sampled_from([FISHEYE, PANORAMA, PERSPECTIVE]), st.integers(0, 10_000))
def test_any_orientation_is_found_from_careless_landmarks(
    truth: MastSettings, lens: LensSettings, seed: int
) -> None:
    known = landmarks_of(lens, truth, seed)
    assume(len(known) == 8 and _spread_deg(lens, known) > 30)
    fitted = calibrate(lens, UNTURNED, known, SIZE)
    assert off_by(lens, truth, fitted) < BOUND_DEG
    assert fitted.median_deg < 0.3
    assert fitted.mast.height_m == HEIGHT_M


@settings(max_examples=15, deadline=None)
@given(orientations, st.integers(0, 10_000), st.integers(0, 7))
def test_one_wrong_landmark_of_eight_is_outvoted(
    truth: MastSettings, seed: int, wrong: int
) -> None:
    known = landmarks_of(FISHEYE, truth, seed)
    assume(len(known) == 8)
    x, y = known[wrong].pixel
    known[wrong] = known[wrong].model_copy(update={"pixel": (SIZE[0] - x, SIZE[1] - y)})
    eye = build_eye(FISHEYE, truth, *SIZE)
    assume(eye.sees(eye.directions(np.array(known[wrong].pixel))))
    fitted = calibrate(FISHEYE, UNTURNED, known, SIZE)
    assert off_by(FISHEYE, truth, fitted) < OUTLIER_BOUND_DEG


def test_the_residual_of_a_wrong_landmark_stands_out() -> None:
    truth = mast(HEIGHT_M, north_deg=120)
    known = landmarks_of(FISHEYE, truth, 5)
    known[2] = known[2].model_copy(update={"name": "gate", "pixel": (300.0, 1000.0)})
    worst = max(
        calibrate(FISHEYE, UNTURNED, known, SIZE).residuals, key=lambda residual: residual.degrees
    )
    assert worst.name == "gate"
    assert worst.degrees > 5
    assert worst.metres > 1


def test_heights_and_coordinates_of_landmarks_count() -> None:
    truth = mast(HEIGHT_M, north_deg=250, tilt_deg=4)
    eye = build_eye(FISHEYE, truth, *SIZE)
    places = np.array([(30.0, 10.0, 12.0), (-20.0, 25.0, 6.0), (5.0, -40.0, 0.0), (9.0, 9.0, 3.0)])
    pixels = eye.pixels(places - (0, 0, HEIGHT_M))
    known = [
        Landmark(pixel=(x, y), east_m=e, north_m=n, height_m=h)
        for (x, y), (e, n, h) in zip(pixels.tolist(), places.tolist(), strict=True)
    ]
    assert off_by(FISHEYE, truth, calibrate(FISHEYE, UNTURNED, known, SIZE)) < 1e-3


def test_the_lens_is_fitted_with_enough_landmarks() -> None:
    true_lens = FisheyeSettings(kind="equidistant", radius_px=760, centre_px=(820, 790))
    truth = mast(HEIGHT_M, north_deg=33, tilt_deg=3, roll_deg=-2)
    known = landmarks_of(true_lens, truth, 11, count=30)
    fitted = calibrate(FISHEYE, UNTURNED, known, SIZE, fit_lens=True)
    assert fitted.lens_values["radius_px"] == pytest.approx(760, rel=0.01)
    assert fitted.lens_values["centre_px"] == pytest.approx([820, 790], abs=8)
    assert off_by(true_lens, truth, fitted) < 0.5


@pytest.mark.parametrize(
    ("lens", "keys"),
    [
        (PERSPECTIVE, {"centre_px", "hfov_deg"}),
        (OpencvSettings(kind="opencv", k1=0.01, fx_px=500), {"centre_px", "fx_px", "fy_px"}),
        (OpencvSettings(kind="opencv", k1=0.01, radius_px=800), {"centre_px", "radius_px"}),
    ],
)
def test_a_fitted_lens_comes_as_the_keys_of_its_kind(lens: LensSettings, keys: set[str]) -> None:
    truth = mast(HEIGHT_M, north_deg=33, tilt_deg=14)
    known = landmarks_of(lens, truth, 11, count=30)
    assert set(calibrate(lens, UNTURNED, known, SIZE, fit_lens=True).lens_values) == keys


def test_a_panoramas_seam_becomes_its_north() -> None:
    lens = PANORAMA.model_copy(update={"seam_bearing_deg": 100.0})
    truth = mast(HEIGHT_M, north_deg=283)
    fitted = calibrate(lens, UNTURNED, landmarks_of(PANORAMA, truth, 3), SIZE)
    assert fitted.mast.north_deg == pytest.approx(283, abs=0.3)


def _known(*rows: tuple[float, float, float, float]) -> list[Landmark]:
    return [Landmark(pixel=(x, y), east_m=e, north_m=n) for x, y, e, n in rows]


@pytest.mark.parametrize(
    ("known", "fit_lens", "line"),
    [
        (_known((800, 400, 0, 20), (400, 800, -20, 0)), False, "2 landmarks; to fit the orient"),
        (_known((800, 400, 0, 20), (400, 800, -20, 0), (1200, 800, 20, 0)), True, "at least 5"),
        (_known((800, 400, 0, 20), (5, 5, -20, 0), (1200, 800, 20, 0)), False,
         "landmark number 2: pixel 5, 5 lies outside the lens's picture of 1600×1600 px"),
        (_known((800, 400, 0, 20), (802, 400, 0.1, 20), (800, 403, 0, 19.5)), False,
         "all landmarks lie within"),
        (_known((800, 400, 0, 20), (400, 800, 20, 0), (900, 900, 30, -30), (600, 1100, 50, 50)),
         False, "no orientation fits"),
    ],
)  # fmt: skip
def test_landmarks_that_tell_nothing_are_refused_in_one_line(
    known: list[Landmark], fit_lens: bool, line: str
) -> None:
    with pytest.raises(OpticsFault) as caught:
        calibrate(FISHEYE, UNTURNED, known, SIZE, fit_lens=fit_lens)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_lens_that_the_landmarks_cannot_tell_from_the_orientation_is_refused() -> None:
    truth = mast(HEIGHT_M)
    eye = build_eye(FISHEYE, truth, *SIZE)
    ground = np.array([(x, 20.0) for x in np.linspace(-0.0, 10.0, 6)])
    pixels = eye.pixels(np.column_stack((ground, np.full(6, -HEIGHT_M))))
    known = _known(*(tuple(row) for row in np.column_stack((pixels, ground)).tolist()))
    with pytest.raises(OpticsFault, match="cannot tell the lens from the orientation"):
        calibrate(FISHEYE, UNTURNED, known, SIZE, fit_lens=True)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("landmarks: [{pixel: [1, 2], lat: 11, lon: 108}]", "at least 3 items"),
        ("landmarks: [{pixel: [1, 2], lat: 11}, {pixel: [1, 2], east_m: 1, north_m: 1},"
         " {pixel: [1, 2], east_m: 1, north_m: 1}]", "either lat and lon, or east_m and north_m"),
        ("landmarks: 3", "valid list"),
    ],
)  # fmt: skip
def test_a_bad_file_of_landmarks_is_one_line(tmp_path: Path, text: str, line: str) -> None:
    file = tmp_path / "landmarks.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigErrors) as caught:
        load_landmarks(file)
    assert line in str(caught.value)
    assert len(caught.value.errors) == 1


def _spread_deg(lens: LensSettings, known: list[Landmark]) -> float:
    rays = build_eye(lens, UNTURNED, *SIZE).directions(np.array([k.pixel for k in known]))
    return float(np.degrees(np.arccos(np.clip(rays @ rays.T, -1, 1))).max())
