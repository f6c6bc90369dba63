"""What the demo says about alarms, and when it takes them itself."""

import msgspec

from demo.alarm_watch import Acknowledge, Alarm, AlarmWatch, Told

RAISED = Alarm(
    id="thanh-hai.cod.high.limit.value.1",
    station="thanh-hai",
    channel="cod",
    level="limit",
    limit=75,
    unit="mg/l",
    active=True,
    acknowledged=False,
    value=77.3,
)


def lines(news: list[Told | Acknowledge]) -> list[str]:
    return [item.english for item in news if isinstance(item, Told)]


def test_a_new_alarm_is_told_once() -> None:
    watch = AlarmWatch(20)
    assert lines(watch.observe([RAISED], 0)) == [
        "LIMIT PASSED: thanh-hai/cod 75 mg/l, measured 77.3"
    ]
    assert watch.observe([RAISED], 1) == []


def test_an_alarm_nobody_takes_is_acknowledged_once_after_the_patience() -> None:
    watch = AlarmWatch(20)
    watch.observe([RAISED], 0)
    assert watch.observe([RAISED], 19.9) == []
    assert watch.observe([RAISED], 20.1) == [Acknowledge(RAISED)]
    assert watch.observe([RAISED], 21) == []


def test_an_acknowledgement_that_failed_is_tried_again() -> None:
    watch = AlarmWatch(20)
    watch.observe([RAISED], 0)
    watch.observe([RAISED], 20.1)
    watch.retry(RAISED)
    assert watch.observe([RAISED], 21) == [Acknowledge(RAISED)]


def test_an_alarm_that_a_person_took_is_left_alone() -> None:
    watch = AlarmWatch(20)
    watch.observe([RAISED], 0)
    taken = msgspec.structs.replace(RAISED, acknowledged=True, acknowledged_by="Lan")
    assert lines(watch.observe([taken], 5)) == ["thanh-hai/cod 75 mg/l: acknowledged by Lan"]
    assert watch.observe([taken], 60) == []


def test_without_automatic_acknowledgement_nothing_is_taken() -> None:
    watch = AlarmWatch(None)
    watch.observe([RAISED], 0)
    assert watch.observe([RAISED], 3600) == []


def test_the_return_is_told_with_the_peak() -> None:
    watch = AlarmWatch(20)
    watch.observe([RAISED], 0)
    back = msgspec.structs.replace(RAISED, active=False, acknowledged=True, peak_value=93.0)
    assert lines(watch.observe([back], 9))[-1] == (
        "thanh-hai/cod 75 mg/l: back to normal (peak 93.0)"
    )


def test_alarms_of_an_earlier_demo_that_are_settled_are_not_told() -> None:
    settled = msgspec.structs.replace(RAISED, active=False, acknowledged=True)
    assert AlarmWatch(20).observe([settled], 0) == []
