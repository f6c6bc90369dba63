"""What holds for any tracks: incidents open before they end, keys are unique, memory is bounded."""

from collections import Counter
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tests.vision.rules.scripted import sighting_at
from vision.rules.engine import RuleEngine, SteadyClock
from vision.rules.settings import Rules, Zones
from vision.scene.decision import Decision
from vision.scene.distrust import DistrustFinding
from vision.scene.still_object import StillObject
from vision.scene.track import Track

START_MS = 1_790_000_000_000
ZONES = TypeAdapter(Zones).validate_python(
    [
        {"name": "yard", "space": "ground", "points": [[-5, 10], [5, 10], [5, 20], [-5, 20]]},
        {
            "name": "gate",
            "space": "panorama",
            "shape": "line",
            "points": [[355, 60], [0, 50], [5, 40]],
        },
    ]
)
RULES = TypeAdapter(Rules).validate_python(
    [
        {"id": "in", "kind": "intrusion", "zone": "yard", "labels": ["person"], "max_open": 2},
        {
            "id": "once",
            "kind": "intrusion",
            "zone": "yard",
            "labels": ["person", "car"],
            "cool_down_scope": "zone",
        },
        {"id": "line", "kind": "line_crossing", "zone": "gate", "labels": ["person", "car"]},
        {"id": "dwell", "kind": "loitering", "zone": "yard", "labels": ["person"], "dwell_s": 3},
        {"id": "many", "kind": "crowd", "zone": "yard", "labels": ["person"], "at_least": 2,
         "for_s": 1},
        {"id": "park", "kind": "stopped_vehicle", "zone": "yard", "labels": ["car"], "for_s": 3},
        {"id": "wrong", "kind": "wrong_way", "zone": "yard", "labels": ["person", "car"],
         "along": [[0, 0], [0, 9]], "calendar": {"from": "06:00", "to": "06:10"}},
        {"id": "bag", "kind": "abandoned_object", "zone": "yard", "for_s": 2},
        {"id": "eye", "kind": "tamper", "cool_down_s": 3},
    ]
)  # fmt: skip

objects = st.tuples(
    st.integers(1, 6),
    st.sampled_from(["person", "car"]),
    st.floats(-8, 8),
    st.floats(6, 24),
    st.floats(0, 1),
    st.booleans(),
    st.integers(0, 9),
)
pictures = st.lists(
    st.tuples(
        st.sampled_from([67, 200, 200, 200, 1_000, 5_000, 60_000, -300, -7_200_000]),
        st.lists(objects, max_size=4, unique_by=lambda it: it[0]),
        st.booleans(),
        st.booleans(),
    ),
    max_size=60,
)
Pictures = list[tuple[int, list[tuple[int, str, float, float, float, bool, int]], bool, bool]]


def run(script: Pictures) -> list[Decision]:
    """Return every decision of all kinds of rules over a script."""
    engine, at_ms, first = RuleEngine(RULES, ZONES), START_MS, dict[int, int]()
    decisions: list[Decision] = []
    for step_ms, seen, has_bag, is_covered in script:
        at_ms += step_ms
        tracks = [
            Track(
                id=number,
                sighting=sighting_at(east, north, label, score),
                first_seen_ms=first.setdefault(number, at_ms),
                last_seen_ms=at_ms,
                is_visible=is_visible,
                is_confirmed=doubt > 0,
            )
            for number, label, east, north, score, is_visible, doubt in seen
        ]
        stills = [StillObject(1, sighting_at(0, 15, "object"), at_ms - 1_000)] if has_bag else []
        findings = [DistrustFinding("covered", at_ms, 1.0)] if is_covered else []
        decisions += engine.update(at_ms, tracks, stills, findings)
    return decisions


@settings(max_examples=120, deadline=None)
@given(pictures)
def test_every_incident_is_opened_once_and_ends_at_most_once(script: Pictures) -> None:
    phases: dict[str, list[str]] = {}
    for it in run(script):
        phases.setdefault(it.key, []).append(it.phase)
    for steps in phases.values():
        assert steps[0] == "new"
        assert steps.count("new") == 1
        assert steps.count("end") <= 1
        assert "end" not in steps[:-1]


