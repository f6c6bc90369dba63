"""Joins what belongs to one picture where FFmpeg splits it."""

from dataclasses import dataclass, replace

from vision.streams.media_clock import Arrival
from vision.streams.packet import VideoCodec
from vision.streams.parameter_sets import begins_picture


@dataclass(slots=True, frozen=True)
class AccessUnit:
    """One compressed picture before it has its times."""

    data: bytes
    is_key: bool
    arrival: Arrival


class UnitJoiner:
    """Puts the slices of one picture together again.

    Some cameras repeat the parameter sets before every slice of a key picture, and FFmpeg takes
    each for a picture of its own. As soon as that has been seen, every unit waits for its
    successor; all other cameras are served without that delay.
    """

    def __init__(self, codec: VideoCodec) -> None:
        self.lost = 0
        self._codec = codec
        self._is_needed = False
        self._held: AccessUnit | None = None

    def push(self, unit: AccessUnit) -> list[AccessUnit]:
        """Take the next unit; return those that are whole."""
        if begins_picture(unit.data, self._codec):
            held = self._held
            if self._is_needed:
                self._held = unit
                return [] if held is None else [held]
            return [unit]
        self._is_needed = True
        if self._held is None:
            # Its beginning is gone already: only once, before anybody could know.
            self.lost += 1
        else:
            self._held = replace(self._held, data=self._held.data + unit.data)
        return []

    def join(self, units: list[AccessUnit]) -> list[AccessUnit]:
        """Return the units of a burst joined; its last may be held back."""
        if not all(begins_picture(unit.data, self._codec) for unit in units[1:]):
            self._is_needed = True
        return [whole for unit in units for whole in self.push(unit)]
