"""Server-sent events: each browser has bounded memory here, and the latest value wins."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final

from gateway.access.audience import Audience, everybody

QUEUE_EVENTS: Final = 256
MAX_SUBSCRIBERS: Final = 400
KEEP_ALIVE_S: Final = 15.0
SLOT_INTERVAL_S: Final = {"scan": 0.5, "station": 1.0, "camera": 1.0}
"""Shortest time between two events of one kind about one station or camera to one browser."""

Slot = tuple[str, str]
"""Event name, and station or camera."""


def frame(event: str, data: bytes) -> bytes:
    """Return one server-sent event; ``data`` is JSON without line breaks."""
    return b"event: " + event.encode() + b"\ndata: " + data + b"\n\n"


class Subscriber:
    """One browser: a queue for what must all arrive, slots for what the newest replaces."""

    def __init__(
        self, now_s: Callable[[], float], hears: Audience = everybody, account: str = ""
    ) -> None:
        self._now_s = now_s
        self.hears = hears
        self.account = account
        self._queue: deque[bytes] = deque()
        self._slots: dict[Slot, bytes] = {}
        self._sent_s: dict[Slot, float] = {}
        self._wake = asyncio.Event()
        self.closed = False

    def push(self, part: bytes) -> None:
        """Queue a frame; a browser that does not keep up is closed and connects anew."""
        if len(self._queue) >= QUEUE_EVENTS:
            self.close()
            return
        self._queue.append(part)
        self._wake.set()

    def replace(self, slot: Slot, part: bytes) -> None:
        """Put the newest state of a station or camera, as a frame, in its slot."""
        self._slots[slot] = part
        self._wake.set()

    def close(self) -> None:
        """End the stream."""
        self.closed = True
        self._wake.set()

    async def frames(self) -> AsyncIterator[bytes]:
        """Yield what is due until closed; a comment line when nothing was for a while."""
        while not self.closed:
            self._wake.clear()
            due, wait_s = self._due()
            if due:
                yield due
                continue
            try:
                # Before Python 3.12 asyncio.wait_for swallows a cancellation that meets a result.
                async with asyncio.timeout(min(wait_s, KEEP_ALIVE_S)):
                    await self._wake.wait()
            except TimeoutError:
                if wait_s >= KEEP_ALIVE_S:
                    yield b": still here\n\n"

    def _due(self) -> tuple[bytes, float]:
        parts = list(self._queue)
        self._queue.clear()
        now_s = self._now_s()
        wait_s = KEEP_ALIVE_S
        for slot in list(self._slots):
            since_s = now_s - self._sent_s.get(slot, float("-inf"))
            interval_s = SLOT_INTERVAL_S[slot[0]]
            if since_s >= interval_s:
                parts.append(self._slots.pop(slot))
                self._sent_s[slot] = now_s
            else:
                wait_s = min(wait_s, interval_s - since_s)
        return b"".join(parts), wait_s


class Stream:
    """Every open browser."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._subscribers: set[Subscriber] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._subscribers)

    def subscribe(
        self, hello: bytes, hears: Audience = everybody, account: str = ""
    ) -> Subscriber | None:
        """Add a browser, greeted with ``hello``; None when there are too many.

        Args:
            hears: which events it may be told of.
            account: who looks; see `close_account`.
        """
        if self._closed or len(self._subscribers) >= MAX_SUBSCRIBERS:
            return None
        subscriber = Subscriber(self._now_s, hears, account)
        subscriber.push(frame("hello", hello))
        self._subscribers.add(subscriber)
        return subscriber

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Forget a browser."""
        subscriber.close()
        self._subscribers.discard(subscriber)

    def push(self, event: str, subject: str, data: bytes) -> None:
        """Send an event, framed once, to every browser that may hear of its station or camera."""
        part = frame(event, data)
        for subscriber in self._subscribers:
            if subscriber.hears(event, subject):
                subscriber.push(part)

    def replace(self, event: str, subject: str, data: bytes) -> None:
        """Send the newest state of a station or camera, at a bounded rate, as `push` does."""
        slot, part = (event, subject), frame(event, data)
        for subscriber in self._subscribers:
            if subscriber.hears(event, subject):
                subscriber.replace(slot, part)

    def close_account(self, account: str) -> None:
        """End the streams of an account, whose rights may have changed; browsers come back."""
        for subscriber in self._subscribers:
            if subscriber.account == account:
                subscriber.close()

    def close(self) -> None:
        """End every stream and take no new ones."""
        self._closed = True
        for subscriber in self._subscribers:
            subscriber.close()
