"""The committed demo model, through the same detector as in the vision program."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.camera_config import MODEL
from demo.street.library import DEMO_LOOP, SCRIPTS, load_scene
from demo.street.street import Street
from tools.demo_model.judge import DEMO_VIEWS, Tally, judge
from tools.demo_model.views import Picture, ViewBox, render_view
from vision.detection.detector import Detector
from vision.detection.opening import open_detector
from vision.detection.settings import ModelSettings

LEAST_PX = 20
"""Longer side from which the demo's rules rely on a walker being found."""
MOST_BYTES = 6_000_000


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Detector]:
    """The model, after its self-test."""
    opened = open_detector(
        ModelSettings(path=MODEL, min_score=0.35, cache_dir=tmp_path_factory.mktemp("cache"))
    )
    yield opened
    opened.close()


def views_of(scene: Path, times_s: list[float]) -> Iterator[tuple[Picture, list[ViewBox]]]:
    street = Street(load_scene(scene))
    for at_s in times_s:
        seen = street.view(at_s)
        for view in DEMO_VIEWS:
            yield render_view(seen, street.camera, view, LEAST_PX)


def looked_at(detector: Detector, scene: Path, times_s: list[float]) -> Tally:
    return judge(
        lambda picture: detector.submit("view", picture).result(30), views_of(scene, times_s)
    )


def test_the_model_is_small_and_names_the_classes_that_the_rules_watch(detector: Detector) -> None:
    size = sum(file.stat().st_size for file in MODEL.rglob("*") if file.is_file())
    assert size < MOST_BYTES
    assert detector.labels == ("person", "car", "motorcycle", "truck")


def test_it_finds_the_walkers_of_the_demo_by_day(detector: Detector) -> None:
    tally = looked_at(detector, DEMO_LOOP, [9.0, 13.0, 22.0, 26.0, 31.0, 37.0, 70.0, 80.0])
    assert tally.asked["person"] >= 20
    assert tally.recall("person") >= 0.6
    assert tally.precision("person") >= 0.75


def test_it_finds_the_walkers_at_night(detector: Detector) -> None:
    scene = SCRIPTS / "scenes" / "night-intrusion.yaml"
    tally = looked_at(detector, scene, [8.0, 14.0, 20.0, 24.0, 30.0, 36.0])
    assert tally.asked["person"] >= 6
    assert tally.recall("person") >= 0.7


def test_it_takes_nothing_for_a_person_where_nothing_moves(detector: Detector) -> None:
    tally = looked_at(detector, SCRIPTS / "scenes" / "day-still-yard.yaml", [5.0, 25.0])
    assert tally.wrong["person"] == 0
