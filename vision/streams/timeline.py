"""Timestamps of a clip's packets, made of the one clock, whatever the camera wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

TICKS_PER_MS: Final = 90


@dataclass(slots=True, frozen=True)
class Timeline:
    """Times of packets in the order of decoding, in ticks of 1/90000 s.

    Args:
        pts: one for each packet; different from one another.
        dts: strictly increasing from 0, never after its packet's ``pts``.
        zero_ms: wall clock of tick 0, so that a player's position is wall clock minus this.
    """

    pts: list[int]
    dts: list[int]
    zero_ms: int


def timeline(media_s: Sequence[float], at_ms: Sequence[int]) -> Timeline:
    """Return the times of one packet or more, given in the order of decoding.

    Pictures keep the order of ``media_s`` and the distances of ``at_ms``; where those do not
    increase, a picture follows the one before it by one millisecond.
    """
    order = sorted(range(len(media_s)), key=lambda index: media_s[index])
    began_ms = at_ms[order[0]]
    shown = [0] * len(order)
    last_ms = began_ms - 1
    in_order = []
    for index in order:
        last_ms = max(at_ms[index], last_ms + 1)
        shown[index] = (last_ms - began_ms) * TICKS_PER_MS
        in_order.append(shown[index])
    delay = max(due - tick for due, tick in zip(in_order, shown, strict=True))
    # Only B-frames make a delay; players start the clip that much before its first picture.
    return Timeline([tick + delay for tick in shown], in_order, began_ms - delay // TICKS_PER_MS)
