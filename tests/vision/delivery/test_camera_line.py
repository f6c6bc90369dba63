"""Events are on disk before they are offered, and offered until the centre holds them."""

import asyncio
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantrac_core.contracts.camera_messages import EVENT_ID, CameraEvent, decode_camera
from quantrac_core.contracts.messages import Replay, encode
from quantrac_core.runtime.outbox.entries import Entry
from quantrac_core.runtime.outbox.worker import MAX_WAITING
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import Process, eventually, until
from tests.peers.small_disk import Neighbour, small_disk
from tests.vision.delivery.camera import CAMERA, camera_line, new_event, new_status
from tests.vision.delivery.listener import CameraListener
from vision.delivery.camera_outbox import CameraOutbox, new_event_id
from vision.delivery.event_entries import EVENT, EventEntries
from vision.delivery.settings import DeliverySettings

NO_RESERVE = DeliverySettings(reserve_mb=0)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path / "broker")
    broker.start()
    yield broker
    broker.kill()


def on_disk(folder: Path) -> list[CameraEvent]:
    db = sqlite3.connect(folder / "outbox.sqlite")
    rows = db.execute("SELECT payload FROM entries ORDER BY seq").fetchall()
    db.close()
    return [decode_camera(CameraEvent, row[0]) for row in rows]


async def test_an_event_is_numbered_stored_and_heard_and_known_to_be_there_when_it_is_acknowledged(
    tmp_path: Path, broker: Mosquitto
) -> None:
    with CameraListener(broker.port, CAMERA, acknowledge=lambda _: True) as centre:
        async with camera_line(tmp_path / "cam", broker.port, ack_timeout_s=30) as (outbox, line):
            await eventually(lambda: bool(centre.statuses), "a status")
            sent = await line.send(new_event(1))
            assert (sent.seq, sent.outbox_id) == (1, outbox.outbox_id)
            assert on_disk(tmp_path / "cam") == [sent]
            await line.send(new_event(1, revision=2))
            await eventually(lambda: line.ledger.missing(2) == 0, "both acknowledged")
            await eventually(lambda: line.ledger.expire(time.monotonic()) == 0, "nothing is lost")
        assert list(dict.fromkeys(event.seq for event in centre.events)) == [1, 2]
        assert not all(event.backfill for event in centre.events)


async def test_events_of_an_outage_come_as_back_fill_in_their_order(
    tmp_path: Path, broker: Mosquitto
) -> None:
    broker.kill()
    async with camera_line(tmp_path / "cam", broker.port) as (_, line):
        for number in range(1, 31):
            await line.send(new_event(number))
        broker.start()
        with CameraListener(broker.port, CAMERA, acknowledge=lambda _: True) as centre:
            await eventually(lambda: line.ledger.missing(30) == 0, "all acknowledged")
            await eventually(lambda: len({e.seq for e in centre.events}) == 30, "all heard")
        seqs = list(dict.fromkeys(event.seq for event in centre.events))
        assert seqs == sorted(seqs)
        assert all(event.backfill for event in centre.events)


async def test_a_replay_brings_events_again(tmp_path: Path, broker: Mosquitto) -> None:
    with CameraListener(broker.port, CAMERA, acknowledge=lambda _: True) as centre:
        async with camera_line(tmp_path / "cam", broker.port, ack_timeout_s=30) as (outbox, line):
            await eventually(lambda: bool(centre.statuses), "a status")
            for number in range(1, 6):
                await line.send(new_event(number))
            await eventually(lambda: line.ledger.missing(5) == 0, "all acknowledged")
            centre.send("replay", encode(Replay(outbox.outbox_id, 2, 3)))
            await eventually(
                lambda: {2, 3} <= {event.seq for event in centre.events if event.backfill},
                "two again",
            )


async def test_a_camera_that_comes_back_shows_its_newest_state_and_says_goodbye(
    tmp_path: Path, broker: Mosquitto
) -> None:
    with CameraListener(broker.port, CAMERA) as centre:
        async with camera_line(tmp_path / "cam", broker.port) as (outbox, line):
            await eventually(lambda: len(centre.statuses) == 1, "the first status")
            broker.kill()
            await eventually(lambda: not line.session.connected, "the broker is gone")
            line.show(new_status(outbox.boot_id, state="degraded", waiting_files=3))
            broker.start()
            await eventually(lambda: centre.statuses[-1].waiting_files == 3, "the newest one")
            await line.say_goodbye()
            await eventually(lambda: centre.statuses[-1].state == "down", "the goodbye")
        assert centre.statuses[-1].detail == "vision was stopped"


PROGRAM = """
import asyncio, sys
from pathlib import Path
from tests.vision.delivery.camera import camera_line, new_event

async def main() -> None:
    async with camera_line(Path(sys.argv[1]), int(sys.argv[2])) as (outbox, line):
        number = outbox.worker.next_seq
        while True:
            await line.send(new_event(number))
            number += 1
            await asyncio.sleep(0.002)

asyncio.run(main())
"""


