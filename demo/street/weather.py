"""What spoils a picture: noise, rain, drifting exposure, a swaying mast, a camera tampered with."""

import math
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.street.fisheye import Fisheye
from demo.street.painter import Picture
from demo.street.script import Tamper, Weather

NOISE_MARGIN_PX = 128
SWAY_HZ = 0.35
TAMPER_RAMP_S = 0.8
TURN_DEG = 38.0


def exposure_gain(weather: Weather, at_s: float) -> float:
    """Return the factor by which the picture is too bright or too dark."""
    drift = math.sin(at_s / 7.3) + 0.6 * math.sin(at_s / 2.9 + 1.0)
    return 1.0 + weather.exposure * drift / 1.6


def add_noise(picture: Picture, sigma: float, gain: float, random: np.random.Generator) -> Picture:
    """Scale the picture and add the sensor's noise."""
    noise = _noise_pool(picture.shape[0])
    column, row = random.integers(0, NOISE_MARGIN_PX, 2).tolist()
    height, width = picture.shape[:2]
    window = noise[row : row + height, column : column + width]
    weight = sigma / 40.0
    return np.asarray(cv2.addWeighted(picture, gain, window, weight, -128.0 * weight), np.uint8)


def add_rain(picture: Picture, amount: float, camera: Fisheye, random: np.random.Generator) -> None:
    """Draw drops that fall past the lens, towards the nadir, and their veil."""
    centre = np.array([camera.centre_px, camera.centre_px])
    count = int(420 * amount)
    turn = random.uniform(0, 2 * math.pi, count)
    radius = camera.radius_px * np.sqrt(random.uniform(0.02, 1, count))
    length = random.uniform(8, 34, count) * (0.4 + radius / camera.radius_px)
    slant = turn + random.normal(0.05, 0.02, count)
    starts = centre + np.column_stack([np.cos(turn), np.sin(turn)]) * radius[:, None]
    inner = np.maximum(radius - length, 2.0)
    ends = centre + np.column_stack([np.cos(slant), np.sin(slant)]) * inner[:, None]
    veil = np.zeros(picture.shape[:2], np.uint8)
    whole = (int(camera.centre_px), int(camera.centre_px)), int(camera.radius_px)
    cv2.circle(veil, *whole, 25 * amount, -1)
    for start, end, tone in zip(
        np.rint(starts * 16).astype(int).tolist(),
        np.rint(ends * 16).astype(int).tolist(),
        random.integers(30, 90, count).tolist(),
        strict=True,
    ):
        cv2.line(veil, start, end, tone, 1, cv2.LINE_AA, shift=4)
    bright = cv2.merge([veil, veil, veil])
    cv2.addWeighted(picture, 1 - 0.22 * amount, bright, 0.9, 0.0, dst=picture)


class Sway:
    """Turns the whole picture by small angles about two level axes."""

    def __init__(self, camera: Fisheye) -> None:
        angle, sine, cosine = camera.rays()
        wide = np.clip(angle, 1e-6, 1.56)
        slip = wide / np.tan(wide)
        scale = camera.px_per_rad * math.pi / 180
        # A turn moves a point by this many pixels a degree: radial and tangential parts differ.
        self._right = (scale * (sine * sine + slip * cosine * cosine)).astype(np.float32)
        self._cross = (scale * (sine * cosine * (1 - slip))).astype(np.float32)
        self._down = (scale * (cosine * cosine + slip * sine * sine)).astype(np.float32)
        side = np.arange(camera.size_px, dtype=np.float32)
        self._columns, self._rows = np.meshgrid(side, side)

    @staticmethod
    def angles(weather: Weather, at_s: float) -> tuple[float, float]:
        """Return the turns (degrees) about the two axes at an instant."""
        turn = 2 * math.pi * SWAY_HZ * at_s
        east = math.sin(turn) + 0.3 * math.sin(2.7 * turn + 0.5)
        north = 0.7 * math.sin(0.83 * turn + 1.2) + 0.3 * math.sin(3.1 * turn)
        return weather.sway_deg * east, weather.sway_deg * north

    def apply(self, picture: Picture, ids: Picture, east: float, north: float) -> None:
        """Turn a picture and its map of ids in place."""
        columns = self._columns + self._right * east - self._cross * north
        rows = self._rows - self._cross * east + self._down * north
        picture[:] = cv2.remap(picture, columns, rows, cv2.INTER_LINEAR)
        ids[:] = cv2.remap(ids, columns, rows, cv2.INTER_NEAREST)


