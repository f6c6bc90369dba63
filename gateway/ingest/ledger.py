"""What is committed of each outbox, what to acknowledge and what to ask for again; no I/O."""

from dataclasses import dataclass, field
from typing import Final

from gateway.database.outboxes import OutboxKey, OutboxState
from quantrac_core.contracts.messages import Ack, Replay
from quantrac_core.contracts.sequence import Range, SequenceRanges

MAX_ACK_RANGES: Final = 32
MAX_REPLAY_NUMBERS: Final = 10_000
HELD_BETWEEN_NUMBERS: Final = 20
MAX_OUTBOXES_KNOWN: Final = 50_000


@dataclass(slots=True, frozen=True)
class Completeness:
    """How whole one outbox is; ``missing`` numbers are those still to be expected."""

    outbox_id: str
    durable_seq: int
    highest_seq: int
    missing: int
    gaps: list[Range]


@dataclass(slots=True)
class _Outbox:
    state: OutboxState
    since_s: float
    """When the first gap last moved."""
    newest_seq: int = 0
    asked_s: float = field(default=float("-inf"))


def bundle(gaps: list[Range]) -> Range:
    """Return one range to ask for: the first gap and those close behind it.

    Held numbers between two gaps are sent once more in vain, so they may not outnumber what
    is missing by much; single holes everywhere would otherwise take one request each.
    """
    first, last = gaps[0]
    missing = last - first + 1
    for next_first, next_last in gaps[1:]:
        held = next_first - last - 1
        if held > max(HELD_BETWEEN_NUMBERS, missing):
            break
        missing += next_last - next_first + 1
        last = next_last
    return first, min(last, first + MAX_REPLAY_NUMBERS - 1)


class SequenceLedger:
    """The gateway's view of every outbox it has heard of.

    Args:
        replay_after_s: how long the first gap must stand still before it is asked for.
        replay_interval_s: shortest time between two requests to one source.
    """

    def __init__(self, replay_after_s: float, replay_interval_s: float) -> None:
        self._replay_after_s = replay_after_s
        self._replay_interval_s = replay_interval_s
        self._outboxes: dict[OutboxKey, _Outbox] = {}
        self._current: dict[str, str] = {}
        self._to_ack: dict[OutboxKey, None] = {}

    def committed(self, key: OutboxKey, state: OutboxState, now_s: float) -> None:
        """Take over the merged state that the database returned for ``key``."""
        outbox = self._outboxes.get(key)
        if outbox is None:
            outbox = self._remember(key, state, now_s)
        else:
            if state.ranges.durable != outbox.state.ranges.durable:
                outbox.since_s = now_s
            outbox.state = state
        self._current[key[0]] = key[1]
        self._to_ack[key] = None

    def restored(self, key: OutboxKey, state: OutboxState, now_s: float) -> None:
        """Take over a state from an earlier run; what was heard since then stays."""
        if key not in self._outboxes:
            self._remember(key, state, now_s)
            self._current.setdefault(key[0], key[1])

    def heartbeat(self, key: OutboxKey, oldest_seq: int, newest_seq: int, now_s: float) -> bool:
        """Note what a source still holds.

        Returns:
            True when the database must close what lies below ``oldest_seq``.
        """
        outbox = self._outboxes.get(key)
        if outbox is None:
            outbox = self._remember(key, OutboxState(SequenceRanges(), False), now_s)
        outbox.newest_seq = newest_seq
        self._current[key[0]] = key[1]
        self._to_ack[key] = None
        return not outbox.state.base_known or oldest_seq > outbox.state.ranges.durable + 1

    def _remember(self, key: OutboxKey, state: OutboxState, now_s: float) -> _Outbox:
        if len(self._outboxes) >= MAX_OUTBOXES_KNOWN:
            for known in [key for key in self._outboxes if self._current.get(key[0]) != key[1]]:
                del self._outboxes[known]
                self._to_ack.pop(known, None)
        outbox = self._outboxes[key] = _Outbox(state, now_s)
        return outbox

    def take_acks(self) -> list[tuple[str, Ack]]:
        """Return the acknowledgements that are due, by source, and consider them sent."""
        acks = []
        for source, outbox_id in self._to_ack:
            ranges = self._outboxes[source, outbox_id].state.ranges
            ack = Ack(outbox_id, ranges.durable, ranges.above[:MAX_ACK_RANGES])
            acks.append((source, ack))
        self._to_ack.clear()
        return acks

    def ack_again(self, source: str) -> None:
        """Let the next `take_acks` include the source's outbox, for it may have missed one."""
        outbox_id = self._current.get(source)
        if outbox_id is not None:
            self._to_ack[source, outbox_id] = None

    def restart_patience(self, now_s: float) -> None:
        """Count patience anew: the gateway itself was the reason why nothing moved."""
        for outbox in self._outboxes.values():
            outbox.since_s = now_s

    def plan_replays(self, now_s: float) -> list[tuple[str, Replay]]:
        """Return the requests that are due: the first gap of each source's current outbox."""
        requests = []
        for source, outbox_id in self._current.items():
            outbox = self._outboxes[source, outbox_id]
            if not outbox.state.base_known:
                continue
            ranges = outbox.state.ranges
            gaps = ranges.gaps(max(ranges.highest, outbox.newest_seq))
            if not gaps:
                outbox.since_s = now_s
                continue
            patient = now_s - outbox.since_s < self._replay_after_s
            if patient or now_s - outbox.asked_s < self._replay_interval_s:
                continue
            outbox.asked_s = now_s
            requests.append((source, Replay(outbox_id, *bundle(gaps))))
        return requests

    def completeness(self, source: str, max_gaps: int = 20) -> Completeness | None:
        """Return how whole the source's current outbox is; None where none is known."""
        outbox_id = self._current.get(source)
        if outbox_id is None:
            return None
        outbox = self._outboxes[source, outbox_id]
        ranges = outbox.state.ranges
        gaps = ranges.gaps() if outbox.state.base_known else []
        return Completeness(
            outbox_id=outbox_id,
            durable_seq=ranges.durable,
            highest_seq=ranges.highest,
            missing=sum(last - first + 1 for first, last in gaps),
            gaps=gaps[:max_gaps],
        )

    def sources(self) -> list[str]:
        """Return the stations and cameras with a known outbox."""
        return list(self._current)
