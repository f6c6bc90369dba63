"""What the demo says about security events."""

from demo.alarm_watch import Told
from demo.security_watch import Evidence, SecurityEvent, SecurityWatch

EVENT = SecurityEvent(
    id="camera-kho-20261122-030405-aa",
    camera="camera-kho",
    kind="intrusion",
    name_vi="Đột nhập sân kho",
    name_en="Intrusion into the yard",
    phase="new",
    bearing_deg=176.0,
    distance_m=6.4,
)
WITH_CLIP = [Evidence("snapshot", True), Evidence("clip", True)]


def changed(evidence: list[Evidence]) -> SecurityEvent:
    return SecurityEvent(**{**{f: getattr(EVENT, f) for f in EVENT.__struct_fields__},
                            "evidence": evidence})  # fmt: skip


def test_an_event_is_told_once_with_its_place_in_both_languages() -> None:
    watch = SecurityWatch()
    assert watch.observe([]) == []
    assert watch.observe([EVENT]) == [
        Told(
            "AN NINH: Đột nhập sân kho, cách cột 6 m về hướng nam",
            "SECURITY: Intrusion into the yard, 6 m south of the mast",
        )
    ]
    assert watch.observe([EVENT]) == []


def test_the_clip_is_told_when_it_has_arrived_and_not_when_it_is_announced() -> None:
    watch = SecurityWatch()
    watch.observe([])
    watch.observe([EVENT])
    assert watch.observe([changed([Evidence("clip", False)])]) == []
    told = watch.observe([changed(WITH_CLIP)])
    assert [item.english for item in told] == [
        "the clip of it has arrived: Intrusion into the yard"
    ]
    assert watch.observe([changed(WITH_CLIP)]) == []


def test_events_of_an_earlier_run_are_not_told_again() -> None:
    watch = SecurityWatch()
    assert watch.observe([changed(WITH_CLIP)]) == []
    assert watch.observe([changed(WITH_CLIP)]) == []


def test_an_event_without_a_place_is_told_by_its_kind() -> None:
    watch = SecurityWatch()
    watch.observe([])
    nameless = SecurityEvent("x" * 8, "camera-kho", "tamper", "", "", "new")
    assert [item.english for item in watch.observe([nameless])] == ["SECURITY: tamper"]
