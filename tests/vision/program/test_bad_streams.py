"""Streams that misbehave: a clear state each, and right events as soon as there is sense again."""

import random
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from quantrac_core.contracts.camera_messages import CameraEvent
from quantrac_core.contracts.messages import ms_from_utc
from tests.peers.process import running, until
from tests.peers.rtsp_server import Mount, RtspServer, Unit
from tests.peers.vision import Vision
from tests.vision.delivery.listener import CameraListener
from tests.vision.program import yard
from tests.vision.program.site import PATIENCE_S, Site, camera, until_status

SPAN_MS = yard.SPAN_S * 1000
RESIZED, JUMPING, GARBAGE, COMING_BACK = "doi-co", "nhay-gio", "rac", "tro-lai"
GOING_AWAY = "mat-han"
SMALL = (480, 360)
ROOM_M = 1.5


class Watched(NamedTuple):
    """The program with bad cameras."""

    site: Site
    vision: Vision
    listeners: dict[str, CameraListener]

    def events(self, name: str) -> list[CameraEvent]:
        """The first message of each event of a camera, oldest first."""
        return [each for each in self.listeners[name].events if each.revision == 1]


def resized(pictures: yard.Picture) -> list[Unit]:
    """A loop in the large size, then one in the small."""
    large, small = yard.encode(pictures), yard.encode(pictures, size=SMALL)
    return [
        *large,
        *(Unit(each.data, each.pts_ms + SPAN_MS, each.send_ms + SPAN_MS) for each in small),
    ]


def jumping(pictures: yard.Picture) -> list[Unit]:
    """Timestamps that go back by an hour, stand still, and tremble."""
    chance = random.Random(5)
    hour_ms = 3_600_000
    return [
        Unit(
            each.data,
            (each.pts_ms + hour_ms if number < 30 else each.pts_ms) + chance.uniform(-60, 60),
            each.send_ms,
        )
        for number, each in enumerate(yard.encode(pictures))
    ]


def damaged(pictures: yard.Picture) -> list[Unit]:
    """Good headers before noise."""
    return [
        Unit(each.data[:5] + random.Random(number).randbytes(900), each.pts_ms, each.send_ms)
        for number, each in enumerate(yard.encode(pictures))
    ]


@pytest.fixture(scope="module")
def watched(
    site: Site, pictures: yard.Picture, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watched]:
    mounts = {
        "/resized": Mount(resized(pictures), 2 * SPAN_MS),
        "/jumping": Mount(jumping(pictures), SPAN_MS),
        "/garbage": Mount(damaged(pictures), SPAN_MS, parse=False),
        # Goes away in the middle of the incident; whoever connects again sees it from the start.
        "/coming-back": Mount(yard.encode(pictures)[:45], SPAN_MS, loops=1, at_end="silence"),
    }
    folder = tmp_path_factory.mktemp("camera")
    going_away = {"/main": Mount(yard.encode(pictures), SPAN_MS)}
    with (
        running(RtspServer(folder, mounts)) as server,
        running(RtspServer(folder, going_away, "going-away")) as mortal,
    ):
        cameras = [
            camera(RESIZED, server.url("/resized")),
            camera(JUMPING, server.url("/jumping")),
            camera(GARBAGE, server.url("/garbage")),
            camera(COMING_BACK, server.url("/coming-back")),
            camera(GOING_AWAY, mortal.url()),
        ]
        listeners = {each["id"]: site.listen(each["id"]) for each in cameras}
        with site.vision(*cameras) as vision:
            until(lambda: listeners[GOING_AWAY].events, PATIENCE_S, told_by=vision.log)
            mortal.kill()
            yield Watched(site, vision, listeners)
            assert vision.stop() == 0
            assert "Traceback" not in vision.log()
    for listener in listeners.values():
        listener.__exit__()


def is_true(event: CameraEvent) -> bool:
    """Tell whether an event lies on the intruder's path."""
    assert event.lat is not None
    assert event.lon is not None
    north = (event.lat - yard.MAST["lat"]) * 111_195
    east = (event.lon - yard.MAST["lon"]) * 111_195 * 0.9796
    return (
        min(
            ((east - x) ** 2 + (north - y) ** 2) ** 0.5
            for x, y in (yard.truth_at(tenth / 10) for tenth in range(80))
        )
        < ROOM_M
    )


def test_a_stream_that_changes_its_size_goes_on_with_right_events(watched: Watched) -> None:
    listener = watched.listeners[RESIZED]
    until(lambda: len(watched.events(RESIZED)) > 1, PATIENCE_S, told_by=watched.vision.log)

    def sizes() -> set[tuple[int, int]]:
        return {(each.width_px, each.height_px) for each in listener.statuses if each.width_px}

    until(
        lambda: {(yard.WIDTH, yard.HEIGHT), SMALL} <= sizes(),
        PATIENCE_S,
        told_by=watched.vision.log,
    )
    assert all(is_true(event) for event in watched.events(RESIZED))
    assert {status.state for status in listener.statuses} <= {"starting", "live", "degraded"}
    assert watched.vision.log().count(f"{RESIZED}/main: live") == 1


def test_timestamps_that_jump_give_events_at_the_time_they_were_seen(watched: Watched) -> None:
    listener = watched.listeners[JUMPING]
    until(lambda: len(watched.events(JUMPING)) > 1, PATIENCE_S, told_by=watched.vision.log)
    for event in watched.events(JUMPING):
        assert is_true(event)
        assert abs(ms_from_utc(event.at) - ms_from_utc(listener.statuses[0].at)) < 120_000
    assert all(
        first.began_at < second.began_at
        for first, second in zip(watched.events(JUMPING), watched.events(JUMPING)[1:], strict=False)
    )


def test_garbage_is_called_garbage_and_makes_no_event(watched: Watched) -> None:
    status = until_status(
        watched.listeners[GARBAGE], lambda each: each.state == "down", watched.vision
    )
    assert (status.cause, status.fps) == ("garbage", 0.0)
    assert "no picture can be made" in status.detail
    assert watched.events(GARBAGE) == []


def test_a_camera_that_goes_away_in_an_incident_ends_it_and_reports_the_next(
    watched: Watched,
) -> None:
    listener = watched.listeners[COMING_BACK]
    status = until_status(listener, lambda each: each.state == "down", watched.vision)
    assert status.cause == "stalled"
    until(lambda: len(watched.events(COMING_BACK)) > 1, PATIENCE_S, told_by=watched.vision.log)
    first, second = watched.events(COMING_BACK)[:2]
    assert first.id != second.id
    assert is_true(first)
    assert is_true(second)
    event = watched.site.whole_event(COMING_BACK, watched.vision)
    assert event["id"] == first.id
    assert event["ended_at"] < second.began_at.isoformat()


def test_a_camera_that_goes_away_for_good_leaves_no_incident_open(watched: Watched) -> None:
    status = until_status(
        watched.listeners[GOING_AWAY], lambda each: each.state == "down", watched.vision
    )
    assert status.cause in ("no_connection", "ended")
    event = watched.site.whole_event(GOING_AWAY, watched.vision)
    assert event["id"] == watched.listeners[GOING_AWAY].events[0].id
    assert len(watched.site.events(GOING_AWAY)) == 1
    assert watched.vision.running
