"""Which evidence files to delete, in which order: by age, by share of the disk, by free space.

Pure: it gets what there is and returns what must go. Locked files never go. What the centre
does not hold yet goes last, and only while the disk itself is full.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

DAY_MS = 86_400_000
SHARE_TARGET = 0.95
"""Going a little below the share keeps the next file from causing the next deletion."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as retention sees it; ``key`` names it to the caller (path or database key)."""

    key: str
    size_bytes: int
    made_ms: int
    kind: str
    is_locked: bool = False
    is_delivered: bool = True


@dataclass(frozen=True, slots=True)
class RetentionLimits:
    """How long and how much.

    Args:
        keep_days: for kinds that ``keep_days_by_kind`` does not name; > 0.
        most_bytes: all files together; None for no such limit.
        free_low_bytes: below so much free space on the disk room is made …
        free_high_bytes: … until so much is free.
    """

    keep_days: float
    keep_days_by_kind: Mapping[str, float] = field(default_factory=dict)
    most_bytes: int | None = None
    free_low_bytes: int = 0
    free_high_bytes: int = 0


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """What must go, in this order; ``lacking_bytes`` is what even that leaves unsatisfied."""

    doomed: list[KeptFile]
    lacking_bytes: int

    @property
    def undelivered(self) -> list[KeptFile]:
        """Those of ``doomed`` that the centre never got: to be counted and reported."""
        return [file for file in self.doomed if not file.is_delivered]


def plan_retention(
    files: Iterable[KeptFile],
    limits: RetentionLimits,
    *,
    now_ms: int,
    free_bytes: int,
    is_tight: bool,
    is_clock_trusted: bool = True,
) -> RetentionPlan:
    """Return what to delete now.

    Args:
        free_bytes: free on the disk.
        is_tight: what a `DiskGuard` with the same two marks says of ``free_bytes``: the
            hysteresis between them is its state.
        is_clock_trusted: False keeps a clock that has jumped from ageing files to death.
    """
    ordered = sorted(files, key=lambda file: (file.made_ms, file.key))
    held_bytes = sum(file.size_bytes for file in ordered)
    doomed: list[KeptFile] = []
    rest: list[KeptFile] = []
    for file in ordered:
        if file.is_locked:
            continue
        if file.is_delivered and is_clock_trusted and _is_expired(file, limits, now_ms):
            doomed.append(file)
        else:
            rest.append(file)
    freed = sum(file.size_bytes for file in doomed)
    room = max(0, limits.free_high_bytes - free_bytes) if is_tight else 0
    surplus = 0
    if limits.most_bytes is not None and held_bytes - freed > limits.most_bytes:
        surplus = held_bytes - int(limits.most_bytes * SHARE_TARGET)
    for wanted, delivered in ((max(room, surplus), True), (room, False)):
        for file in rest:
            if freed >= wanted:
                break
            if file.is_delivered is delivered:
                doomed.append(file)
                freed += file.size_bytes
    return RetentionPlan(doomed, max(0, max(room, surplus) - freed))


def _is_expired(file: KeptFile, limits: RetentionLimits, now_ms: int) -> bool:
    days = limits.keep_days_by_kind.get(file.kind, limits.keep_days)
    return now_ms - file.made_ms > days * DAY_MS
