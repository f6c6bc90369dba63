"""One clock for pictures, clips and events: wall time made of the stream's own timestamps."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Final, NamedTuple

MAX_SLEW_PPM: Final = 500.0
SETTLE_S: Final = 3.0
WINDOW_S: Final = 30.0
JUMP_S: Final = 1.0
WALL_STEP_S: Final = 0.25
MAX_GUESSED_STEP_S: Final = 5.0


class Arrival(NamedTuple):
    """When a packet arrived, and the time that the camera wrote on it.

    Args:
        pts_s: its timestamp of presentation in seconds, or None where it has none.
        received_s: monotonic seconds at its receipt.
        wall_s: seconds since 1970 UTC at its receipt.
    """

    pts_s: float | None
    received_s: float
    wall_s: float


@dataclass(slots=True, frozen=True)
class Stamp:
    """Times of one packet.

    Args:
        at_ms: milliseconds since 1970 UTC at which its picture was taken.
        media_s: seconds on the stream's clock, continuous across jumps of its timestamps.
        lag_s: how long after ``at_ms`` it was received.
        connection: counts connections, and steps back of the wall clock: within one number
            times only go forward (in the order of presentation).
    """

    at_ms: int
    media_s: float
    lag_s: float
    connection: int


class MediaClock:
    """Turns timestamps and times of receipt into wall time.

    No picture is received before it was taken, so the smallest (receipt − timestamp) of the last
    30 to 60 s is where the stream's zero lies. The estimate follows it by at most 500 ppm, so that
    pictures keep their distances; within the first 3 s it may go down at once, because servers
    often begin with a burst of older pictures. It begins anew where timestamps jump (more than
    1 s back or ahead of their receipt, or late by more than 1 s for a whole window), and where
    the wall clock steps by more than 0.25 s. One clock serves one connection to the camera.

    Args:
        connection: the number to begin with.
    """

    def __init__(self, connection: int = 0) -> None:
        self.connection = connection
        self.rebases = 0
        self._wall_minus_monotonic_s: float | None = None
        self._begin_base(shift_s=0.0)
        self._last_media_s: float | None = None
        self._last_received_s = 0.0
        self._step_s = 0.0

    def _begin_base(self, shift_s: float) -> None:
        self._shift_s = shift_s
        self._zero_s: float | None = None
        self._base_began_s = 0.0
        self._window_min_s = self._older_min_s = inf
        self._window_began_s = -inf

    def prime(self, burst: Sequence[Arrival]) -> None:
        """Look at the first packets, before they are stamped.

        What a server sends at once at the start was not taken at once: the newest of it tells
        where zero lies. Timestamps that make no sense are left to `stamp`.
        """
        media_s = [0.0 if each.pts_s is None else each.pts_s for each in burst]
        if any(abs(after - before) > JUMP_S for before, after in pairwise(media_s)):
            return
        zero_s = min(
            (each.wall_s - media for each, media in zip(burst, media_s, strict=True)), default=None
        )
        if zero_s is not None:
            self._start(zero_s, burst[0].received_s)

    def stamp(self, arrival: Arrival) -> Stamp:
        """Return the times of the next packet in the order of arrival."""
        pts_s, received_s, wall_s = arrival
        self._follow_wall_clock(wall_s - received_s)
        media_s, is_measured = self._media_s(pts_s, received_s)
        if not is_measured and self._zero_s is not None and self._last_media_s is not None:
            # A guess that was too long a step must not add up to pictures of times to come.
            media_s = min(media_s, max(self._last_media_s, wall_s - self._zero_s))
        candidate_s = wall_s - media_s
        if self._zero_s is None:
            self._start(candidate_s, received_s)
        elif is_measured:
            if self._has_jumped(media_s, candidate_s, received_s):
                media_s = self._rebase(media_s, received_s)
                candidate_s = wall_s - media_s
                self._start(candidate_s, received_s)
            else:
                self._approach(candidate_s, received_s)
        self._remember(media_s, received_s)
        assert self._zero_s is not None
        at_s = self._zero_s + media_s
        return Stamp(round(at_s * 1000), media_s, wall_s - at_s, self.connection)

    def _follow_wall_clock(self, wall_minus_monotonic_s: float) -> None:
        before_s = self._wall_minus_monotonic_s
        if before_s is None:
            self._wall_minus_monotonic_s = wall_minus_monotonic_s
            return
        step_s = wall_minus_monotonic_s - before_s
        self._wall_minus_monotonic_s = wall_minus_monotonic_s
        if abs(step_s) <= WALL_STEP_S:
            return
        self.rebases += 1
        if step_s < 0:
            self.connection += 1
        if self._zero_s is not None:
            self._zero_s += step_s
            self._window_min_s += step_s
            self._older_min_s += step_s

    def _media_s(self, pts_s: float | None, received_s: float) -> tuple[float, bool]:
        if pts_s is not None:
            return pts_s + self._shift_s, True
        if self._last_media_s is None:
            # FFmpeg counts RTP from the first packet, and leaves just that one without.
            return 0.0, True
        elapsed_s = min(max(0.0, received_s - self._last_received_s), MAX_GUESSED_STEP_S)
        return self._last_media_s + (self._step_s or elapsed_s), False

    def _has_jumped(self, media_s: float, candidate_s: float, received_s: float) -> bool:
        assert self._zero_s is not None
        if self._last_media_s is not None and media_s < self._last_media_s - JUMP_S:
            return True
        is_settling = received_s - self._base_began_s < SETTLE_S
        if not is_settling and candidate_s < self._zero_s - JUMP_S:
            return True
        return self._older_min_s < inf and (
            min(self._older_min_s, self._window_min_s) > self._zero_s + JUMP_S
        )

    def _rebase(self, media_s: float, received_s: float) -> float:
        """Begin a new base at this packet; return its media time, continuous with the last."""
        self.rebases += 1
        assert self._last_media_s is not None
        elapsed_s = max(self._step_s, received_s - self._last_received_s)
        continued_s = self._last_media_s + max(0.001, elapsed_s)
        self._begin_base(self._shift_s + continued_s - media_s)
        return continued_s

    def _start(self, candidate_s: float, received_s: float) -> None:
        self._zero_s = candidate_s
        self._base_began_s = self._window_began_s = received_s
        self._window_min_s = candidate_s

    def _approach(self, candidate_s: float, received_s: float) -> None:
        assert self._zero_s is not None
        if received_s - self._window_began_s >= WINDOW_S:
            self._older_min_s, self._window_min_s = self._window_min_s, inf
            self._window_began_s = received_s
        self._window_min_s = min(self._window_min_s, candidate_s)
        target_s = min(self._window_min_s, self._older_min_s)
        if received_s - self._base_began_s < SETTLE_S:
            self._zero_s = min(self._zero_s, target_s)
            return
        most_s = MAX_SLEW_PPM * 1e-6 * max(0.0, received_s - self._last_received_s)
        self._zero_s += min(max(target_s - self._zero_s, -most_s), most_s)

    def _remember(self, media_s: float, received_s: float) -> None:
        last_s = self._last_media_s
        if last_s is not None and 0.0 < media_s - last_s < JUMP_S:
            self._step_s = media_s - last_s
        # The farthest picture, not the last: B-frames come back by some frames.
        self._last_media_s = media_s if last_s is None else max(last_s, media_s)
        self._last_received_s = received_s


class Ascending:
    """Times of pictures in the order of presentation: strictly increasing per connection."""

    def __init__(self) -> None:
        self._connection = -1
        self._at_ms = 0
        self._media_s = 0.0

    def next(self, at_ms: int, media_s: float, connection: int) -> tuple[int, float]:
        """Return ``at_ms`` moved at least 1 ms past the last, and ``media_s`` not before it."""
        if connection == self._connection:
            at_ms = max(at_ms, self._at_ms + 1)
            media_s = max(media_s, self._media_s)
        self._connection, self._at_ms, self._media_s = connection, at_ms, media_s
        return at_ms, media_s
