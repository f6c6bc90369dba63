"""What the preview says is what routing does, and everybody has a line."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.notification.people import MAX_STEPS, Roster
from gateway.notification.preview import preview
from gateway.notification.routing import recipients_at_step
from tests.gateway.notification.samples import HOUR_MS, NOON_MS, news, recipient

NIGHT = [{"begin": "22:00", "end": "06:00"}]
RULES = st.fixed_dictionaries(
    {},
    optional={
        "kinds": st.sampled_from([["alarm"], ["event"]]),
        "min_priority": st.sampled_from(["low", "medium", "high", "urgent"]),
        "stations": st.sampled_from([["thanh-hai"], ["other"]]),
        "windows": st.just(NIGHT),
        "step": st.integers(1, MAX_STEPS),
    },
)


@given(
    rules=st.lists(st.lists(RULES, max_size=3), min_size=1, max_size=4),
    active=st.lists(st.booleans(), min_size=4, max_size=4),
    priority=st.sampled_from(["low", "medium", "high", "urgent"]),
    hour=st.integers(0, 23),
    on_duty=st.booleans(),
)
def test_everybody_has_one_line_and_who_is_told_is_who_routing_finds(
    rules: list[list[dict[str, Any]]],
    active: list[bool],
    priority: str,
    hour: int,
    on_duty: bool,
) -> None:
    people = {
        f"p{n}": recipient(rules=one, active=active[n], quiet=NIGHT) for n, one in enumerate(rules)
    }
    shift = {"window": NIGHT[0], "recipient": "p0", "step": 2}
    roster = Roster.model_validate({"name": "Trực", "shifts": [shift] if on_duty else []})
    thing, at_ms = news(priority=priority), NOON_MS + hour * HOUR_MS

    told, untold = preview(thing, people, {"r": roster}, at_ms)

    assert sorted([*(one.recipient for one in told), *(one.recipient for one in untold)]) == sorted(
        people
    )
    for one in told:
        steps = [
            step
            for step in range(1, MAX_STEPS + 1)
            if one.recipient in recipients_at_step(thing, step, people, [roster], at_ms)
        ]
        assert one.step == min(steps)
        assert (one.waits_until_ms is None) == (
            priority in ("high", "urgent") or 6 <= (12 + hour) % 24 < 22
        )
    for other in untold:
        assert (other.why == "inactive") == (not people[other.recipient].active)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"active": False}, "inactive"),
        ({"rules": []}, "no_rule"),
        ({"rules": [{"kinds": ["event"]}]}, "kind"),
        ({"rules": [{"min_priority": "urgent"}]}, "priority"),
        ({"rules": [{"stations": ["other"]}, {"kinds": ["event"]}]}, "place"),
        ({"rules": [{"windows": NIGHT}, {"stations": ["other"]}]}, "hours"),
    ],
)
def test_the_rule_that_came_nearest_says_why_not(more: dict[str, Any], why: str) -> None:
    _, [untold] = preview(news(), {"lan": recipient(**more)}, {}, NOON_MS)

    assert untold.why == why
