"""What cannot be delivered becomes an alarm of the centre, told by another way, until it works."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alarms.centre_alarms import ConditionKey, Step
from gateway.database import centre_conditions, notice_failures, notice_people, notice_queue
from gateway.database.engine import Database
from gateway.database.notice_queue import NewDelivery
from gateway.notification.failing import Line, failing_sinks
from gateway.notification.settings import NotificationSettings
from gateway.notification.watch import Watch
from tests.gateway.conftest import Centre
from tests.gateway.notification.conftest import add_recipient, change
from tests.gateway.notification.samples import NOON_MS, recipient
from tests.gateway.notification.test_deliveries import IOC, OTHER, events_of
from tests.peers.http_sink import HttpSink, http_sink
from tests.peers.process import until

MAIL = [{"kind": "email", "address": "lan@example.vn"}]
HOOK = [{"kind": "webhook", "name": "ioc"}]
KEY = ConditionKey("email", "notices_failing")


def put(database: Database, id: str, number: int, **more: Any) -> None:
    fields = {"sink": "email", "target": "lan@example.vn", **more}
    with database.writing() as connection:
        new = NewDelivery(
            id=f"{number:032}",
            recipient=id,
            channel="email",
            phase="firing",
            priority="high",
            message="{}",
            **fields,
        )
        notice_queue.put(connection, new, NOON_MS + number)


def attempt(database: Database, state: str, at_ms: int) -> None:
    with database.writing() as connection:
        for one in notice_queue.claim(connection, "email", "g", at_ms, at_ms + 1_000, 10):
            if state == "waiting":
                notice_queue.put_off(connection, one.number, "g", "no", at_ms)
            else:
                notice_queue.finish(connection, one.number, "g", state, "", at_ms)  # type: ignore[arg-type]


def failing(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        return notice_failures.sinks_that_fail(connection)


def keep(database: Database, id: str, **more: Any) -> None:
    with database.writing() as connection:
        notice_people.keep_recipient(connection, id, recipient(**more), "test", 0)


def test_a_sink_fails_from_the_first_failed_attempt_until_something_arrives(
    database: Database,
) -> None:
    keep(database, "lan", channels=MAIL)
    put(database, "lan", 1)
    assert failing(database) == {}, "what was never tried has not failed"

    attempt(database, "waiting", NOON_MS + 10)
    assert failing(database) == {"email": 1}
    attempt(database, "failed", NOON_MS + 20)
    assert failing(database) == {"email": 1}, "given up is not mended"

    put(database, "lan", 2)
    attempt(database, "sent", NOON_MS + 30)
    assert failing(database) == {}


def test_an_older_delivery_that_is_sent_again_also_shows_that_the_way_works(
    database: Database,
) -> None:
    keep(database, "lan", channels=MAIL)
    for number in (1, 2):
        put(database, "lan", number)
        attempt(database, "failed", NOON_MS + number)
    with database.writing() as connection:
        assert notice_queue.try_again(connection, f"{1:032}", NOON_MS + 10)
    attempt(database, "sent", NOON_MS + 20)

    assert failing(database) == {}


@pytest.mark.parametrize(
    "changed",
    [
        {"active": False},
        {"channels": HOOK},
        {"channels": [{"kind": "email", "address": "new@example.vn"}]},
    ],
)
def test_a_way_that_nobody_uses_any_more_does_not_fail(
    database: Database, changed: dict[str, Any]
) -> None:
    keep(database, "lan", channels=MAIL)
    put(database, "lan", 1)
    attempt(database, "failed", NOON_MS + 10)
    assert failing(database) == {"email": 1}

    keep(database, "lan", **{"channels": MAIL, **changed})

    assert failing(database) == {}


@given(gone=st.sets(st.integers(0, 5)), lines=st.sets(st.integers(0, 5)))
def test_browsers_count_while_their_account_keeps_them(gone: set[int], lines: set[int]) -> None:
    someone = recipient(account="lan", channels=[{"kind": "push"}])
    browsers = {f"b{n}": "lan" if n % 2 else "minh" for n in range(6) if n not in gone}

    found = failing_sinks(
        [Line("lan", "push", f"b{n}") for n in sorted(lines)], {"lan": someone}, browsers
    )

    standing = {n for n in lines - gone if n % 2}
    assert found == ({"push": len(standing)} if standing else {})


def test_the_alarm_about_a_channel_goes_by_another_or_to_the_next_step(
    database: Database, section: Callable[..., dict[str, Any]], hook: HttpSink
) -> None:
    smtp = {"host": "localhost", "sender": "q@example.vn"}
    settings = NotificationSettings.model_validate(section(hook, smtp=smtp))
    keep(database, "lan", channels=MAIL)
    keep(database, "minh", channels=[*MAIL, *HOOK])
    keep(database, "chi", channels=HOOK, rules=[{"step": 2}])
    keep(database, "chu-tram", channels=HOOK, rules=[{"stations": ["thanh-hai"]}])
    with database.writing() as connection:
        centre_conditions.apply_steps(
            connection,
            [Step(KEY, "suspect"), Step(KEY, "raise")],
            {"notices_failing": 300.0},
            NOON_MS,
        )
    watch = Watch(settings, database)

    watch.look(NOON_MS)
    watch.look(NOON_MS + 600_000)
    with database.writing() as connection:
        centre_conditions.apply_steps(connection, [Step(KEY, "return")], {}, NOON_MS + 700_000)
    watch.look(NOON_MS + 700_000)

    with database.reading() as connection:
        told = notice_queue.search(connection, None, None, 100)
    assert [(one.recipient, one.sink, one.phase) for one in reversed(told)] == [
        ("minh", "webhook:ioc", "firing"),
        ("chi", "webhook:ioc", "firing"),
        ("chi", "webhook:ioc", "resolved"),
        ("minh", "webhook:ioc", "resolved"),
    ]
    assert "Không gửi được thông báo: thư điện tử" in told[0].message


def test_a_receiver_that_is_down_is_an_alarm_on_the_desk_in_health_and_in_metrics(
    new_centre: Callable[..., Centre], section: Callable[..., dict[str, Any]], hook: HttpSink
) -> None:
    with http_sink() as other:
        centre = new_centre(
            notification=section(hook, other=other), alarms={"notices_delay_s": 0.5}
        )
        add_recipient(centre, "ioc", [IOC], mode="system")
        add_recipient(centre, "other", [OTHER], mode="system")
        hook.status = 503
        change(centre, "/recipients/ioc/test", {}, "POST")

        until(lambda: events_of(other), told_by=centre.process.log)
        [alarm] = centre.api.get("/alarms")["alarms"]
        assert (alarm["subject"], alarm["station"]) == ("sink", "webhook:ioc")
        until(lambda: not centre.api.get("/health")["checks"]["notices"]["ok"])
        health = centre.api.get("/health")
        assert health["status"] == "degraded"
        assert "webhook:ioc since" in health["checks"]["notices"]["detail"]
        assert 'notices_failing{sink="webhook:ioc"} 1.0' in centre.api.raw("/metrics")[1]

        hook.status = 204
        until(lambda: len(events_of(other)) == 2, told_by=centre.process.log)
        until(lambda: centre.api.get("/health")["checks"]["notices"]["ok"])
        assert [one["type"].rpartition(".")[2] for one in events_of(other)] == [
            "firing",
            "resolved",
        ]
        assert {one["type"] for one in events_of(hook)} == {"vn.quantrac.notice.test"}
        assert not centre.api.get("/alarms", state="active")["alarms"]
