"""Who is set inactive, deleted or locked out amid an incident: told the end, or listed with why."""

from typing import Any

import pytest

from gateway.access.permissions import Role
from gateway.database import accounts, notice_people
from gateway.database.engine import Database
from gateway.database.notice_people import PushSubscription
from tests.gateway.notification.samples import recipient
from tests.gateway.notification.test_sharing import (
    SINCE_MS,
    add,
    apply,
    new_watch,
    queued,
    transition,
)

PUSH = {"push": {"key_file": "/nowhere/push.pem", "contact": "mailto:it@example.vn"}}


def told(database: Database) -> list[tuple[str, str, str]]:
    return [(one.phase, one.state, one.last_error) for one in reversed(queued(database))]


@pytest.mark.parametrize(
    "change", [{"active": False}, {"rules": []}, {"rules": [{"stations": ["elsewhere"]}]}]
)
def test_who_no_longer_takes_notices_still_hears_the_end_of_what_was_told(
    database: Database, change: dict[str, Any]
) -> None:
    add(database, "lan")
    apply(database, transition(1))
    watch = new_watch(database)
    watch.look(SINCE_MS + 1_000)
    add(database, "lan", **change)
    apply(database, transition(2))
    watch.look(SINCE_MS + 2_000)
    apply(database, transition(1, "returned"), transition(2, "returned"))

    watch.look(SINCE_MS + 90_000)

    assert told(database) == [("firing", "waiting", ""), ("resolved", "waiting", "")]


def test_of_somebody_deleted_the_list_says_which_end_was_not_told(database: Database) -> None:
    add(database, "lan")
    apply(database, transition(1))
    watch = new_watch(database)
    watch.look(SINCE_MS + 1_000)
    with database.writing() as connection:
        notice_people.delete_recipient(connection, "lan")
    apply(database, transition(1, "returned"))

    watch.look(SINCE_MS + 90_000)

    assert told(database)[1:] == [("resolved", "dropped", "the recipient was deleted")]


@pytest.mark.parametrize(
    ("is_disabled", "why"),
    [(True, "the account is disabled"), (False, "no browser of this account takes notices")],
)
def test_of_an_account_without_a_way_the_list_says_why_it_was_not_told(
    database: Database, is_disabled: bool, why: str
) -> None:
    with database.writing() as connection:
        accounts.create(connection, "lan", "Lan", [Role.OPERATOR], None, 0)
        browser = PushSubscription("b1", "lan", "https://push.example/x", "k", "a")
        notice_people.keep_subscription(connection, browser, 0)
        lan = recipient(account="lan", channels=[{"kind": "push"}])
        notice_people.keep_recipient(connection, "lan", lan, "test", 0)
    apply(database, transition(1))
    watch = new_watch(database, **PUSH)
    watch.look(SINCE_MS + 1_000)
    with database.writing() as connection:
        if is_disabled:
            accounts.change(connection, "lan", disabled=True)
        else:
            notice_people.delete_subscription(connection, "b1", "lan")
    apply(database, transition(1, "returned"))

    watch.look(SINCE_MS + 90_000)

    assert told(database) == [("firing", "waiting", ""), ("resolved", "dropped", why)]
