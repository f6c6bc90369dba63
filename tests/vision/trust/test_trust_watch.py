"""Covered, turned, defocused and frozen pictures are told apart; night and rain are believed."""

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from vision.scene.frame import Image
from vision.trust.settings import TrustSettings
from vision.trust.watch import TrustWatch

START_MS = 1_790_000_000_000
WIDTH, HEIGHT = 480, 270
Change = Callable[[Image, float], Image]
_rng = np.random.default_rng(11)


def street(at_s: float) -> Image:
    """Return a rendered street: houses with windows, a road, two walkers, noise."""
    picture = np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
    picture[: HEIGHT // 3] = (190, 170, 150)
    for house in range(7):
        x = 9 + house * 68
        cv2.rectangle(picture, (x, 45), (x + 52, 142), (60 + house * 18, 120, 90), -1)
        for window in range(6):
            left, top = x + 8 + window % 2 * 22, 56 + window // 2 * 27
            cv2.rectangle(picture, (left, top), (left + 12, top + 16), (230, 220, 200), -1)
    for stripe in range(12):
        cv2.rectangle(picture, (stripe * 41, 195), (stripe * 41 + 22, 201), (225, 225, 225), -1)
    for walker in range(2):
        x = int(45 + walker * 225 + at_s * 9) % WIDTH
        cv2.rectangle(picture, (x, 161), (x + 9, 188), (30, 30, 40), -1)
    return noisy(picture)


def noisy(picture: np.ndarray, strength: float = 2.5) -> Image:
    """Return the picture with a sensor's noise."""
    noise = _rng.normal(0, strength, picture.shape[:2])[..., None]
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def turned(picture: Image, degrees: float) -> Image:
    """Return the picture of a camera that was turned around its axis."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)


def unsharp(picture: Image, share: float) -> Image:
    """Return the picture blurred by a share of its width."""
    return noisy(cv2.GaussianBlur(picture, (0, 0), share * picture.shape[1]))


def painted(picture: Image) -> Image:
    """Return the picture through paint on the lens: pale, only the broadest light is left."""
    height, width = picture.shape[:2]
    tiny = cv2.resize(picture, (6, 4), interpolation=cv2.INTER_AREA)
    return noisy(cv2.resize(tiny, (width, height), interpolation=cv2.INTER_CUBIC) * 0.25 + 130)


def hand(picture: Image) -> Image:
    """Return the picture with something dark held before the lens, but for a strip."""
    covered = np.full_like(picture, 55)
    covered[:, : picture.shape[1] // 8] = picture[:, : picture.shape[1] // 8]
    return noisy(covered)


def rainy(picture: Image) -> Image:
    """Return the picture in heavy rain: paler, streaks everywhere."""
    height, width = picture.shape[:2]
    streaks = np.zeros((height, width), np.float32)
    for _ in range(250):
        x, y = int(_rng.integers(0, width)), int(_rng.integers(0, height))
        end = x + width // 250, y + height // 16
        cv2.line(streaks, (x, y), end, float(_rng.uniform(20, 70)), 1)
    return noisy(picture * 0.8 + 25 + streaks[..., None], 4)


CHANGES: dict[str, tuple[Change, set[str]]] = {
    "nothing": (lambda it, _: it, set()),
    "a hand before the lens": (lambda it, _: hand(it), {"covered"}),
    "a cap on the lens": (lambda it, _: noisy(np.full_like(it, 6)), {"covered"}),
    "paint on the lens": (
        lambda it, _: painted(it),
        {"covered"},
    ),
    "shifted by a tenth": (lambda it, _: np.roll(it, it.shape[1] // 10, axis=1), {"turned"}),
    "turned by 30°": (lambda it, _: turned(it, 30), {"turned"}),
    "turned to elsewhere": (lambda it, _: it[::-1, ::-1], {"turned"}),
    "out of focus": (lambda it, _: unsharp(it, 0.008), {"defocused"}),
    "far out of focus": (lambda it, _: unsharp(it, 0.02), {"defocused"}),
    "swaying by 3 pixels": (lambda it, at_s: np.roll(it, int(3 * np.sin(at_s)), axis=1), set()),
    "rain": (lambda it, _: rainy(it), set()),
    "a lamp goes out": (lambda it, _: noisy(it * 0.3, 4), set()),
    "night within half a minute": (
        lambda it, at_s: noisy(it * float(np.exp(-(at_s - 20) / 16)), 4),
        set(),
    ),
    "exposure goes up": (lambda it, _: np.clip(it * 1.4 + 15.0, 0, 255).astype(np.uint8), set()),
}


def causes_of(change: Change, watch: TrustWatch, scene: Callable[[float], Image]) -> set[str]:
    """Show 20 s of the scene as it is and 20 s of it changed; return what was told."""
    told: set[str] = set()
    for picture in range(80):
        at_s = picture / 2
        image = scene(at_s)
        if at_s >= 20:
            image = change(image, at_s)
        told |= {it.cause for it in watch.update(START_MS + round(at_s * 1000), image)}
    return told


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_for_what_it_is(name: str) -> None:
    change, causes = CHANGES[name]
    assert causes_of(change, TrustWatch(TrustSettings()), street) == causes


@pytest.mark.parametrize(
    "name",
    ["nothing", "a hand before the lens", "shifted by a tenth", "out of focus", "rain"],
)
def test_real_footage_gives_the_same(name: str) -> None:
    folder = os.environ.get("QUANTRAC_TEST_DATA", Path(__file__).parents[4] / "shared" / "data")
    film = Path(folder) / "footage" / "aboda_video4.avi"
    if not film.is_file():
        pytest.skip(f"{film} is not there; QUANTRAC_TEST_DATA may point to the test material")
    capture = cv2.VideoCapture(str(film))
    images: list[Image] = []
    while len(images) < 60 and capture.grab():
        image = capture.retrieve()[1]
        images.append(image)
        for _ in range(14):
            capture.grab()
    change, causes = CHANGES[name]

    def scene(at_s: float) -> Image:
        return noisy(images[int(at_s * 2) % len(images)])

    assert causes_of(change, TrustWatch(TrustSettings()), scene) == causes


def show(watch: TrustWatch, from_s: float, until_s: float, image: Callable[[float], Image]) -> list:
    """Show two pictures a second; return what was told last."""
    told: list = []
    for picture in range(round(from_s * 2), round(until_s * 2)):
        told = watch.update(START_MS + picture * 500, image(picture / 2))
    return told


def test_a_frozen_picture_is_told_after_its_time_and_over_with_the_next_new_one() -> None:
    watch, still = TrustWatch(TrustSettings(frozen_s=10)), street(0)
    assert show(watch, 0, 20, street) == []
    assert show(watch, 20, 29, lambda _: still) == []
    (finding,) = show(watch, 29, 33, lambda _: still)
    assert (finding.cause, finding.since_ms) == ("frozen", START_MS + 20_000)
    assert show(watch, 33, 34, street) == []


def test_a_covered_picture_in_which_nothing_can_move_is_covered_and_not_frozen_too() -> None:
    watch, cap = TrustWatch(TrustSettings()), hand(street(0))

    def rounded_anew(at_s: float) -> Image:
        picture = cap.copy()
        picture[:2] += np.uint8(round(at_s * 2) % 3)
        return picture

    show(watch, 0, 20, street)
    assert [it.cause for it in show(watch, 20, 60, rounded_anew)] == ["covered"]


def encoded(pictures: list[Image], group: int) -> list[Image]:
    """Return two pictures a second as they come out of H.264 with a key picture each ``group``."""
    coder = av.CodecContext.create("libx264", "w")
    decoder = av.CodecContext.create("h264", "r")
    coder.width, coder.height, coder.pix_fmt = WIDTH, HEIGHT // 2 * 2, "yuv420p"
    coder.time_base, coder.gop_size = Fraction(1, 2), group
    coder.options = {"tune": "zerolatency", "qp": "26", "x264-params": "scenecut=0:threads=1"}
    shown: list[Image] = []
    for number, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(picture[: coder.height], format="bgr24")
        frame.pts = number
        for packet in coder.encode(frame):
            shown += [each.to_ndarray(format="bgr24") for each in decoder.decode(packet)]
    return shown


@pytest.mark.parametrize("group", [2, 3, 8])
def test_a_frozen_camera_that_goes_on_encoding_is_told_and_a_still_yard_is_not(group: int) -> None:
    scene = cv2.GaussianBlur(street(0), (0, 0), 1.5)
    yard = [noisy(scene, 1.2) for _ in range(60)]
    watch = TrustWatch(TrustSettings())
    seen = encoded(yard + [yard[-1]] * 50 + yard[:4], group)
    assert show(watch, 0, 30, lambda at_s: seen[round(at_s * 2)]) == []
    told = show(watch, 30, 55, lambda at_s: seen[round(at_s * 2)])
    assert [it.cause for it in told] == ["frozen"]
    assert abs(told[0].since_ms - START_MS - 30_000) <= 4_000
    assert show(watch, 55, 57, lambda at_s: seen[round(at_s * 2)]) == []


def test_a_moment_before_the_lens_is_nothing() -> None:
    watch = TrustWatch(TrustSettings(on_delay_s=5))
    show(watch, 0, 30, street)
    assert show(watch, 30, 34, lambda at_s: hand(street(at_s))) == []
    assert show(watch, 34, 50, street) == []


def test_a_covered_lens_is_told_with_its_begin_until_it_is_clear_for_a_while() -> None:
    watch = TrustWatch(TrustSettings(on_delay_s=5, off_delay_s=5))
    show(watch, 0, 30, street)
    (finding,) = show(watch, 30, 40, lambda at_s: hand(street(at_s)))
    assert (finding.cause, finding.since_ms) == ("covered", START_MS + 30_000)
    assert [it.cause for it in show(watch, 40, 43, street)] == ["covered"]
    assert show(watch, 43, 50, street) == []


def test_a_turned_camera_is_not_taken_for_normal_before_the_time() -> None:
    watch = TrustWatch(TrustSettings(accept_s=60))
    show(watch, 0, 30, street)
    assert [it.cause for it in show(watch, 30, 70, lambda at_s: turned(street(at_s), 30))] == [
        "turned"
    ]
    assert show(watch, 70, 120, lambda at_s: turned(street(at_s), 30)) == []


def test_another_picture_size_and_a_clock_set_back_begin_no_alarm() -> None:
    watch = TrustWatch(TrustSettings())
    show(watch, 0, 20, street)
    assert show(watch, 0, 20, lambda at_s: cv2.resize(street(at_s), (800, 600))) == []


def test_a_picture_without_structure_is_not_judged() -> None:
    fog = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    watch = TrustWatch(TrustSettings())
    show(watch, 0, 30, lambda _: noisy(fog))
    assert show(watch, 30, 60, lambda _: noisy(fog // 4)) == []


def test_dusk_night_with_a_lifted_gain_and_a_lamp_at_midnight_are_believed() -> None:
    def evening(at_s: float) -> Image:
        minutes = at_s / 60
        light = float(np.exp(-min(max(minutes - 2, 0) / 5, 4)))
        picture = noisy(street(at_s) * light + 2, 2.5 + 2 * (1 - light))
        if minutes > 20:
            picture = noisy(np.clip(picture * 3.0, 0, 255), 8)
        return noisy(street(at_s) * 0.5) if minutes > 24 else picture

    watch, told = TrustWatch(TrustSettings()), set[str]()
    for picture in range(420):
        at_ms = START_MS + picture * 4_000
        told |= {it.cause for it in watch.update(at_ms, evening(picture * 4.0))}
    assert told == set()
