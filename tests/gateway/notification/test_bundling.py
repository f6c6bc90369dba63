"""One recipient's inbox: grouping, quiet hours, the bound on messages."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.notification.bundling import (
    OVERFLOW_MS,
    Bundle,
    Inbox,
    Outcome,
    Patience,
    Waiting,
    pack,
)
from gateway.notification.people import Recipient
from tests.gateway.notification.samples import HOUR_MS, MINUTE_MS, NOON_MS, recipient

PATIENCE = Patience(group_wait_ms=30_000, group_interval_ms=300_000)
NIGHT = {"begin": "22:00", "end": "06:00"}
LATE_MS = NOON_MS + 11 * HOUR_MS


def item(number: int, **more: Any) -> Waiting:
    fields: dict[str, Any] = {
        "number": number,
        "incident": f"alarm:{number}",
        "phase": "firing",
        "round": 0,
        "priority": "medium",
        "group": "alarm/thanh-hai",
        "created_at_ms": NOON_MS,
    }
    return Waiting(**{**fields, **more})


def packed(
    items: list[Waiting], now_ms: int, who: Recipient, inbox: Inbox | None = None
) -> Outcome:
    return pack(items, inbox or Inbox(), who, PATIENCE, now_ms)


def shape(outcome: Outcome) -> list[tuple[str, list[int]]]:
    return [(one.kind, [item.number for item in one.items]) for one in outcome.bundles]


def test_calm_news_waits_for_company_and_leaves_together() -> None:
    items = [item(1), item(2, created_at_ms=NOON_MS + 10_000)]

    waits = packed(items, NOON_MS + 10_000, recipient())
    assert (waits.bundles, waits.due_at_ms) == ([], NOON_MS + 30_000)
    assert shape(packed(items, NOON_MS + 30_000, recipient())) == [("group", [1, 2])]


def test_the_next_message_of_a_group_waits_for_the_interval() -> None:
    first = packed([item(1)], NOON_MS + 30_000, recipient())
    later = item(2, created_at_ms=NOON_MS + 40_000)

    waits = packed([later], NOON_MS + 80_000, recipient(), first.inbox)

    assert (waits.bundles, waits.due_at_ms) == ([], NOON_MS + 330_000)


def test_an_end_in_quiet_hours_waits_for_the_beginning_that_came_before_them() -> None:
    who = recipient(quiet=[NIGHT])
    dusk_ms = NOON_MS + 10 * HOUR_MS - 5_000
    items = [
        item(1, created_at_ms=dusk_ms),
        item(2, incident="alarm:1", phase="resolved", created_at_ms=dusk_ms + MINUTE_MS),
    ]

    assert shape(packed(items, NOON_MS + 18 * HOUR_MS, who)) == [("digest", [1, 2])]


def test_pressing_news_goes_at_once_at_any_hour() -> None:
    who = recipient(quiet=[NIGHT])

    assert shape(packed([item(1, priority="high")], LATE_MS, who)) == [("single", [1])]
    assert shape(packed([item(1, priority="urgent")], LATE_MS, who)) == [("single", [1])]


def test_calm_news_of_quiet_hours_comes_as_one_digest_in_the_morning() -> None:
    who = recipient(quiet=[NIGHT])
    items = [item(n, group=f"alarm/{n}", created_at_ms=LATE_MS) for n in (1, 2)]
    items.append(item(3, incident="alarm:1", phase="resolved", created_at_ms=LATE_MS + 5))

    night = packed(items, LATE_MS + HOUR_MS, who)
    assert (night.bundles, night.withdrawn) == ([], [])
    assert night.due_at_ms == NOON_MS + 18 * HOUR_MS
    assert shape(packed(items, NOON_MS + 18 * HOUR_MS, who)) == [("digest", [1, 2, 3])]


def test_what_comes_and_goes_before_anybody_heard_of_it_is_withdrawn() -> None:
    items = [item(1), item(2, incident="alarm:1", phase="resolved")]

    outcome = packed(items, NOON_MS + 1_000, recipient())

    assert [one.number for one in outcome.withdrawn] == [1, 2]


def test_a_short_peak_of_high_priority_is_told_with_its_end() -> None:
    items = [
        item(1, priority="high"),
        item(2, priority="high", incident="alarm:1", phase="resolved"),
    ]

    assert shape(packed(items, NOON_MS, recipient())) == [("group", [1, 2])]


def test_a_system_takes_each_change_alone_and_at_once() -> None:
    who = recipient(mode="system", quiet=[NIGHT], max_per_hour=1)

    assert len(packed([item(n) for n in range(9)], LATE_MS, who).bundles) == 9


def test_above_the_bound_news_is_put_together_and_nothing_is_dropped() -> None:
    who = recipient(max_per_hour=5)
    items = [item(n, priority="high", group=f"alarm/{n}") for n in range(42)]

    outcome = packed(items, NOON_MS, who)

    assert [bundle.kind for bundle in outcome.bundles] == ["single"] * 4 + ["overflow"]
    assert len(outcome.bundles[-1].items) == 38


def test_pressing_news_above_the_bound_waits_five_minutes_at_most() -> None:
    who = recipient(max_per_hour=1)
    first = packed([item(n, priority="high", group=f"g{n}") for n in (1, 2)], NOON_MS, who)
    more = [item(3, priority="high", created_at_ms=NOON_MS + MINUTE_MS)]

    waits = packed(more, NOON_MS + MINUTE_MS, who, first.inbox)
    assert (waits.bundles, waits.due_at_ms) == ([], NOON_MS + OVERFLOW_MS)
    assert shape(packed(more, NOON_MS + OVERFLOW_MS, who, waits.inbox)) == [("overflow", [3])]


# A thing keeps its group for life.
incidents = st.sampled_from([(f"alarm:{n}", "abc"[n % 3]) for n in range(6)])
waiting = st.lists(
    st.builds(
        lambda incident, **more: item(incident=incident[0], group=incident[1], **more),
        number=st.just(0),
        incident=incidents,
        phase=st.sampled_from(["firing", "resolved"]),
        round=st.integers(0, 2),
        priority=st.sampled_from(["low", "medium", "high", "urgent"]),
        created_at_ms=st.integers(0, 24 * 60).map(lambda minute: NOON_MS + minute * MINUTE_MS),
    ),
    max_size=25,
).map(
    lambda items: [
        item(number, **{name: getattr(one, name) for name in one.__slots__ if name != "number"})
        for number, one in enumerate(sorted(items, key=lambda one: one.created_at_ms))
    ]
)
people = st.builds(
    lambda quiet, most: recipient(quiet=[NIGHT] if quiet else [], max_per_hour=most),
    st.booleans(),
    st.integers(1, 5),
)


@given(waiting, people)
def test_every_item_is_sent_once_or_withdrawn_and_waiting_ends(
    items: list[Waiting], who: Recipient
) -> None:
    inbox, now_ms, looks = Inbox(), NOON_MS, 0
    left = list(items)
    gone: list[int] = []
    sent: list[tuple[int, Bundle]] = []
    while left:
        here = [one for one in left if one.created_at_ms <= now_ms]
        outcome = pack(here, inbox, who, PATIENCE, now_ms)
        inbox = Inbox.model_validate_json(outcome.inbox.model_dump_json())
        sent += [(now_ms, bundle) for bundle in outcome.bundles]
        done = [one.number for bundle in outcome.bundles for one in bundle.items]
        done += [one.number for one in outcome.withdrawn]
        gone += done
        left = [one for one in left if one.number not in set(done)]
        coming = [one.created_at_ms for one in left if one.created_at_ms > now_ms]
        if outcome.due_at_ms is not None:
            assert outcome.due_at_ms > now_ms
            coming.append(outcome.due_at_ms)
        assert coming or not left, "what waits must be looked at again"
        now_ms = min(coming, default=now_ms)
        looks += 1
        assert looks < 500
    assert sorted(gone) == [one.number for one in items]
    order: dict[str, list[int]] = {}
    for _, bundle in sent:
        for one in bundle.items:
            order.setdefault(one.incident, []).append(one.number)
    assert all(numbers == sorted(numbers) for numbers in order.values())
    for at_ms, bundle in sent:
        if all(one.priority in ("low", "medium") for one in bundle.items) and who.quiet:
            hours = (at_ms - NOON_MS) / HOUR_MS % 24
            assert not 10 <= hours < 18 or bundle.kind == "overflow"
    for at_ms, _ in sent:
        in_an_hour = [1 for other, _ in sent if at_ms - HOUR_MS < other <= at_ms]
        assert len(in_an_hour) <= who.max_per_hour + HOUR_MS // OVERFLOW_MS
