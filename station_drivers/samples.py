"""What one read of a station brings: a sample per channel, gathered scan by scan."""

import asyncio
from dataclasses import dataclass
from typing import Final

import msgspec

from quantrac_core.contracts.quality import Reason, State


class Sample(msgspec.Struct, frozen=True, gc=False):
    """One channel at one read; a struct because a country's stations make millions an hour.

    ``value`` is None when it could not be read, and then ``reason`` says why; a value with
    the reason ``unknown_state`` was read, but the device's state could not be understood.
    """

    value: float | str | None
    state: State
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class ChannelPoint:
    """A channel as the station knows it; the valid range is in ``unit``, None where open."""

    name: str
    unit: str
    valid_min: float | None = None
    valid_max: float | None = None


LOST: Final = {reason: Sample(None, State.COMMS_LOST, reason) for reason in Reason}
"""The sample of a channel that no answer came for, by reason."""


class Scan:
    """The samples of one read, by slot. A scan that has ended takes late results in vain."""

    __slots__ = ("finished", "is_over", "missing", "open_links", "slots")

    def __init__(self, size: int, open_links: int) -> None:
        self.slots: list[Sample | None] = [None] * size
        self.missing = size
        self.open_links = open_links
        self.is_over = False
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def put(self, slot: int, sample: Sample) -> None:
        """Give one channel its sample; the first one counts."""
        if self.slots[slot] is None:
            self.slots[slot] = sample
            self.missing -= 1

    def put_run(self, first: int, samples: list[Sample]) -> None:
        """Give neighbouring channels, from slot ``first`` on, their samples."""
        self.slots[first : first + len(samples)] = samples
        self.missing -= len(samples)

    def link_done(self) -> None:
        """Note that one more link has nothing to add."""
        self.open_links -= 1
        if self.open_links == 0 and not self.finished.done():
            self.finished.set_result(None)