@pytest.mark.faults
def test_no_event_is_lost_when_vision_is_killed_again_and_again_and_its_death_is_told(
    tmp_path: Path, broker: Mosquitto
) -> None:
    folder = tmp_path / "cam"
    command = [sys.executable, "-c", PROGRAM, str(folder), str(broker.port)]
    vision = Process("vision", command, tmp_path)
    with CameraListener(broker.port, CAMERA, acknowledge=lambda seq: seq % 7 != 0) as centre:
        for _ in range(3):
            before = len(centre.events)
            vision.start()
            until(lambda seen=before: len(centre.events) > seen + 20, told_by=vision.log)  # type: ignore[misc]
            vision.kill()
            until(lambda: centre.statuses[-1].state == "down")
            assert centre.statuses[-1].detail == "vision ended without a goodbye"
        broker.kill()
        stored = on_disk(folder)
        broker.start()
        vision.start()
        until(lambda: {e.seq for e in centre.events} >= {e.seq for e in stored}, told_by=vision.log)
        vision.kill()
    assert [event.seq for event in stored] == list(range(1, len(stored) + 1))
    heard: dict[int, str] = {}
    for event in centre.events:
        assert heard.setdefault(event.seq, event.id) == event.id


async def test_what_had_not_ended_is_known_after_a_restart(tmp_path: Path) -> None:
    first = CameraOutbox(tmp_path, CAMERA, "boot-1", NO_RESERVE)
    await first.commit(new_event(1))
    await first.commit(new_event(2))
    await first.commit(new_event(2, revision=2, score=0.5))
    await first.commit(new_event(1, revision=2, phase="end"))
    await first.close()
    second = CameraOutbox(tmp_path, CAMERA, "boot-2", NO_RESERVE)
    undone = second.undone()
    assert [(event.id, event.revision, event.score) for event in undone] == [
        (new_event(2).id, 2, 0.5)
    ]
    await second.commit(new_event(2, revision=3, phase="end"))
    assert second.undone() == []
    await second.close()


async def test_what_had_ended_but_awaited_its_files_is_known_after_a_restart(
    tmp_path: Path,
) -> None:
    first = CameraOutbox(tmp_path, CAMERA, "boot-1", NO_RESERVE)
    for number in (1, 2, 3):
        await first.commit(new_event(number, phase="end"), awaits_files=True)
    await first.commit(new_event(1, revision=2, phase="end"))
    first.settle(new_event(3).id)
    await first.commit(new_event(4))
    first.settle(new_event(4).id)
    await first.close()
    second = CameraOutbox(tmp_path, CAMERA, "boot-2", NO_RESERVE)
    assert [event.id for event in second.undone()] == [new_event(2).id, new_event(4).id]
    await second.close()


async def test_events_of_several_tasks_get_numbers_of_their_own(tmp_path: Path) -> None:
    outbox = CameraOutbox(tmp_path, CAMERA, "boot", NO_RESERVE)
    done = await asyncio.gather(*(outbox.commit(new_event(number)) for number in range(40)))
    assert sorted(event.seq for event, _ in done) == list(range(1, 41))
    await outbox.close()


async def test_on_a_full_disk_events_wait_replaced_revisions_go_and_no_number_is_missing(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk", 2) as disk:
        outbox = CameraOutbox(disk, CAMERA, "boot", NO_RESERVE)
        await outbox.commit(new_event(0))
        neighbour = Neighbour(disk)
        for number in range(1, MAX_WAITING + 30):
            if number % 50 == 1:
                neighbour.take_all()
            for revision in (1, 2) if number > MAX_WAITING else (1,):
                await outbox.commit(new_event(number, revision))
        assert outbox.worker.waiting <= MAX_WAITING
        assert outbox.worker.stats.dropped > 0
        neighbour.leave()
        await outbox.tidy(0)
        await outbox.tidy(0)
        assert outbox.worker.waiting == 0
        await outbox.close()
        events = on_disk(disk)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert (events[-1].id, events[-1].revision) == (new_event(MAX_WAITING + 29).id, 2)
        assert len({(event.id, event.revision) for event in events}) == len(events)


@settings(max_examples=80, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 12), min_size=1, max_size=40),
    first=st.integers(1, 1_000),
    most=st.integers(1, 40),
)
def test_folding_keeps_the_newest_revision_of_the_newest_events_without_a_gap(
    numbers: list[int], first: int, most: int
) -> None:
    seen: dict[int, int] = {}
    entries = []
    for seq, number in enumerate(numbers, first):
        seen[number] = seen.get(number, 0) + 1
        event = new_event(number, seen[number], seq=seq)
        entries.append(Entry(seq, seq * 10, EVENT, encode(event)))
    folded = EventEntries().fold(entries, most)
    assert len(folded) <= max(most, 0)
    assert [entry.seq for entry in folded] == list(range(first, first + len(folded)))
    events = [decode_camera(CameraEvent, entry.payload) for entry in folded]
    assert [event.seq for event in events] == [entry.seq for entry in folded]
    if len(entries) <= most:
        assert folded == entries
    else:
        newest = list(dict.fromkeys(reversed(numbers)))[:most][::-1]
        assert [(e.id, e.revision) for e in events] == [
            (new_event(number).id, seen[number]) for number in newest
        ]


@given(began_ms=st.integers(0, 4_000_000_000_000))
def test_an_events_id_keeps_the_contract(began_ms: int) -> None:
    assert EVENT_ID.fullmatch(new_event_id("a" * 48, began_ms))
    assert new_event_id("cam-1", began_ms) != new_event_id("cam-1", began_ms)
