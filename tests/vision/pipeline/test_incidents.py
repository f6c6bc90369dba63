"""Decisions become the revisions of one event."""

from dataclasses import replace

import pytest

from quantrac_core.contracts.camera_messages import EVENT_ID, CameraEvent, EvidenceFile, check_event
from quantrac_core.contracts.messages import utc_from_ms
from vision.pipeline.incidents import IncidentBook, Moment, RuleFace, end_after_restart
from vision.pipeline.watch_figures import WatchFigures
from vision.scene.decision import Decision
from vision.scene.detection import Box
from vision.scene.sighting import Place, Sighting

BEGAN_MS = 1_790_000_000_000
MOMENT = Moment(WatchFigures(5.0, 0.12, 1), (1280, 1280))
CLIP = EvidenceFile("clip.mp4", "clip", "video/mp4", 1_000, "a" * 64)


def decision(phase: str = "new", after_s: float = 0.0) -> Decision:
    sighting = Sighting(
        "person", 0.8, 361.5, 40.0, 2.0, 5.0, Box(-4, 10, 100, 1400), place=Place(1.5, 12, 11, 109)
    )
    return Decision(
        key="intrusion-1",
        phase=phase,  # type: ignore[arg-type]
        rule="dot-nhap",
        kind="intrusion",
        zone="san",
        at_ms=BEGAN_MS + round(after_s * 1000),
        began_ms=BEGAN_MS,
        label="person",
        score=0.8,
        track_ids=(7,),
        sighting=sighting,
    )


@pytest.fixture
def book() -> IncidentBook:
    numbers = iter(range(10_000))
    faces = {"dot-nhap": RuleFace("Đột nhập", "Intrusion", "high")}
    return IncidentBook("cam-1", "boot", faces, lambda _: f"cam-1-event-{next(numbers):05d}")


def as_sent(event: CameraEvent) -> CameraEvent:
    event.seq, event.outbox_id = 1, "outbox"
    return event


def test_one_incident_keeps_its_id_and_counts_its_revisions(book: IncidentBook) -> None:
    taken = [book.take(decision(*step), MOMENT) for step in (("new", 0), ("update", 5), ("end", 9))]
    events = [step[1] for step in taken if step is not None]
    assert [event.phase for event in events] == ["new", "update", "end"]
    assert [event.revision for event in events] == [1, 2, 3]
    assert len({event.id for event in events}) == 1
    assert events[-1].ended_at == utc_from_ms(BEGAN_MS + 9_000)


def test_every_message_keeps_the_contract_even_for_a_box_beyond_the_picture(
    book: IncidentBook,
) -> None:
    taken = book.take(decision(), MOMENT)
    assert taken is not None
    event = as_sent(taken[1])
    check_event(event, "cam-1", utc_from_ms(BEGAN_MS))
    assert event.box == (0.0, 0.00781, 0.07812, 1.0)
    assert event.bearing_deg == 1.5
    assert (event.name_vi, event.priority, event.fps) == ("Đột nhập", "high", 5.0)


def test_the_box_stays_where_it_was_in_the_snapshot_while_the_place_goes_on(
    book: IncidentBook,
) -> None:
    first = decision()
    assert first.sighting is not None
    later = replace(
        first,
        phase="update",
        sighting=replace(
            first.sighting, source_box=Box(600, 600, 640, 700), place=Place(90, 20, 11, 109)
        ),
    )
    taken = [book.take(step, MOMENT) for step in (first, later)]
    events = [step[1] for step in taken if step is not None]
    assert events[1].box == events[0].box
    assert (events[0].distance_m, events[1].distance_m) == (12, 20)


def test_a_clip_that_comes_after_the_end_is_one_more_revision_of_the_ended_event(
    book: IncidentBook,
) -> None:
    taken = book.take(decision(), MOMENT)
    assert taken is not None
    book.take(decision("end", 3), MOMENT)
    event = book.attach(
        taken[0].id, BEGAN_MS + 11_000, [CLIP], clip_began_ms=BEGAN_MS - 5_000, complete=True
    )
    assert event is not None
    assert (event.phase, event.revision, event.evidence) == ("end", 3, [CLIP])
    assert event.clip_began_at == utc_from_ms(BEGAN_MS - 5_000)
    assert len(book) == 0


def test_an_update_or_end_of_something_unknown_says_nothing(book: IncidentBook) -> None:
    assert book.take(decision("update"), MOMENT) is None
    assert book.take(decision("end"), MOMENT) is None
    assert book.attach("cam-1-event-99999", BEGAN_MS, [CLIP]) is None


def test_evidence_that_never_comes_does_not_grow_the_book(book: IncidentBook) -> None:
    for number in range(2_000):
        book.take(replace(decision(), key=f"k{number}"), MOMENT)
        book.take(replace(decision("end", 1), key=f"k{number}"), MOMENT)
    assert len(book) == 500


def test_an_event_left_open_by_a_kill_is_ended_by_the_next_run(book: IncidentBook) -> None:
    taken = book.take(decision(), MOMENT)
    assert taken is not None
    end = end_after_restart(taken[1], BEGAN_MS + 60_000, [CLIP])
    assert (end.phase, end.revision, end.detail, end.evidence) == ("end", 2, "restarted", [CLIP])
    assert end.ended_at == utc_from_ms(BEGAN_MS + 60_000)
    assert end.id == taken[1].id
    assert EVENT_ID.fullmatch(end.id)