def tampered(picture: Picture, camera: Fisheye, acts: list[Tamper], at_s: float) -> Picture:
    """Return the picture of a camera that is covered, turned or out of focus."""
    for act in acts:
        if not act.from_s <= at_s < act.until_s or act.kind == "frozen":
            continue
        share = min(1.0, (at_s - act.from_s) / TAMPER_RAMP_S, (act.until_s - at_s) / TAMPER_RAMP_S)
        if act.kind == "covered":
            picture = _covered(picture, share)
        elif act.kind == "turned":
            picture = _turned(picture, camera, share)
        elif share > 0.05:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 11 * share), np.uint8)
    return picture


def frozen_at(acts: list[Tamper], at_s: float) -> float:
    """Return the instant whose picture a frozen camera still shows at ``at_s``."""
    for act in acts:
        if act.kind == "frozen" and act.from_s <= at_s < act.until_s:
            return act.from_s
    return at_s


def _covered(picture: Picture, share: float) -> Picture:
    size = picture.shape[0]
    cloth = _cloth(size)
    edge = int(size * share)
    out = picture.copy()
    out[:, :edge] = cloth[:, :edge]
    return out


@lru_cache(maxsize=2)
def _cloth(size: int) -> Picture:
    random = np.random.default_rng(5)
    coarse = random.normal(0, 5, (24, 24)).astype(np.float32)
    folds = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
    cloth = np.array([36.0, 34.0, 40.0]) + folds[:, :, None]
    return np.asarray(np.clip(cloth, 0, 255), np.uint8)


def _turned(picture: Picture, camera: Fisheye, share: float) -> Picture:
    columns, rows = _turn_maps(camera, round(share * 20) / 20)
    return np.asarray(cv2.remap(picture, columns, rows, cv2.INTER_LINEAR), np.uint8)


@lru_cache(maxsize=24)
def _turn_maps(camera: Fisheye, share: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return where each pixel of the turned camera lies in the upright one's picture."""
    angle, sine, cosine = camera.rays()
    right, ahead, down = np.sin(angle) * sine, np.sin(angle) * cosine, np.cos(angle)
    tilt, spin = math.radians(TURN_DEG * share), math.radians(55 * share)
    right, ahead = (
        right * math.cos(spin) - ahead * math.sin(spin),
        right * math.sin(spin) + ahead * math.cos(spin),
    )
    ahead, down = (
        ahead * math.cos(tilt) + down * math.sin(tilt),
        down * math.cos(tilt) - ahead * math.sin(tilt),
    )
    radius = np.arccos(np.clip(down, -1, 1)) * camera.px_per_rad
    flat = np.maximum(np.hypot(right, ahead), 1e-6)
    columns = camera.centre_px + radius * right / flat
    rows = camera.centre_px - radius * ahead / flat
    return columns.astype(np.float32), rows.astype(np.float32)


@lru_cache(maxsize=2)
def _noise_pool(size: int) -> Picture:
    side = size + NOISE_MARGIN_PX
    random = np.random.default_rng(97)
    grains = random.standard_normal((side, side, 3)).astype(np.float32)
    # Demosaicing spreads a pixel's noise to its neighbours.
    noise = np.asarray(cv2.GaussianBlur(grains, (0, 0), 0.6), np.float32)
    return np.asarray(np.clip(noise * (40.0 / noise.std()) + 128, 0, 255), np.uint8)
