"""Each browser's memory is bounded; the newest state wins; what must arrive does."""

import asyncio

from gateway.live.stream import MAX_SUBSCRIBERS, QUEUE_EVENTS, Stream, Subscriber


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


async def take(subscriber: Subscriber) -> list[str]:
    """Return what is due now, as lines of events."""
    due, _ = subscriber._due()
    return [part.decode() for part in due.split(b"\n\n") if part]


async def test_scans_of_a_station_come_twice_a_second_at_most_and_the_newest_wins() -> None:
    clock = Hand()
    stream = Stream(clock)
    subscriber = stream.subscribe(b"{}")
    assert subscriber is not None
    await take(subscriber)

    stream.replace("scan", "a", b"1")
    assert await take(subscriber) == ["event: scan\ndata: 1"]
    stream.replace("scan", "a", b"2")
    stream.replace("scan", "b", b"9")
    stream.replace("scan", "a", b"3")
    assert await take(subscriber) == ["event: scan\ndata: 9"]
    clock.now_s += 0.5
    assert await take(subscriber) == ["event: scan\ndata: 3"]


async def test_alarms_come_at_once_and_all() -> None:
    stream = Stream(Hand())
    subscriber = stream.subscribe(b"{}")
    assert subscriber is not None
    for number in range(3):
        stream.push("alarm", "a", b"%d" % number)

    lines = await take(subscriber)

    assert lines[1:] == [f"event: alarm\ndata: {number}" for number in range(3)]


async def test_a_browser_that_does_not_read_is_closed() -> None:
    stream = Stream(Hand())
    subscriber = stream.subscribe(b"{}")
    assert subscriber is not None
    for _ in range(QUEUE_EVENTS + 1):
        stream.push("alarm", "a", b"1")

    assert subscriber.closed


async def test_there_is_room_for_so_many_browsers() -> None:
    stream = Stream(Hand())
    subscribers = [stream.subscribe(b"{}") for _ in range(MAX_SUBSCRIBERS)]

    assert None not in subscribers
    assert stream.subscribe(b"{}") is None
    assert subscribers[0] is not None
    stream.unsubscribe(subscribers[0])
    assert stream.subscribe(b"{}") is not None


async def test_closing_ends_every_stream() -> None:
    stream = Stream(asyncio.get_running_loop().time)
    subscriber = stream.subscribe(b"{}")
    assert subscriber is not None
    seen: list[bytes] = []
    greeted = asyncio.Event()

    async def read() -> None:
        async for part in subscriber.frames():
            seen.append(part)
            greeted.set()

    reader = asyncio.create_task(read())
    await asyncio.wait_for(greeted.wait(), 5)
    stream.close()

    await asyncio.wait_for(reader, 5)
    assert seen == [b"event: hello\ndata: {}\n\n"]


async def test_all_browsers_share_one_frame_of_an_event() -> None:
    stream = Stream(Hand())
    one, other = stream.subscribe(b"{}"), stream.subscribe(b"{}")
    assert one is not None
    assert other is not None

    stream.push("alarm", "a", b"1")
    stream.replace("scan", "a", b"2")

    assert one._queue[-1] is other._queue[-1]
    assert one._slots["scan", "a"] is other._slots["scan", "a"]