@settings(max_examples=60, deadline=None)
@given(pictures)
def test_it_began_before_it_was_told_and_keeps_its_rule(script: Pictures) -> None:
    rules: dict[str, str] = {}
    for it in run(script):
        assert it.began_ms <= it.at_ms
        assert 0 <= it.score <= 1
        assert it.count >= 1
        assert rules.setdefault(it.key, it.rule) == it.rule


@settings(max_examples=60, deadline=None)
@given(pictures)
def test_open_incidents_stay_within_their_bounds_and_all_end(script: Pictures) -> None:
    open_keys: dict[str, set[str]] = {}
    most = {"in": 2, "once": 1, "many": 1, "eye": 4}
    for it in run([*script, *[(5_000, [], False, False)] * 10]):
        keys = open_keys.setdefault(it.rule, set())
        keys.discard(it.key) if it.phase == "end" else keys.add(it.key)
        assert len(keys) <= most.get(it.rule, 10)
    assert not any(open_keys.values())


@settings(max_examples=80, deadline=None)
@given(st.lists(st.floats(-4, 4), min_size=2, max_size=80), st.floats(0.5, 1))
def test_one_object_crosses_at_most_once_each_way_and_in_turn(
    norths: list[float], score: float
) -> None:
    zones = TypeAdapter(Zones).validate_python(
        [{"name": "gate", "space": "ground", "shape": "line", "points": [[-9, 15], [9, 15]]}]
    )
    rules = TypeAdapter(Rules).validate_python(
        [{"id": "line", "kind": "line_crossing", "zone": "gate", "labels": ["person"]}]
    )
    engine = RuleEngine(rules, zones)
    told: list[str] = []
    for index, north in enumerate(norths):
        at_ms = START_MS + index * 200
        track = Track(1, sighting_at(0, 15 + north, score=score), START_MS, at_ms, True, True)
        told += [it.detail for it in engine.update(at_ms, [track]) if it.phase == "new"]
    assert max(Counter(told).values(), default=0) <= 1


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 12), st.integers(2, 6))
def test_walking_to_and_fro_alternates_the_sides(walks: int, sightings: int) -> None:
    zones = TypeAdapter(Zones).validate_python(
        [{"name": "gate", "space": "ground", "shape": "line", "points": [[-9, 15], [9, 15]]}]
    )
    rules = TypeAdapter(Rules).validate_python(
        [{"id": "line", "kind": "line_crossing", "zone": "gate", "labels": ["person"]}]
    )
    engine, at_ms = RuleEngine(rules, zones), START_MS
    told: list[str] = []
    for walk in range(walks):
        for _ in range(sightings):
            at_ms += 200
            north = 15 + (2 if walk % 2 else -2)
            track = Track(1, sighting_at(0, north), START_MS, at_ms, True, True)
            told += [it.detail for it in engine.update(at_ms, [track]) if it.phase == "new"]
    assert told == ["b_to_a", "a_to_b"][: min(walks - 1, 2)]


def test_memory_is_bounded_over_many_tracks_and_long_incidents_are_told_ever_less() -> None:
    engine, updates = RuleEngine(RULES, ZONES), 0
    for index in range(3_000):
        at_ms = START_MS + index * 2_000
        stays = Track(1, sighting_at(0, 15), START_MS, at_ms, True, True)
        passes = Track(index + 2, sighting_at(3, 12), at_ms, at_ms, True, True)
        told = engine.update(at_ms, [stays, passes])
        updates += sum(it.rule == "dwell" and it.phase == "update" for it in told)
    assert engine.remembered_count < 700
    assert updates < 120


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-10_000, 10_000), min_size=1))
def test_the_engines_clock_never_goes_back_and_never_runs_ahead(steps: list[int]) -> None:
    clock, at_ms, forward_ms, last_ms = SteadyClock(), START_MS, 0, 0
    clock.advance(at_ms)
    for step_ms in steps:
        at_ms += step_ms
        forward_ms += max(step_ms, 0)
        now_ms = clock.advance(at_ms)
        assert last_ms <= now_ms <= forward_ms
        last_ms = now_ms


