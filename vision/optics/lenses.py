"""Lenses: camera rays to pixels and back, for whole arrays.

Pixels count from the picture's upper left corner, so the first pixel's centre is (0.5, 0.5).
Formulas: Kannala and Brandt 2006 for the fisheyes; OpenCV's fisheye model for k1 … k4.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from vision.optics.arrays import Flags, Floats, OpticsFault

_TABLE_SIZE = 4096


class Lens(Protocol):
    """What geometry needs from any lens."""

    @property
    def width_px(self) -> int:
        """Width of the picture."""

    @property
    def height_px(self) -> int:
        """Height of the picture."""

    @property
    def period_px(self) -> float | None:
        """After how many columns the picture repeats itself (a full turn), or None."""

    def project(self, rays: Floats) -> Floats:
        """Return pixels (…, 2) of rays (…, 3) of any length; NaN where none can exist."""

    def unproject(self, pixels: Floats) -> Floats:
        """Return unit rays (…, 3); a pixel beyond the lens gives its outermost ray."""

    def reaches(self, rays: Floats) -> Flags:
        """Tell for each ray whether it lies in the field of view, picture edges aside."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How far from the centre, in focal lengths, a ray ``theta`` off the axis falls.

    Args:
        radius: of ``theta`` in radians.
        angle: its inverse, clipped to what it can reach.
        limit_rad: up to here ``radius`` grows.
    """

    radius: Callable[[Floats], Floats]
    angle: Callable[[Floats], Floats]
    limit_rad: float


EQUIDISTANT = Curve(
    radius=lambda theta: theta, angle=lambda r: np.minimum(r, np.pi), limit_rad=np.pi
)
EQUISOLID = Curve(
    radius=lambda theta: 2 * np.sin(theta / 2),
    angle=lambda r: 2 * np.arcsin(np.minimum(r / 2, 1.0)),
    limit_rad=np.pi,
)
STEREOGRAPHIC = Curve(
    radius=lambda theta: 2 * np.tan(theta / 2),
    angle=lambda r: 2 * np.arctan(r / 2),
    limit_rad=np.radians(179.0),
)
ORTHOGRAPHIC = Curve(
    radius=lambda theta: np.sin(theta),
    angle=lambda r: np.arcsin(np.minimum(r, 1.0)),
    limit_rad=np.pi / 2,
)


def polynomial_curve(k1: float, k2: float, k3: float, k4: float) -> Curve:
    """Return the curve θ(1 + k1·θ² + k2·θ⁴ + k3·θ⁶ + k4·θ⁸), as far as it grows."""

    def radius(theta: Floats) -> Floats:
        square = theta * theta
        grown: Floats = theta * (1 + square * (k1 + square * (k2 + square * (k3 + square * k4))))
        return grown

    def slope(theta: Floats) -> Floats:
        square = theta * theta
        steep: Floats = 1 + square * (
            3 * k1 + square * (5 * k2 + square * (7 * k3 + square * 9 * k4))
        )
        return steep

    angles = np.linspace(0.0, np.pi, _TABLE_SIZE)
    growing = slope(angles) > 1e-6
    last = _TABLE_SIZE - 1 if growing.all() else max(int(np.argmin(growing)) - 1, 1)
    angles = angles[: last + 1]
    radii = radius(angles)

    def angle(r: Floats) -> Floats:
        theta = np.interp(r, radii, angles)
        for _ in range(3):
            step = (radius(theta) - np.minimum(r, radii[-1])) / np.maximum(slope(theta), 1e-6)
            theta = np.clip(theta - step, 0.0, angles[-1])
        return theta

    return Curve(radius, angle, float(angles[-1]))


@dataclass(frozen=True, slots=True)
class RadialLens:
    """A lens whose picture is a curve of the angle off its axis, turned round the centre.

    Args:
        fx_px, fy_px: focal lengths.
        cx_px, cy_px: where the axis meets the picture.
        half_fov_rad: rays farther off the axis are outside the lens.
    """

    width_px: int
    height_px: int
    curve: Curve = field(repr=False)
    fx_px: float
    fy_px: float
    cx_px: float
    cy_px: float
    half_fov_rad: float

    @property
    def period_px(self) -> float | None:
        return None

    def project(self, rays: Floats) -> Floats:
        x, y, z = rays[..., 0], rays[..., 1], rays[..., 2]
        level = np.hypot(x, y)
        theta = np.arctan2(level, z)
        scale = self.curve.radius(theta) / np.maximum(level, 1e-300)
        scale = np.where(theta <= self.curve.limit_rad + 1e-9, scale, np.nan)
        return np.stack(
            (self.cx_px + self.fx_px * scale * x, self.cy_px + self.fy_px * scale * y), -1
        )

    def unproject(self, pixels: Floats) -> Floats:
        x = (pixels[..., 0] - self.cx_px) / self.fx_px
        y = (pixels[..., 1] - self.cy_px) / self.fy_px
        radius = np.hypot(x, y)
        theta = self.curve.angle(radius)
        scale = np.sin(theta) / np.maximum(radius, 1e-300)
        return np.stack((x * scale, y * scale, np.cos(theta)), -1)

    def reaches(self, rays: Floats) -> Flags:
        theta = np.arctan2(np.hypot(rays[..., 0], rays[..., 1]), rays[..., 2])
        return np.asarray(theta <= self.half_fov_rad + 1e-9)


@dataclass(frozen=True, slots=True)
class PerspectiveLens:
    """A lens that keeps straight lines straight; also every upright view cut from a fisheye."""

    width_px: int
    height_px: int
    focal_px: float
    cx_px: float
    cy_px: float

    @classmethod
    def of_view(cls, width_px: int, height_px: int, hfov_deg: float) -> "PerspectiveLens":
        """Return the lens of a centred picture that is ``hfov_deg`` wide."""
        focal_px = width_px / 2 / np.tan(np.radians(hfov_deg) / 2)
        return cls(width_px, height_px, float(focal_px), width_px / 2, height_px / 2)

    @property
    def period_px(self) -> float | None:
        return None

    def project(self, rays: Floats) -> Floats:
        z = rays[..., 2]
        scale = self.focal_px / np.where(z > 1e-9, z, np.nan)
        return np.stack((self.cx_px + rays[..., 0] * scale, self.cy_px + rays[..., 1] * scale), -1)

    def unproject(self, pixels: Floats) -> Floats:
        x = (pixels[..., 0] - self.cx_px) / self.focal_px
        y = (pixels[..., 1] - self.cy_px) / self.focal_px
        length = np.sqrt(x * x + y * y + 1.0)
        return np.stack((x / length, y / length, 1.0 / length), -1)

    def reaches(self, rays: Floats) -> Flags:
        return np.asarray(rays[..., 2] > 1e-9)


@dataclass(frozen=True, slots=True)
class PanoramaLens:
    """Columns are bearings and rows are depressions, both in equal steps.

    Args:
        span_deg: degrees from the left edge to the right; the axis is in the middle. More than
            360 repeats the beginning behind the end, for objects that lie across the seam.
        top_deg, bottom_deg: depression of the upper and the lower edge.
    """

    width_px: int
    height_px: int
    span_deg: float
    top_deg: float
    bottom_deg: float

    @property
    def period_px(self) -> float | None:
        return self.width_px * 360.0 / self.span_deg

    def project(self, rays: Floats) -> Floats:
        azimuth = np.degrees(np.arctan2(rays[..., 0], rays[..., 2]))
        depression = np.degrees(np.arctan2(rays[..., 1], np.hypot(rays[..., 0], rays[..., 2])))
        share = (depression - self.top_deg) / (self.bottom_deg - self.top_deg)
        return np.stack(
            ((azimuth / self.span_deg + 0.5) * self.width_px, share * self.height_px), -1
        )

    def unproject(self, pixels: Floats) -> Floats:
        azimuth = np.radians((pixels[..., 0] / self.width_px - 0.5) * self.span_deg)
        share = pixels[..., 1] / self.height_px
        depression = np.radians(
            np.clip(self.top_deg + share * (self.bottom_deg - self.top_deg), -90.0, 90.0)
        )
        level = np.cos(depression)
        return np.stack((level * np.sin(azimuth), np.sin(depression), level * np.cos(azimuth)), -1)

    def reaches(self, rays: Floats) -> Flags:
        azimuth = np.abs(np.degrees(np.arctan2(rays[..., 0], rays[..., 2])))
        depression = np.degrees(np.arctan2(rays[..., 1], np.hypot(rays[..., 0], rays[..., 2])))
        level = (depression >= self.top_deg - 1e-9) & (depression <= self.bottom_deg + 1e-9)
        return np.asarray(level & (azimuth <= self.span_deg / 2 + 1e-9))


@dataclass(frozen=True, slots=True)
class CroppedLens:
    """A rectangle of another lens's picture, scaled to a size of its own.

    Args:
        x_px, y_px: upper left corner in the whole picture.
        x_scale, y_scale: pixels of this picture to one of the whole.
    """

    width_px: int
    height_px: int
    whole: Lens
    x_px: float
    y_px: float
    x_scale: float
    y_scale: float

    @property
    def period_px(self) -> float | None:
        whole = self.whole.period_px
        return None if whole is None else whole * self.x_scale

    def project(self, rays: Floats) -> Floats:
        pixels = self.whole.project(rays)
        return np.stack(
            (
                (pixels[..., 0] - self.x_px) * self.x_scale,
                (pixels[..., 1] - self.y_px) * self.y_scale,
            ),
            -1,
        )

    def unproject(self, pixels: Floats) -> Floats:
        x = self.x_px + pixels[..., 0] / self.x_scale
        y = self.y_px + pixels[..., 1] / self.y_scale
        return self.whole.unproject(np.stack((x, y), -1))

    def reaches(self, rays: Floats) -> Flags:
        return self.whole.reaches(rays)


def radial_lens(
    curve: Curve,
    size_px: tuple[int, int],
    centre_px: tuple[float, float],
    focal_px: tuple[float, float],
    fov_deg: float,
) -> RadialLens:
    """Return the lens of a fisheye.

    Raises:
        OpticsFault: if the curve cannot hold the field of view.
    """
    half_fov_rad = float(np.radians(fov_deg / 2))
    if half_fov_rad > curve.limit_rad + 1e-9:
        raise OpticsFault(
            f"lens.fov_deg: {fov_deg:g} is more than this lens can show; "
            f"at most {np.degrees(curve.limit_rad) * 2:.0f}"
        )
    return RadialLens(*size_px, curve, *focal_px, *centre_px, half_fov_rad)
