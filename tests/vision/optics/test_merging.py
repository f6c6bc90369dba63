"""Merging: one object stays one, two stay two, in any order and however often."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.optics.arrays import Floats
from vision.optics.merging import Candidate, merge


def rectangle(x: float, y: float, width: float, height: float) -> Floats:
    return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])


def seen(
    outline: Floats, view: str, score: float = 0.5, label: str = "person", is_cut: bool = False
) -> Candidate:
    return Candidate(label, score, (view,), outline, foot_of(outline), is_cut)


def foot_of(outline: Floats) -> Floats:
    """The middle of the lower side; y grows downwards."""
    low, high = outline.min(0), outline.max(0)
    return np.array([(low[0] + high[0]) / 2, high[1]])


numbers = st.integers(0, 40).map(float)
candidates = st.builds(
    lambda x, y, w, h, view, score, label, is_cut: seen(
        rectangle(x, y, w, h), view, score / 10, label, is_cut
    ),
    numbers,
    numbers,
    st.integers(2, 12).map(float),
    st.integers(2, 12).map(float),
    st.sampled_from(["a", "b", "c"]),
    st.integers(3, 9),
    st.sampled_from(["person", "car"]),
    st.booleans(),
)
crowds = st.lists(candidates, max_size=14)


def outcome(found: list[Candidate]) -> list[tuple[object, ...]]:
    return [
        (
            found[one.index].label,
            tuple(found[one.index].outline.ravel()),
            found[one.index].is_cut,
            one.score,
            one.views[0],
            frozenset(one.views),
        )
        for one in merge(found)
    ]


@settings(max_examples=150, deadline=None)
@given(crowds, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(found: list[Candidate], random: st.randoms) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    assert outcome(shuffled) == outcome(found)


@settings(max_examples=150, deadline=None)
@given(crowds)
def test_merging_again_changes_nothing(found: list[Candidate]) -> None:
    once = merge(found)
    survivors = [
        Candidate(
            found[one.index].label,
            one.score,
            one.views,
            found[one.index].outline,
            found[one.index].foot,
            found[one.index].is_cut,
        )
        for one in once
    ]
    again = merge(survivors)
    assert sorted(one.index for one in again) == list(range(len(survivors)))


@settings(max_examples=100, deadline=None)
@given(crowds, st.sampled_from(["person", "car"]))
def test_what_stands_alone_is_never_lost(found: list[Candidate], label: str) -> None:
    alone = seen(rectangle(100, 100, 3, 7), "a", 0.1, label, is_cut=True)
    assert len(found) in [one.index for one in merge([*found, alone])]


@given(crowds)
def test_every_survivor_is_one_that_was_found_and_every_label_survives(
    found: list[Candidate],
) -> None:
    survivors = merge(found)
    assert len({one.index for one in survivors}) == len(survivors)
    labels = {found[one.index].label for one in survivors}
    assert labels == {candidate.label for candidate in found}


def test_the_whole_object_wins_over_the_part_with_the_better_score() -> None:
    whole = seen(rectangle(0, 0, 4, 10), "a", 0.5)
    part = seen(rectangle(0, 0, 4, 3), "b", 0.9, is_cut=True)
    (only,) = merge([part, whole])
    assert (only.index, only.score, only.views) == (1, 0.9, ("a", "b"))


def test_a_person_half_behind_another_is_not_swallowed() -> None:
    front = seen(rectangle(0, 0, 4, 12), "a", 0.9)
    behind = seen(rectangle(2, 0, 2, 4), "b", 0.6)
    assert len(merge([front, behind])) == 2


def test_neighbours_told_apart_in_one_view_stay_apart() -> None:
    left, right = seen(rectangle(0, 0, 5, 10), "a"), seen(rectangle(2, 0, 5, 10), "a", 0.6)
    assert len(merge([left, right])) == 2
    double = seen(rectangle(0.2, 0, 5, 10), "a", 0.4)
    assert len(merge([left, right, double])) == 2


def test_a_part_that_stands_on_the_same_spot_is_the_same_body() -> None:
    whole, legs = seen(rectangle(0, 0, 4, 12), "a", 0.8), seen(rectangle(0.5, 9, 3, 3), "b", 0.4)
    again = seen(rectangle(1, 4, 2, 8), "a", 0.5)
    (only,) = merge([whole, legs, again])
    assert (only.index, only.views) == (0, ("a", "b"))


def test_a_child_a_step_before_its_mother_stays_a_child() -> None:
    mother, child = seen(rectangle(0, 0, 4, 12), "a", 0.8), seen(rectangle(1, 6, 2, 7.5), "a", 0.7)
    assert len(merge([mother, child])) == 2


def test_labels_do_not_mix() -> None:
    assert len(merge([seen(rectangle(0, 0, 4, 4), "a", label=x) for x in ("car", "bus")])) == 2


FAMILY = {"car": "vehicle", "truck": "vehicle"}


def test_the_cab_of_a_truck_is_no_car_where_the_two_are_taken_for_one_another() -> None:
    truck = seen(rectangle(0, 0, 10, 6), "a", 0.8, "truck")
    cab = seen(rectangle(7, 2, 3, 4), "b", 0.5, "car")
    assert len(merge([truck, cab])) == 2
    (only,) = merge([truck, cab], FAMILY)
    assert only.index == 0


def test_one_vehicle_that_two_classes_claim_is_one() -> None:
    truck, car = (
        seen(rectangle(0, 0, 10, 6), "a", score, label)
        for score, label in ((0.6, "truck"), (0.7, "car"))
    )
    (only,) = merge([truck, car], FAMILY)
    assert only.index == 1


def test_a_car_that_stands_before_a_truck_stays_a_car() -> None:
    truck = seen(rectangle(0, 0, 10, 6), "a", 0.8, "truck")
    car = seen(rectangle(3, 4, 5, 4), "a", 0.7, "car")
    assert len(merge([truck, car], FAMILY)) == 2


def test_a_person_before_a_truck_stays_a_person() -> None:
    truck = seen(rectangle(0, 0, 10, 6), "a", 0.8, "truck")
    person = seen(rectangle(3, 2, 2, 4), "a", 0.7, "person")
    assert len(merge([truck, person], FAMILY)) == 2


def test_a_box_without_an_area_harms_nobody() -> None:
    assert len(merge([seen(rectangle(0, 0, 0, 0), "a"), seen(rectangle(0, 0, 4, 4), "b")])) == 2
    assert merge([]) == []
