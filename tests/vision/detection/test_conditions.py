"""Settings that are refused, filters, the choice of a plan, and the measure of accuracy."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from quantrac_core.config.load import validate
from quantrac_core.contracts.errors import ConfigErrors
from vision.detection.accuracy import LabelledBox, average_precision, evaluate
from vision.detection.filters import Filters
from vision.detection.settings import DetectionFilter, ModelSettings
from vision.detection.tuning import Plan, candidates, choose, remember_plan, remembered_plan
from vision.scene.detection import Box, Detection


def seen(label: str = "person", score: float = 0.9, view: str = "v", size=(20.0, 40.0)):
    return Detection(view, label, score, Box(10, 10, 10 + size[0], 10 + size[1]))


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"path": "m", "device": "cuda"}, "CPU, GPU (GPU.0, GPU.1, …), NPU or AUTO"),
        ({"path": "m", "backend": "tensorrt"}, "'openvino' or 'ultralytics'"),
        ({"path": "m.pt"}, "backend: ultralytics for a .pt model"),
        ({"path": "m.pt", "backend": "ultralytics", "device": "NPU"}, "device CPU, GPU or AUTO"),
        ({"path": "m", "min_score": 1.5}, "less than or equal to 0.99"),
        ({"path": "m", "labels": ["a", "a"]}, "labels without repetition"),
        ({"path": "m", "input_px": 641}, "multiple of 32"),
        ({"path": "m", "treshold": 0.5}, "a known key"),
        (
            {"path": "m", "filters": [{"min_height_px": 40, "max_height_px": 20}]},
            "min_height_px not above max_height_px",
        ),
    ],
)
def test_a_fault_in_the_model_section_is_one_line(document: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigErrors) as faults:
        validate(document, ModelSettings, "vision.yaml")
    assert told in str(faults.value)
    assert len(str(faults.value).splitlines()) == 1


def test_the_highest_score_of_the_matching_filters_takes_the_models_place() -> None:
    filters = Filters(
        0.35,
        [
            DetectionFilter(labels=("car",), min_score=0.2),
            DetectionFilter(views=("far",), min_score=0.6),
        ],
    )
    assert filters.floor == 0.2
    assert filters.keeps(seen(score=0.4))
    assert not filters.keeps(seen(score=0.3))
    assert filters.keeps(seen("car", 0.25))
    assert not filters.keeps(seen("car", 0.5, "far"))
    assert filters.keeps(seen("car", 0.7, "far"))


@pytest.mark.parametrize(
    ("condition", "size", "is_kept"),
    [
        ({"min_height_px": 41}, (20, 40), False),
        ({"max_height_px": 40}, (20, 40), True),
        ({"min_width_px": 20, "max_width_px": 30}, (31, 40), False),
        ({"min_ratio": 1.5}, (20, 40), True),
        ({"min_ratio": 1.5}, (40, 40), False),
        ({"max_ratio": 1.5}, (20, 40), False),
        ({"min_height_px": 41, "labels": ("car",)}, (20, 40), True),
        ({"min_height_px": 41, "views": ("w",)}, (20, 40), True),
    ],
)
def test_sizes_and_ratio_hold_where_they_apply(condition, size, is_kept: bool) -> None:
    assert Filters(0.3, [DetectionFilter(**condition)]).keeps(seen(size=size)) is is_kept


def test_without_any_limit_a_filter_changes_nothing() -> None:
    assert Filters(0.3, [DetectionFilter()]).keeps(seen())
    with pytest.raises(ValidationError):
        DetectionFilter(min_score=0.0)


class Clock:
    """Seconds that pass only when a plan is measured."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def measured(rates: dict[Plan, list[float]], budget_s: float = 100.0, cost_s: float = 1.0) -> Plan:
    clock, left = Clock(), {plan: list(found) for plan, found in rates.items()}

    def measure(plan: Plan) -> float:
        clock.now_s += cost_s
        return left[plan].pop(0) if len(left[plan]) > 1 else left[plan][0]

    return choose(list(rates), measure, budget_s=budget_s, clock=clock)


