"""Several gateways share one database: each thing is told once, also over restarts."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.database import alarm_steps, alarms, incidents, notice_people, notice_queue
from gateway.database.alarm_journal import Actor
from gateway.database.engine import Database
from gateway.notification.from_alarms import Handling
from gateway.notification.notifier import Notifier
from gateway.notification.settings import NotificationSettings
from gateway.notification.watch import Watch
from quantrac_core.contracts.messages import AlarmTransition, ms_from_utc
from quantrac_core.runtime.clock import SystemClock
from tests.gateway.notification.samples import HOUR_MS, news, recipient
from tests.peers.http_sink import HttpSink
from tests.peers.process import eventually

SINCE = datetime.now(UTC).replace(microsecond=0)
SINCE_MS = ms_from_utc(SINCE)


def transition(number: int, kind: str = "raised", **more: Any) -> AlarmTransition:
    fields: dict[str, Any] = {
        "station": f"tram-{number}",
        "outbox_id": "a1",
        "boot_id": "b",
        "seq": 1,
        "at": SINCE + timedelta(seconds=0 if kind == "raised" else 60),
        "alarm": "cod.high.limit.value",
        "channel": "cod",
        "level": "limit",
        "side": "high",
        "basis": "value",
        "transition": kind,
        "value": 120.0,
        "limit": 100.0,
        "unit": "mg/l",
        "since": SINCE,
    }
    return AlarmTransition(**{**fields, **more})


def apply(database: Database, *transitions: AlarmTransition) -> list[str]:
    with database.writing() as connection:
        return [alarms.apply_transition(connection, one, SINCE_MS).id for one in transitions]


def add(database: Database, id: str, **more: Any) -> None:
    with database.writing() as connection:
        notice_people.keep_recipient(connection, id, recipient(**more), "test", 0)


def queued(database: Database) -> list[notice_queue.Delivery]:
    with database.reading() as connection:
        return notice_queue.search(connection, None, None, 5_000)


SMTP = {"host": "localhost", "sender": "q@example.vn"}


def new_watch(database: Database, **more: Any) -> Watch:
    return Watch(NotificationSettings.model_validate({"smtp": SMTP, **more}), database)


async def test_two_gateways_send_once_each_thing(
    database: Database, hook: HttpSink, section: Callable[..., dict[str, Any]]
) -> None:
    settings = NotificationSettings.model_validate(section(hook))
    add(database, "ioc", mode="system", channels=[{"kind": "webhook", "name": "ioc"}])
    gateways = [Notifier(settings, database, f"g{n}", SystemClock()) for n in (1, 2)]
    tasks = [asyncio.create_task(one.run()) for one in gateways]
    try:
        for number in range(40):
            await asyncio.to_thread(apply, database, transition(number))
            for one in gateways:
                one.wake()
        await eventually(lambda: len(hook.accepted()) >= 40, "40 events")
        await asyncio.to_thread(
            apply, database, *(transition(number, "returned") for number in range(40))
        )
        await eventually(
            lambda: [one.state for one in queued(database)] == ["sent"] * 80, "80 events"
        )
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for one in gateways:
            one.close()
    deliveries = queued(database)
    assert len(deliveries) == len(hook.accepted()) == 80
    assert {one.attempts for one in deliveries} == {1}


def test_timers_survive_a_restart_and_the_end_is_told_after_it(database: Database) -> None:
    add(database, "lan")
    add(database, "chi", rules=[{"step": 2}])
    [alarm] = apply(database, transition(1))
    now_ms = SINCE_MS + 1_000
    new_watch(database).look(now_ms)
    assert [one.recipient for one in queued(database)] == ["lan"]

    new_watch(database).look(now_ms + 599_000)
    assert len(queued(database)) == 1
    new_watch(database).look(now_ms + 600_000)
    assert {one.recipient for one in queued(database)} == {"lan", "chi"}
    with database.writing() as connection:
        alarm_steps.acknowledge(connection, alarm, Actor("Lan", "lan"), "", now_ms)
    new_watch(database).look(now_ms + 10 * HOUR_MS)
    assert len(queued(database)) == 2

    apply(database, transition(1, "returned"))
    new_watch(database).look(now_ms + 11 * HOUR_MS)
    ends = [one for one in queued(database) if one.phase == "resolved"]
    assert {one.recipient for one in ends} == {"lan", "chi"}
    assert new_watch(database).look(now_ms + 12 * HOUR_MS).changed == 0


def test_a_look_that_is_killed_before_its_commit_is_taken_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(database, "lan")
    apply(database, transition(1))
    watch = new_watch(database)

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(incidents, "keep", die)
        with pytest.raises(Killed):
            watch.look(SINCE_MS)
    assert queued(database) == []
    watch.look(SINCE_MS)
    watch.look(SINCE_MS)

    assert len(queued(database)) == 1


def test_an_alarm_that_was_over_before_notification_first_ran_is_history(
    database: Database,
) -> None:
    add(database, "lan")
    apply(database, transition(1), transition(1, "returned"), transition(2))

    new_watch(database).look(SINCE_MS + HOUR_MS)

    assert [one.message.count("tram-2") > 0 for one in queued(database)] == [True]


def test_what_comes_and_goes_between_two_looks_is_no_history_although_it_is_the_first(
    database: Database,
) -> None:
    add(database, "lan", mode="system")
    watch = new_watch(database)
    watch.look(SINCE_MS - 1_000)
    apply(database, transition(1), transition(1, "returned"))

    watch.look(SINCE_MS + HOUR_MS)

    assert [one.phase for one in reversed(queued(database))] == ["firing", "resolved"]


def test_a_thing_that_nobody_could_be_told_of_is_told_when_somebody_can_be(
    database: Database,
) -> None:
    apply(database, transition(1))
    watch = new_watch(database)
    watch.look(SINCE_MS)
    add(database, "lan")

    watch.look(SINCE_MS + 60_000)

    assert len(queued(database)) == 1


def test_a_reminder_is_told_in_the_callers_transaction_and_only_once(database: Database) -> None:
    add(database, "lan", rules=[{"kinds": ["reminder"]}])
    reminder = news(id="reminder:w48.section-3", kind="reminder", priority="medium", station=None)
    watch = new_watch(database, group_wait_s=0)
    for _ in range(2):
        with database.writing() as connection:
            incidents.announce(connection, reminder, SINCE_MS)
        watch.look(SINCE_MS)
    with database.writing() as connection:
        incidents.announce(connection, replace(reminder, state="resolved"), SINCE_MS + 1_000)
    watch.look(SINCE_MS + 10 * 60_000)

    assert sorted(one.phase for one in queued(database)) == ["firing", "resolved"]


def test_a_line_that_is_full_drops_and_counts_but_never_an_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_queue, "MAX_WAITING_ON_LINE", 3)
    with database.writing() as connection:
        for number in range(5):
            new = notice_queue.NewDelivery(
                f"{number:032}", "lan", "email", "email", "a@b.vn", "firing", "high", "{}"
            )
            notice_queue.put(connection, new, number)
        notice_queue.put(connection, replace(new, id="e" * 32, phase="resolved"), 9)
        states = notice_queue.counts(connection)

    assert states == {("email", "waiting"): 4, ("email", "dropped"): 2}


def test_only_the_oldest_of_a_line_is_taken_and_a_claim_runs_out(database: Database) -> None:
    now_ms = time.time_ns() // 1_000_000
    with database.writing() as connection:
        for number, target in enumerate(("a@b.vn", "a@b.vn", "c@d.vn")):
            new = notice_queue.NewDelivery(
                f"{number:032}", "lan", "email", "email", target, "firing", "high", "{}"
            )
            notice_queue.put(connection, new, now_ms)

    def take(by: str, at_ms: int) -> list[str]:
        with database.writing() as connection:
            found = notice_queue.claim(connection, "email", by, at_ms, at_ms + 1_000, 10)
        return [one.id[-1] for one in found]

    assert take("g1", now_ms) == ["0", "2"]
    assert take("g2", now_ms + 999) == []
    assert take("g2", now_ms + 1_000) == ["0", "2"]
    with database.writing() as connection:
        first = notice_queue.find(connection, "0" * 32)
        assert first is not None
        notice_queue.finish(connection, first.number, "g1", "failed", "too slow", now_ms)
        notice_queue.finish(connection, first.number, "g2", "sent", "", now_ms)
        done = notice_queue.find(connection, "0" * 32)
    assert done is not None
    assert (done.state, done.last_error) == ("sent", "")
    assert take("g1", now_ms + 1_500) == ["1"]


def test_a_shelved_alarm_is_told_to_nobody_until_it_is_unshelved(database: Database) -> None:
    add(database, "lan")
    apply(database, transition(1))
    shelved = True

    def handling(record: alarms.AlarmRecord) -> Handling:
        return Handling("high", silenced=shelved)

    watch = Watch(NotificationSettings.model_validate({"smtp": SMTP}), database, handling)
    watch.look(SINCE_MS)
    watch.look(SINCE_MS + HOUR_MS)
    assert queued(database) == []

    shelved = False
    watch.look(SINCE_MS + HOUR_MS + 1_000)
    assert [one.phase for one in queued(database)] == ["firing"]
