"""What cameras say of themselves in English, the page can say in Vietnamese."""

import re

import pytest

from tests.vision.optics.cameras import FISHEYE, mast
from tests.web.node import ROOT, WEB
from tests.web.said import sentences_said
from vision.evidence.masks import masks_outside
from vision.evidence.settings import MaskSettings
from vision.optics.coverage import CoverageMap, WatchedZone, rule_faults
from vision.optics.plan import views_for
from vision.optics.settings import AutoViews
from vision.optics.spaces import Spaces
from vision.pipeline.camera_program import STANDS_STILL
from vision.streams.faults import _OPEN_FAULTS, _UNREACHABLE

TRANSLATED = (WEB / "src/text/camera_sentences_vi.ts").read_text(encoding="utf-8")
SHAPES = [re.compile(shape) for shape in re.findall(r"/(\^.+\$)/,", TRANSLATED)]
PARTS = {
    "hint": "; a firewall may hold UDP back, transport: tcp helps",
    "words": "packets come, but no picture can be made of them for",
}
"""What stands in a sentence by the name of a variable."""


def is_known(sentence: str) -> bool:
    return any(shape.search(sentence) for shape in SHAPES)


def test_a_fault_of_the_stream_is_known() -> None:
    said = sentences_said(ROOT / "vision/streams", ["StreamFault"], PARTS)
    said |= {*_UNREACHABLE.values(), *(line for *_, line in _OPEN_FAULTS)}
    assert len(said) > 15
    assert {line for line in said if not is_known(line)} == set()


def test_the_same_is_known_without_the_hint_about_udp() -> None:
    assert is_known("no video within 7.5 s")


@pytest.mark.parametrize(
    ("space", "points", "wanted_px"),
    [
        ("ground", [(300, 300), (306, 300), (306, 306)], 24.5),
        ("ground", [(40, 40), (46, 40), (46, 46)], 80.0),
        ("ground", [(30, 30), (36, 30), (36, 36)], 100_000.0),
        ("panorama", [(10, -20), (30, -20), (20, -5)], 24.0),
        ("view:door", [(0, 0), (1, 0), (1, 1)], 24.0),
    ],
)
def test_a_rule_that_cannot_see_is_known(
    space: str, points: list[tuple[float, float]], wanted_px: float
) -> None:
    plan = views_for(FISHEYE, mast(8), AutoViews(smallest={"person": 24, "car": 24}), 1280, 1280)
    coverage, spaces = CoverageMap(plan, mast(8)), Spaces(plan, mast(8))
    zone = WatchedZone("sân kho", space, points)
    told = rule_faults(coverage, spaces, zone, {"truck": wanted_px}, rule="dem")
    assert told
    for line in told:
        assert is_known(line)
        worst = re.search(r"at worst it (.+?); from this mast it is (.+?);", line)
        assert worst is None or all(map(is_known, worst.groups()))


def test_a_mask_outside_the_picture_and_an_analysis_that_stands_are_known() -> None:
    (line,) = masks_outside([MaskSettings(points=[(900, 900), (990, 900), (990, 990)])], 640, 480)
    assert is_known(line)
    assert is_known(STANDS_STILL)