SMALL, LARGE, HUGE = Plan(1, 2), Plan(2, 3), Plan(4, 5)


def test_the_fastest_plan_wins_and_one_busy_moment_does_not_decide() -> None:
    assert measured({SMALL: [50], LARGE: [90, 20, 88], HUGE: [60]}) == LARGE


def test_a_plan_with_fewer_pictures_in_flight_wins_a_tie() -> None:
    assert measured({SMALL: [98], LARGE: [100], HUGE: [99]}) == SMALL


def test_a_plan_that_does_not_run_is_tried_once_and_left() -> None:
    assert measured({SMALL: [0.0], LARGE: [50]}) == LARGE
    with pytest.raises(ValueError, match="none of the plans runs"):
        measured({SMALL: [0.0], LARGE: [0.0]})


def test_measuring_keeps_its_budget_but_tries_one_plan() -> None:
    assert measured({SMALL: [50], LARGE: [90]}, budget_s=0.5) == SMALL
    assert measured({SMALL: [50], LARGE: [90]}, budget_s=1.5) == LARGE


@given(st.sampled_from(["CPU", "GPU", "GPU.1", "NPU", "AUTO"]), st.integers(1, 128))
def test_every_device_has_plans_within_bounds(device: str, cores: int) -> None:
    plans = candidates(device, cores)
    assert 1 <= len(plans) <= 4
    assert len(set(plans)) == len(plans)
    assert all(plan.requests <= max(16, cores + 1) for plan in plans)
    assert all(plan.batch == 1 for plan in plans) or device.startswith("GPU")


def test_a_plan_is_remembered_and_nonsense_is_not(tmp_path: Path) -> None:
    assert remembered_plan(tmp_path, "key") is None
    remember_plan(tmp_path, "key", LARGE)
    assert remembered_plan(tmp_path, "key") == LARGE
    assert remembered_plan(tmp_path, "other") is None
    zero, text = '{"streams": 1, "requests": 0}', '{"streams": "1", "requests": 2}'
    for nonsense in ("[]", "{}", zero, text):
        (tmp_path / "plan-key.json").write_text(nonsense)
        assert remembered_plan(tmp_path, "key") is None


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    remember_plan(blocked, "key", LARGE)
    assert remembered_plan(blocked, "key") is None


def true_box(label: str = "person", left: float = 10) -> LabelledBox:
    return LabelledBox(label, Box(left, 10, left + 20, 50))


def test_perfect_detections_are_perfect() -> None:
    result = evaluate([([seen()], [true_box()]), ([], [])], 0.5)
    assert (result.map50, result.precision, result.recall) == (1.0, 1.0, 1.0)
    assert (result.pictures, result.objects) == (2, 1)


def test_a_double_a_wrong_label_and_a_miss_count_against_it() -> None:
    detections = [seen(score=0.9), seen(score=0.8), seen("car", 0.7)]
    result = evaluate([(detections, [true_box(), true_box(left=300)])], 0.5)
    assert result.precision == pytest.approx(1 / 3)
    assert result.recall == pytest.approx(1 / 2)
    assert result.map50 == pytest.approx(51 / 101)


def test_weak_detections_count_for_the_mean_but_not_at_the_operating_score() -> None:
    result = evaluate([([seen(score=0.1)], [true_box()])], 0.5)
    assert (result.map50, result.precision, result.recall) == (1.0, 0.0, 0.0)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60), st.integers(0, 20))
def test_average_precision_is_a_share_and_never_falls_when_a_hit_is_added_on_top(
    scored: list[tuple[float, bool]], missed: int
) -> None:
    objects = sum(hit for _, hit in scored) + missed + 1
    before = average_precision(scored, objects)
    assert 0.0 <= before <= 1.0
    assert average_precision([(2.0, True), *scored], objects) >= before
