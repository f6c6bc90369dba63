"""Rubbish from cameras is kept, counted and harmless; the next event passes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.ingest.admission import Rejection
from gateway.ingest.camera_admission import CameraAdmission
from quantrac_core.contracts.camera_messages import CameraEvent, CameraStatus
from quantrac_core.contracts.messages import encode
from quantrac_core.contracts.topics import camera_topic
from tests.gateway.camera import FakeCamera, evidence_file
from tests.gateway.conftest import Centre
from tests.peers.process import until

Make = Callable[[FakeCamera], bytes]


def changed(**changes: Any) -> Make:
    def make(camera: FakeCamera) -> bytes:
        document: dict[str, Any] = json.loads(encode(camera.event(1)))
        return json.dumps({**document, **changes}).encode()

    return make


def with_file(**changes: Any) -> Make:
    def make(camera: FakeCamera) -> bytes:
        file = json.loads(encode(evidence_file("clip.mp4", b"c")))
        return changed(evidence=[{**file, **changes}])(camera)

    return make


TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
BAD: dict[str, tuple[str, Make]] = {
    "not JSON": ("not_json", lambda c: b"{half an event"),
    "not UTF-8": ("not_json", lambda c: b'{"v":1,"camera":"\xff"}'),
    "empty": ("not_json", lambda c: b""),
    "half a surrogate": ("not_json", changed(label="\ud800")),
    "NaN": ("not_json", changed(score=float("nan"))),
    "too large": ("too_large", lambda c: b" " * ((1 << 20) + 1)),
    "another version": ("wrong_version", changed(v=2)),
    "another camera": ("wrong_camera", changed(camera="elsewhere")),
    "an id with a path": ("wrong_shape", changed(id="../../../etc/passwd")),
    "a short id": ("wrong_shape", changed(id="abc")),
    "a revision below one": ("out_of_bounds", changed(revision=0)),
    "a phase of its own": ("wrong_shape", changed(phase="again")),
    "far future": ("far_future", changed(at=TOMORROW)),
    "it begins tomorrow": ("far_future", changed(began_at=TOMORROW)),
    "before its time": ("out_of_bounds", changed(began_at="1999-01-01T00:00:00Z")),
    "it ends before it begins": ("out_of_bounds", changed(ended_at="2021-01-01T00:00:00Z")),
    "no time zone": ("out_of_bounds", changed(at="2026-01-01T00:00:00")),
    "a clip of no zone": ("out_of_bounds", changed(clip_began_at="2026-01-01T00:00:00")),
    "a score above one": ("out_of_bounds", changed(score=1.5)),
    "a box outside": ("out_of_bounds", changed(box=[0, 0, 2, 1])),
    "a latitude of no place": ("out_of_bounds", changed(lat=91.0)),
    "a zero in a rule": ("out_of_bounds", changed(rule="a\x00b")),
    "a rule without a name": ("wrong_shape", changed(rule="")),
    "a rule that is too long": ("out_of_bounds", changed(rule="x" * 61)),
    "a number for a word": ("wrong_shape", changed(label=5)),
    "a count that no row takes": ("out_of_bounds", changed(count=1 << 40)),
    "an integer of 100 digits": ("out_of_bounds", changed(skipped_views=10**100)),
    "an endless number": ("wrong_shape", changed(fps=10**400)),
    "an outbox with a slash": ("out_of_bounds", changed(outbox_id="a/b")),
    "a file with a path": ("wrong_shape", with_file(name="../clip.mp4")),
    "a page as a file": ("wrong_shape", with_file(name="clip.html")),
    "a hash that is none": ("wrong_shape", with_file(sha256="xyz")),
    "a file without end": ("out_of_bounds", with_file(size_bytes=1 << 60)),
    "a kind of file of its own": ("wrong_shape", with_file(kind="program")),
}


@pytest.mark.parametrize("name", BAD)
def test_it_is_quarantined_and_the_next_event_passes(
    centre: Centre, new_camera: Callable[..., FakeCamera], name: str
) -> None:
    reason, make = BAD[name]
    camera = new_camera(centre, f"bad-{list(BAD).index(name)}")
    payload = make(camera)

    camera.send_raw("events", payload)
    camera.send(camera.holds(2, 2))
    camera.send(camera.event(2, 2))

    until(lambda: camera.durable_seq() == 2)

    def kept() -> Any:
        messages = centre.api.get("/quarantine", limit="200")["messages"]
        return [m for m in messages if f"/{camera.camera}/" in m["topic"]]

    (message,) = until(kept)
    assert message["reason"] == reason, message["detail"]
    assert message["size_bytes"] == len(payload)
    assert len(centre.api.get("/events", camera=camera.camera)["events"]) == 1


def test_what_no_replay_could_mend_is_not_asked_for_again(
    centre: Centre, camera: FakeCamera
) -> None:
    camera.send(camera.holds(1, 3))
    camera.send(camera.event(1, 1))
    camera.send_raw("events", changed(seq=2, score=7.0)(camera))
    camera.send(camera.event(3, 3))

    until(lambda: camera.durable_seq() == 3)

    assert camera.replays == []


def test_an_id_of_another_camera_changes_nothing_and_blocks_nothing(
    centre: Centre, camera: FakeCamera, new_camera: Callable[..., FakeCamera]
) -> None:
    camera.send(camera.event(1, 1))
    until(lambda: camera.durable_seq() == 1)
    other = new_camera(centre, f"{camera.camera}-b")

    other.send(other.event(1, id=camera.event_id(1), revision=9, label="forged"))
    other.send(other.event(2, 2))

    until(lambda: other.durable_seq() == 2)
    assert centre.api.get(f"/events/{camera.event_id(1)}")["label"] == "person"
    by_reason = centre.api.get("/quarantine")["by_reason"]
    assert by_reason["event_of_another_camera"] >= 1


def test_a_camera_that_is_not_listed_is_not_heard(
    new_centre: Callable[..., Centre], new_camera: Callable[..., FakeCamera], unique: str
) -> None:
    centre = new_centre(cameras=["gate-1"], accept_any_camera=False)
    camera = new_camera(centre, unique)

    camera.send(camera.event(1))
    camera.send(camera.status(), retain=False)

    until(lambda: centre.api.get("/quarantine")["by_reason"].get("unknown_camera", 0) >= 2)
    assert [view["id"] for view in centre.api.get("/cameras")["cameras"]] == ["gate-1"]
    assert centre.api.get("/cameras/gate-1")["state"] == "unknown"


STATUS_BAD: dict[str, tuple[str, dict[str, Any]]] = {
    "another camera": ("wrong_camera", {"camera": "elsewhere"}),
    "a state of its own": ("wrong_shape", {"state": "asleep"}),
    "no time zone": ("out_of_bounds", {"since": "2026-01-01T00:00:00"}),
    "a name that is too long": ("out_of_bounds", {"name_vi": "x" * 201}),
    "a longitude of no place": ("out_of_bounds", {"lon": 181}),
    "a key that is none": ("wrong_shape", {"signing_key": "abc"}),
    "too many views": ("out_of_bounds", {"views": ["v"] * 501}),
    "it holds less than nothing": ("out_of_bounds", {"oldest_seq": 9, "newest_seq": 1}),
    "an endless figure": ("out_of_bounds", {"dropped": 10**30}),
}


@pytest.mark.parametrize("name", STATUS_BAD)
def test_a_bad_status_is_refused(name: str) -> None:
    reason, changes = STATUS_BAD[name]
    at = datetime(2026, 1, 1, tzinfo=UTC)
    good = json.loads(encode(CameraStatus("c", "live", "b", at, at)))
    admission = CameraAdmission(None, 300)
    payload = json.dumps({**good, **changes}).encode()

    answer = admission.admit(camera_topic("c", "status"), payload, at)

    assert isinstance(answer, Rejection)
    assert answer.reason == reason
    assert isinstance(
        admission.admit(camera_topic("c", "status"), json.dumps(good).encode(), at), CameraStatus
    )


_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20) | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CameraEvent.__struct_fields__), _json)
def test_whatever_stands_in_a_field_the_answer_is_an_event_or_a_reason(
    field: str, value: Any
) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    event = CameraEvent(
        "c", "o", "b", 1, at, "synced", "event-0001", "new", 1, "r", "k", "l", 0.5, "z", at
    )
    document = {**json.loads(encode(event)), field: value}

    answer = CameraAdmission(None, 300).admit(
        camera_topic("c", "events"), json.dumps(document).encode(), at
    )

    assert isinstance(answer, CameraEvent | Rejection)
