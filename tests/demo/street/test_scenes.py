"""The shipped scenes load, and they expect exactly what follows from their own truth."""

from pathlib import Path

import pytest

from demo.street.library import DEMO_LOOP, load_scene, scene_paths, zones_and_rules
from demo.street.motion import pose_at
from quantrac_core.contracts.errors import ConfigErrors
from tests.demo.street.true_events import true_events
from vision.rules.settings import Rule, ZoneSettings

ALL = [DEMO_LOOP, *scene_paths()]
KINDS = {
    "intrusion",
    "line_crossing",
    "wrong_way",
    "loitering",
    "crowd",
    "stopped_vehicle",
    "abandoned_object",
    "tamper",
}


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_scene_expects_what_follows_from_its_truth(path: Path) -> None:
    script = load_scene(path)
    assert script.name == path.stem
    assert zones_and_rules(script.rules)[1]
    true = {(event.rule, event.mover): event for event in true_events(script)}
    wanted = {(event.rule, event.mover): event for event in script.expect}
    assert true.keys() == wanted.keys()
    for key, event in wanted.items():
        assert event.begins_s == pytest.approx(true[key].begins_s, abs=0.3)
        assert event.due_s == pytest.approx(true[key].due_s, abs=0.5)
        assert event.due_s < script.duration_s - 3


def test_there_are_scenes_of_every_kind_light_and_weather_and_some_without_an_event() -> None:
    scripts = [load_scene(path) for path in scene_paths()]
    assert len(scripts) >= 20
    assert {event.kind for script in scripts for event in script.expect} == KINDS
    assert {script.light for script in scripts} == {"day", "overcast", "dusk", "night"}
    assert any(script.weather.noise for script in scripts)
    assert any(script.weather.rain for script in scripts)
    assert any(script.weather.sway_deg for script in scripts)
    assert any(script.weather.exposure for script in scripts)
    assert sum(not script.expect for script in scripts) >= 5
    assert {act.kind for script in scripts for act in script.tamper} == {
        "covered",
        "turned",
        "defocused",
        "frozen",
    }


def test_the_rules_are_accepted_by_the_vision_program() -> None:
    from pydantic import TypeAdapter

    zones, rules = zones_and_rules(load_scene(DEMO_LOOP.parent / "scenes/day-nothing.yaml").rules)
    zone_names = {ZoneSettings.model_validate(zone).name for zone in zones}
    parsed = [TypeAdapter(Rule).validate_python(rule) for rule in rules]
    assert {rule.kind for rule in parsed} == KINDS
    assert {rule.zone_name for rule in parsed if rule.zone_name} == zone_names


def test_the_demo_s_intruder_is_in_the_yard_within_the_first_half_minute() -> None:
    script = load_scene(DEMO_LOOP)
    intrusion = next(event for event in script.expect if event.kind == "intrusion")
    assert intrusion.due_s < 30


def test_the_loop_begins_and_ends_with_nobody_in_sight_but_the_passers() -> None:
    script = load_scene(DEMO_LOOP)
    for mover in script.movers:
        for at_s in (0.0, script.duration_s - 0.1):
            pose = pose_at(mover, at_s)
            assert pose is None or max(abs(pose.east), abs(pose.north)) > 14


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name: x\nduration_s: 5\nmovers: [{id: a, kind: cow, path: [[0, 0, 0]]}]", "walker"),
        (
            "name: x\nduration_s: 5\nmovers: [{id: a, kind: car, path: [[1, 0, 0], [1, 2, 2]]}]",
            "the times must rise",
        ),
        ("name: x\nduration_s: 5\nwith: [tanks]", "any of cars, bikes, passers"),
        ("name: x\nduration_s: 5\nexpect: [{rule: r, kind: k, begins_s: 1, due_s: 2}]", "expects"),
    ],
)
def test_a_faulty_scene_is_refused_with_a_line_that_says_why(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigErrors) as raised:
        load_scene(path)
    assert complaint in " ".join(map(str, raised.value.errors))
