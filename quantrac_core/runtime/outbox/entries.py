"""One row of an outbox, whose outbox it is, and what only its program knows about its rows."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Entry(NamedTuple):
    """One row: sequence number, milliseconds since 1970, kind, JSON of the message."""

    seq: int
    at_ms: int
    kind: int
    payload: bytes


class Owner(NamedTuple):
    """Whose outbox: for example agent, station, ``thanh-hai`` or vision, camera, ``cam-1``."""

    program: str
    kind: str
    id: str


class EntryPolicy(Protocol):
    """What a program knows about its entries; every method is pure."""

    def first_covered(self, entry: Entry) -> int:
        """Return the first sequence number that an entry stands for; mostly its own."""
        ...

    def thin(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return fewer entries that cover the same numbers, or the same where none can go."""
        ...

    def fold(self, entries: Sequence[Entry], most: int) -> list[Entry]:
        """Return at most ``most`` of entries that nobody has seen yet, without a gap in their
        numbers; more where none can go."""
        ...
