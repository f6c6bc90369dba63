"""An event answers an expectation by rule, time and place; whatever is over is false."""

from dataclasses import replace

from benchmarks.scene_verdicts import Heard, judged
from demo.street.script import Expectation, MoverScript, SceneScript

SCRIPT = SceneScript(
    name="gate",
    duration_s=40,
    movers=[MoverScript(id="man", kind="walker", path=[(0, 0, 10), (40, 0, -30)])],
    rules=["dot-nhap", "pha-camera"],
    expect=[Expectation(rule="dot-nhap", kind="intrusion", mover="man", begins_s=12, due_s=13)],
)
RIGHT = Heard("dot-nhap", "intrusion", 12.1, 13.4, (0.3, -3.5))


def test_an_event_in_time_and_place_answers_and_a_repetition_is_false() -> None:
    verdict = judged(SCRIPT, [replace(RIGHT, at_s=15.0, place_m=(0.0, -5.0)), RIGHT])
    assert [heard for _, heard in verdict.found] == [RIGHT]
    assert [heard.at_s for heard in verdict.false] == [15.0]


def test_too_early_too_late_elsewhere_and_another_rule_answer_nothing() -> None:
    wrong = [
        replace(RIGHT, at_s=11.5, place_m=(0.0, -1.5)),
        replace(RIGHT, at_s=18.5, place_m=(0.0, -8.5)),
        replace(RIGHT, place_m=(4.0, -3.5)),
        replace(RIGHT, place_m=None),
        replace(RIGHT, rule="qua-cong"),
    ]
    verdict = judged(SCRIPT, wrong)
    assert verdict.found == []
    assert len(verdict.false) == len(wrong)


def test_a_clip_shows_its_moment_only_between_its_ends() -> None:
    assert not RIGHT.clip_shows_moment
    shown = replace(RIGHT, clip=(7.0, 23.0), clip_moment_s=12.1)
    assert shown.clip_shows_moment
    assert shown.clip_shows_began
    assert not replace(shown, clip=(12.2, 23.0)).clip_shows_moment
