"""Cameras of every kind, fixed and random, for the tests of geometry."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from vision.optics.arrays import Floats
from vision.optics.settings import (
    FisheyeSettings,
    LensSettings,
    MastSettings,
    OpencvSettings,
    PanoramaSettings,
    PerspectiveSettings,
)

LAT, LON = 11.5826, 108.9912
FISHEYE = FisheyeSettings(kind="equidistant", fov_deg=180)
PANORAMA = PanoramaSettings(kind="panorama", top_deg=-20, bottom_deg=80)
PERSPECTIVE = PerspectiveSettings(kind="perspective", hfov_deg=70)
REAL_COEFFICIENTS = {"k1": -0.02, "k2": 0.004, "k3": -0.0015, "k4": 0.0001}

fisheyes = st.builds(
    FisheyeSettings,
    kind=st.sampled_from(["equidistant", "equisolid", "stereographic"]),
    fov_deg=st.floats(90, 220),
    radius_px=st.floats(300, 2000),
) | st.builds(
    FisheyeSettings,
    kind=st.just("orthographic"),
    fov_deg=st.floats(90, 170),
    radius_px=st.floats(300, 2000),
)
opencv_lenses = st.builds(
    OpencvSettings,
    kind=st.just("opencv"),
    k1=st.floats(-0.04, 0.1),
    k2=st.floats(-0.005, 0.02),
    k3=st.floats(-0.002, 0.002),
    k4=st.floats(-0.0002, 0.0002),
    fov_deg=st.just(180.0),
    fx_px=st.floats(200, 900),
)
panoramas = st.builds(
    PanoramaSettings,
    kind=st.just("panorama"),
    span_deg=st.floats(90, 360),
    top_deg=st.floats(-40, 0),
    bottom_deg=st.floats(20, 85),
)
perspectives = st.builds(
    PerspectiveSettings, kind=st.just("perspective"), hfov_deg=st.floats(20, 120)
)
lenses: st.SearchStrategy[LensSettings] = fisheyes | opencv_lenses | panoramas | perspectives


def mast(height_m: float = 8.0, **more: Any) -> MastSettings:
    """Return a mast at the tests' place."""
    return MastSettings(lat=LAT, lon=LON, height_m=height_m, **more)


masts = st.builds(
    mast,
    height_m=st.floats(3, 40),
    north_deg=st.floats(0, 359),
    tilt_deg=st.floats(-15, 15),
    roll_deg=st.floats(-15, 15),
)
shares = st.floats(0, 1)


def pixels_over(width_px: int, height_px: int, steps: int = 21) -> Floats:
    """Return a grid of pixels (n, 2) over a picture."""
    x, y = np.meshgrid(np.linspace(1, width_px - 1, steps), np.linspace(1, height_px - 1, steps))
    return np.stack((x.ravel(), y.ravel()), 1)
