"""Pictures and truths belong together, and the same script gives the same picture."""

from dataclasses import replace

import numpy as np
import pytest

from demo.street.light import LIGHTS
from demo.street.script import MoverScript, SceneScript, Tamper, Weather
from demo.street.street import Street, StreetView, Truth

QUIET = replace(LIGHTS["overcast"], noise=0.0)
MOVERS = [
    MoverScript(id="walker", kind="walker", path=[(0, -8, 4.5), (10, 6, 4.5)], colour="red"),
    MoverScript(id="near", kind="walker", path=[(0, 0.5, -1), (10, 0.5, 5)], hat="conical"),
    MoverScript(id="car", kind="car", path=[(0, -25, 8), (10, 25, 8)], colour="yellow"),
    MoverScript(id="truck", kind="truck", path=[(0, 30, 12), (10, -20, 12)], colour="orange"),
    MoverScript(id="bike", kind="motorcycle", path=[(0, -20, 7), (10, 20, 7)], colour="red"),
    MoverScript(id="bag", kind="bag", path=[(0, 3, 4)], stays=True, colour="red"),
]


def scene(*movers: MoverScript, **more: object) -> SceneScript:
    return SceneScript.model_validate(
        {"name": "test", "duration_s": 30, "movers": list(movers), **more}
    )


@pytest.fixture(scope="module")
def quiet_street() -> Street:
    """A street without noise and shadows, in which only movers can change a pixel."""
    return Street(scene(), light=QUIET, casts_shadows=False)


def truth_of(view: StreetView, name: str) -> Truth:
    return next(truth for truth in view.truths if truth.id == name)


@pytest.mark.parametrize("mover", MOVERS, ids=lambda mover: mover.id)
@pytest.mark.parametrize("at_s", [2.0, 5.3])
def test_a_box_encloses_exactly_the_pixels_that_the_mover_changed(
    quiet_street: Street, mover: MoverScript, at_s: float
) -> None:
    empty = quiet_street.view(at_s).picture.astype(int)
    view = quiet_street.recast(scene(mover)).view(at_s)
    box = truth_of(view, mover.id).box_px
    assert box is not None
    rows, columns = np.nonzero(np.abs(view.picture.astype(int) - empty).max(axis=2) > 8)
    changed = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert changed == pytest.approx(box, abs=2)


@pytest.mark.parametrize("mover", MOVERS, ids=lambda mover: mover.id)
def test_the_true_position_projects_to_the_foot_of_the_box(
    quiet_street: Street, mover: MoverScript
) -> None:
    street = quiet_street.recast(scene(mover))
    truth = truth_of(street.view(4.0), mover.id)
    foot = np.array([[truth.east_m, truth.north_m, 0.0]])
    ((x, y),), _ = street.camera.project(foot)
    assert truth.box_px is not None
    x1, y1, x2, y2 = truth.box_px
    assert x1 - 3 <= x <= x2 + 3
    assert y1 - 3 <= y <= y2 + 3


def test_the_nearer_of_two_hides_the_farther(quiet_street: Street) -> None:
    far = MoverScript(id="far", kind="walker", path=[(0, 0, 9.6)], stays=True)
    near = MoverScript(
        id="near", kind="truck", path=[(0, 0.0, 7.6)], stays=True, heading_deg=90, colour="blue"
    )
    alone = truth_of(quiet_street.recast(scene(far)).view(1.0), "far")
    behind = truth_of(quiet_street.recast(scene(far, near)).view(1.0), "far")
    assert alone.visible == 1.0
    assert behind.visible < 0.6


def test_a_house_hides_whoever_walks_behind_it(quiet_street: Street) -> None:
    hidden = MoverScript(id="hidden", kind="walker", path=[(0, -2, -27)], stays=True)
    truth = truth_of(quiet_street.recast(scene(hidden)).view(1.0), "hidden")
    assert truth.box_px is None
    assert truth.visible == 0.0


@pytest.mark.parametrize("light", ["day", "night"])
def test_two_renderings_of_one_script_are_equal_in_every_pixel(light: str) -> None:
    script = scene(*MOVERS, light=light, weather=Weather(noise=4, rain=0.4, sway_deg=0.3))
    one, other = Street(script), Street(script)
    other.view(1.0)
    first, second = one.view(3.7), other.view(3.7)
    assert np.array_equal(first.picture, second.picture)
    assert first.truths == second.truths


def test_sway_moves_boxes_together_with_the_picture() -> None:
    walker = MOVERS[0]
    script = scene(walker, weather=Weather(sway_deg=1.5))
    street = Street(script, light=QUIET, casts_shadows=False)
    empty = street.recast(scene(weather=Weather(sway_deg=1.5)))
    boxes = set()
    for at_s in (2.0, 2.5, 3.0):
        view = street.view(at_s)
        box = truth_of(view, "walker").box_px
        assert box is not None
        x1, y1, x2, y2 = box
        change = np.abs(view.picture.astype(int) - empty.view(at_s).picture).max(axis=2) > 40
        rows, columns = np.nonzero(change)
        assert (columns.min(), rows.min()) == pytest.approx((x1, y1), abs=4)
        assert (columns.max() + 1, rows.max() + 1) == pytest.approx((x2, y2), abs=4)
        boxes.add(box)
    assert len(boxes) == 3


def test_a_camera_tampered_with_shows_it() -> None:
    acts = [
        Tamper(kind="covered", from_s=2, until_s=6),
        Tamper(kind="turned", from_s=8, until_s=12),
        Tamper(kind="defocused", from_s=14, until_s=18),
        Tamper(kind="frozen", from_s=20, until_s=24),
    ]
    street = Street(scene(*MOVERS, tamper=acts))
    honest = {at_s: street.recast(scene(*MOVERS)).view(at_s).picture for at_s in (4.0, 10.0, 16.0)}
    covered, turned, defocused = (street.view(at_s).picture for at_s in honest)
    assert covered.mean() < 45
    assert np.abs(turned.astype(int) - honest[10.0]).mean() > 20
    assert _sharpness(defocused) < 0.2 * _sharpness(honest[16.0])
    assert np.array_equal(street.view(21.0).picture, street.view(23.5).picture)
    assert not np.array_equal(street.view(23.5).picture, street.view(24.5).picture)


def test_a_vehicle_lights_the_road_at_night() -> None:
    street = Street(scene(light="night"))
    car = MoverScript(id="car", kind="car", path=[(0, -30, 8), (10, 30, 8)], colour="black")
    dark, lit = street.view(4.0).picture, street.recast(scene(car, light="night")).view(4.0).picture
    ahead = np.array([[-6.0 + 2.2 + 3.5, 8.0, 0.0]])
    ((x, y),), _ = street.camera.project(ahead)
    spot = (slice(int(y) - 3, int(y) + 4), slice(int(x) - 3, int(x) + 4))
    assert lit[spot].mean() > dark[spot].mean() + 10


def _sharpness(picture: np.ndarray) -> float:
    return float(np.abs(np.diff(picture.astype(float), axis=0)).mean())
