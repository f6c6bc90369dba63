"""Retention deletes what its limits ask for, oldest first, and never what is locked."""

from hypothesis import given
from hypothesis import strategies as st

from quantrac_core.runtime.file_retention import (
    DAY_MS,
    KeptFile,
    RetentionLimits,
    RetentionPlan,
    plan_retention,
)

NOW_MS = 100 * DAY_MS


def aged(key: str, days: float, **changes: object) -> KeptFile:
    values: dict[str, object] = {"size_bytes": 100, "kind": "clip", **changes}
    return KeptFile(key, made_ms=NOW_MS - int(days * DAY_MS), **values)  # type: ignore[arg-type]


def plan(
    files: list[KeptFile], limits: RetentionLimits, free_bytes: int = 10**9, tight: bool = False
) -> RetentionPlan:
    return plan_retention(files, limits, now_ms=NOW_MS, free_bytes=free_bytes, is_tight=tight)


def keys(result: RetentionPlan) -> list[str]:
    return [file.key for file in result.doomed]


def test_files_past_their_kinds_days_go_oldest_first() -> None:
    files = [aged("clip", 15), aged("old", 40, kind="snapshot"), aged("new", 15, kind="snapshot")]
    limits = RetentionLimits(30, {"clip": 14})
    assert keys(plan(files, limits)) == ["old", "clip"]


def test_what_is_locked_or_not_yet_at_the_centre_does_not_age_away() -> None:
    files = [aged("locked", 99, is_locked=True), aged("waiting", 99, is_delivered=False)]
    assert keys(plan(files, RetentionLimits(1))) == []


def test_a_clock_that_is_not_trusted_ages_nothing() -> None:
    result = plan_retention(
        [aged("a", 99)],
        RetentionLimits(1),
        now_ms=NOW_MS,
        free_bytes=10**9,
        is_tight=False,
        is_clock_trusted=False,
    )
    assert result.doomed == []


def test_the_share_costs_the_oldest_delivered_files_and_nothing_that_waits() -> None:
    files = [aged("waiting", 9, is_delivered=False), aged("b", 8), aged("c", 7), aged("d", 6)]
    assert keys(plan(files, RetentionLimits(30, most_bytes=399))) == ["b"]
    none_left = plan(files, RetentionLimits(30, most_bytes=10))
    assert keys(none_left) == ["b", "c", "d"]
    assert none_left.lacking_bytes == 91


def test_a_full_disk_costs_undelivered_files_only_after_all_delivered_ones() -> None:
    files = [aged("w1", 9, is_delivered=False), aged("b", 8), aged("w2", 7, is_delivered=False)]
    limits = RetentionLimits(30, free_low_bytes=50, free_high_bytes=200)
    result = plan(files, limits, free_bytes=10, tight=True)
    assert keys(result) == ["b", "w1"]
    assert [file.key for file in result.undelivered] == ["w1"]
    assert result.lacking_bytes == 0


def test_between_the_marks_only_a_tight_disk_makes_room() -> None:
    limits = RetentionLimits(30, free_low_bytes=50, free_high_bytes=200)
    assert keys(plan([aged("a", 1)], limits, free_bytes=120)) == []
    assert keys(plan([aged("a", 1)], limits, free_bytes=120, tight=True)) == ["a"]


kept_files = st.lists(
    st.builds(
        KeptFile,
        key=st.uuids().map(str),
        size_bytes=st.integers(1, 1_000),
        made_ms=st.integers(0, NOW_MS + DAY_MS),
        kind=st.sampled_from(["clip", "snapshot"]),
        is_locked=st.booleans(),
        is_delivered=st.booleans(),
    ),
    max_size=40,
    unique_by=lambda file: file.key,
)


@given(
    files=kept_files,
    keep_days=st.floats(0.1, 120),
    most_bytes=st.none() | st.integers(0, 20_000),
    free_bytes=st.integers(0, 10_000),
    tight=st.booleans(),
)
def test_every_plan_keeps_its_promises(
    files: list[KeptFile],
    keep_days: float,
    most_bytes: int | None,
    free_bytes: int,
    tight: bool,
) -> None:
    limits = RetentionLimits(
        keep_days, most_bytes=most_bytes, free_low_bytes=3_000, free_high_bytes=5_000
    )
    result = plan(files, limits, free_bytes, tight)
    doomed = {file.key for file in result.doomed}
    left = [file for file in files if file.key not in doomed]
    assert len(doomed) == len(result.doomed)
    assert not any(file.is_locked for file in result.doomed)
    assert tight or not result.undelivered
    freed = sum(file.size_bytes for file in result.doomed)
    held = sum(file.size_bytes for file in left)
    deletable = [file for file in left if not file.is_locked]
    if tight and free_bytes + freed < limits.free_high_bytes:
        assert not deletable
        assert result.lacking_bytes >= limits.free_high_bytes - free_bytes - freed
    if most_bytes is not None and held > most_bytes:
        assert not any(file.is_delivered for file in deletable)
        assert result.lacking_bytes > 0
    if result.undelivered:
        assert not any(file.is_delivered for file in deletable)