def test_an_object_that_is_looked_at_every_fourth_picture_is_believed_and_crosses_once() -> None:
    zones = TypeAdapter(Zones).validate_python(
        [{"name": "gate", "space": "ground", "shape": "line", "points": [[-9, 15], [9, 15]]}]
    )
    rules = TypeAdapter(Rules).validate_python(
        [{"id": "line", "kind": "line_crossing", "zone": "gate", "labels": ["person"]}]
    )
    engine, told = RuleEngine(rules, zones), list[tuple[int, str]]()
    for index in range(60):
        looked = index // 4 * 4
        track = Track(
            id=1,
            sighting=sighting_at(0, 12 + looked * 0.2, score=0.6),
            first_seen_ms=START_MS,
            last_seen_ms=START_MS + looked * 200,
            is_visible=True,
            is_confirmed=True,
        )
        for it in engine.update(START_MS + index * 200, [track]):
            told.append((index, it.phase))
    assert told[0] == (24, "new"), "settled by the second look behind the line, not by waiting"
    assert [phase for _, phase in told].count("new") == 1


def test_what_stands_in_a_view_that_is_swept_every_30_s_goes_on_loitering_and_parking() -> None:
    rules = TypeAdapter(Rules).validate_python(
        [
            {"id": "dwell", "kind": "loitering", "zone": "yard", "labels": ["car"], "dwell_s": 40},
            {"id": "park", "kind": "stopped_vehicle", "zone": "yard", "labels": ["car"],
             "for_s": 40},
        ]
    )  # fmt: skip
    engine, told = RuleEngine(rules, ZONES), list[tuple[str, str, int]]()
    for second in range(100):
        looked_ms = START_MS + (second if second < 3 else second // 30 * 30) * 1000
        looked_ms = max(looked_ms, START_MS + min(second, 2) * 1000)
        track = Track(1, sighting_at(0, 15, "car"), START_MS, looked_ms, True, True)
        for it in engine.update(START_MS + second * 1000, [track]):
            told.append((it.rule, it.phase, second))
    opened = [(rule, second) for rule, phase, second in told if phase == "new"]
    assert sorted(opened) == [("dwell", 40), ("park", 40)]
    assert "end" not in {phase for _, phase, _ in told}


def test_a_thing_that_is_told_late_was_alone_since_its_owner_left() -> None:
    rules = TypeAdapter(Rules).validate_python(
        [{"id": "bag", "kind": "abandoned_object", "zone": "yard", "for_s": 12}]
    )
    engine, opened = RuleEngine(rules, ZONES), list[int]()
    for second in range(40):
        at_ms = START_MS + second * 1000
        owner_east_m = 0.5 if second < 15 else 0.5 + (second - 14) * 3
        tracks = [Track(1, sighting_at(owner_east_m, 15), START_MS, at_ms, True, True)]
        stills = []
        if second >= 22:
            stills = [StillObject(9, sighting_at(0, 15, "object"), START_MS + 13_000)]
        opened += [second for it in engine.update(at_ms, tracks, stills) if it.phase == "new"]
    assert opened == [26], "12 s after the owner was 3 m away, not after it was told"


def test_what_lay_there_before_the_calendar_opened_counts_from_its_opening() -> None:
    rules = TypeAdapter(Rules).validate_python(
        [
            {"id": "bag", "kind": "abandoned_object", "zone": "yard", "for_s": 20,
             "calendar": {"from": "22:00", "to": "23:00"}}
        ]
    )  # fmt: skip
    engine, opened = RuleEngine(rules, ZONES), list[int]()
    opens_ms = round(datetime.fromisoformat("2026-11-24T22:00:00+07:00").timestamp() * 1000)
    still = StillObject(9, sighting_at(0, 15, "object"), opens_ms - 3_600_000)
    for second in range(-30, 40):
        found = engine.update(opens_ms + second * 1000, [], [still])
        opened += [second for it in found if it.phase == "new"]
    assert opened == [20]
