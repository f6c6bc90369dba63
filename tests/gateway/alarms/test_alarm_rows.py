"""Steps, settling and the centre's conditions on SQLite and on a real PostgreSQL."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.alarms.centre_alarms import ConditionKey, Step, delays_s
from gateway.alarms.definitions import DefinitionKey
from gateway.alarms.flags import Mark, StepRefused
from gateway.alarms.inhibition import ChannelService
from gateway.alarms.settings import AlarmSettings
from gateway.database import alarm_definitions, alarm_journal, alarm_steps, alarms
from gateway.database import centre_conditions as conditions
from gateway.database.alarm_definitions import DefinitionMoved
from gateway.database.alarm_journal import Actor
from gateway.database.alarm_records import AlarmRecord, find
from gateway.database.alarm_settling import settle_open, work_is_due
from gateway.database.alarms import AlarmFilter
from gateway.database.channel_services import keep_services
from gateway.database.engine import Database
from quantrac_core.contracts.messages import AlarmTransition, ms_from_utc

SINCE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NOW = ms_from_utc(SINCE)
LAN = Actor("Lan", "lan")
KEY = DefinitionKey("thanh-hai", "cod", "limit")
OFFLINE = ConditionKey("thanh-hai", "station_offline")
NOBODY: frozenset[str] = frozenset()
LIMITS = delays_s(AlarmSettings())


def transition(kind: str = "raised", after_s: int = 0, **more: Any) -> AlarmTransition:
    fields: dict[str, Any] = {
        "station": "thanh-hai",
        "outbox_id": "a1",
        "boot_id": "b",
        "seq": 1,
        "at": SINCE + timedelta(seconds=after_s),
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


def take(database: Database, news: AlarmTransition, now_ms: int = NOW) -> AlarmRecord:
    with database.writing() as connection:
        return alarms.apply_transition(connection, news, now_ms)


def settled(
    database: Database, now_ms: int, caught_up: frozenset[str] = NOBODY
) -> list[AlarmRecord]:
    with database.writing() as connection:
        return settle_open(connection, now_ms, caught_up, 60_000)


def actions(database: Database, record: AlarmRecord) -> list[str]:
    with database.reading() as connection:
        entries = alarm_journal.of_alarm(connection, record.definition, record.id, 100)
    return [entry.action for entry in entries]


def test_a_life_is_in_the_journal_once_however_often_the_news_comes(database: Database) -> None:
    for kind, after_s in (("raised", 0), ("raised", 0), ("returned", 60), ("returned", 60)):
        record = take(database, transition(kind, after_s))
    with database.writing() as connection:
        alarm_steps.acknowledge(connection, record.id, LAN, "đi xem", NOW + 1)
        alarm_steps.acknowledge(connection, record.id, Actor("Minh", "minh"), "", NOW + 2)

    assert actions(database, record) == ["raised", "returned", "acknowledged"]
    with database.reading() as connection:
        entries = alarm_journal.of_alarm(connection, KEY, record.id, 10)
        assert (entries[2].person, entries[2].account, entries[2].why) == ("Lan", "lan", "đi xem")
        assert alarms.search(connection, AlarmFilter(), 10) == []


def test_a_timed_shelf_covers_the_next_occurrence_and_ends(database: Database) -> None:
    first = take(database, transition())
    with database.writing() as connection:
        shelved = alarm_steps.shelve(connection, first.id, LAN, "đang sửa", NOW, 600, False)
    assert shelved is not None
    assert shelved.silenced_by == "shelved"
    take(database, transition("returned", 30))

    second = take(database, transition(since=SINCE + timedelta(seconds=60), after_s=60))
    assert (second.silenced_by, second.announced_at_ms) == ("shelved", None)

    changed = settled(database, NOW + 600_000)
    assert {record.id for record in changed} == {first.id, second.id}
    with database.reading() as connection:
        again = find(connection, second.id)
    assert again is not None
    assert (again.silenced_by, again.announced_at_ms) == (None, NOW + 600_000)
    assert "shelf_ended" in actions(database, first)


def test_a_one_shot_shelf_does_not_cover_the_next_occurrence(database: Database) -> None:
    first = take(database, transition())
    with database.writing() as connection:
        alarm_steps.shelve(connection, first.id, LAN, "biết rồi", NOW, None, True)
    take(database, transition("returned", 30))
    second = take(database, transition(since=SINCE + timedelta(seconds=60), after_s=60))

    assert second.silenced_by is None
    assert actions(database, first)[-1] == "shelf_ended"


def test_a_station_that_is_away_silences_its_alarms_and_gives_them_back(
    database: Database,
) -> None:
    record = take(database, transition())

    def step(what: Any, now_ms: int) -> None:
        with database.writing() as connection:
            conditions.apply_steps(connection, [Step(OFFLINE, what)], LIMITS, now_ms)

    step("suspect", NOW + 1)
    step("raise", NOW + 2)
    assert [one.silenced_by for one in settled(database, NOW + 3)] == ["station_offline"]
    step("return", NOW + 4)
    assert [one.silenced_by for one in settled(database, NOW + 5)] == [None]

    assert actions(database, record) == ["raised", "inhibited", "released"]
    with database.reading() as connection:
        own = alarms.search(connection, AlarmFilter(group="centre"), 10)
    assert [(one.channel, one.level, one.returned_at_ms) for one in own] == [
        ("station_offline", "fault", NOW + 4)
    ]


def test_calibration_silences_an_active_alarm_of_its_channel(database: Database) -> None:
    take(database, transition())
    for cause, expected in (("calibrating", "calibrating"), (None, None)):
        with database.writing() as connection:
            at_ms = 2 if cause is None else 1
            service = ChannelService(cause, at_ms)  # type: ignore[arg-type]
            keep_services(connection, {("thanh-hai", "cod"): service})
        assert [one.silenced_by for one in settled(database, NOW)] == [expected]


def test_a_late_exceedance_is_recorded_and_announced_to_nobody(database: Database) -> None:
    take(database, transition(backfill=True))
    record = take(database, transition("returned", 60, backfill=True), NOW + 3_600_000)

    assert (record.silenced_by, record.announced_at_ms, record.open) == ("late", None, False)
    assert record.raised_at_ms == NOW
    assert settled(database, NOW + 7_200_000, frozenset({"thanh-hai"})) == []


def test_a_late_alarm_that_still_lasts_is_announced_once_the_station_owes_nothing(
    database: Database,
) -> None:
    record = take(database, transition(backfill=True))
    assert settled(database, NOW + 59_000, frozenset({"thanh-hai"})) == []
    assert settled(database, NOW + 61_000) == []

    changed = settled(database, NOW + 61_000, frozenset({"thanh-hai"}))

    assert [(one.silenced_by, one.announced_at_ms) for one in changed] == [(None, NOW + 61_000)]
    assert "lasts_now" in actions(database, record)


def test_a_latching_alarm_stays_on_the_list_until_reset(database: Database) -> None:
    with database.writing() as connection:
        wanted = replace(alarm_definitions.find_definition(connection, KEY), latching=True)
        alarm_definitions.change(connection, wanted, "definition_changed", LAN, "chốt", NOW)
    take(database, transition())
    record = take(database, transition("returned", 60))
    with database.writing() as connection:
        with pytest.raises(StepRefused):
            alarm_steps.reset(connection, record.id, LAN, "", NOW)
        alarm_steps.acknowledge(connection, record.id, LAN, "", NOW)
        held = alarms.search(connection, AlarmFilter(), 10)
        alarm_steps.reset(connection, record.id, LAN, "", NOW)
        after = alarms.search(connection, AlarmFilter(), 10)
    assert [one.latched for one in held] == [True]
    assert after == []


def test_out_of_service_ends_by_itself_and_is_in_both_journals(database: Database) -> None:
    record = take(database, transition())
    with database.writing() as connection:
        kept = alarm_definitions.find_definition(connection, KEY)
        mark = Mark("Lan", NOW, "thay đầu đo", NOW + 1_000)
        wanted = replace(kept, out_of_service=mark)
        alarm_definitions.change(
            connection, wanted, "out_of_service", LAN, "thay đầu đo", NOW, NOW + 1_000
        )
    assert [one.silenced_by for one in settled(database, NOW + 1)] == ["out_of_service"]
    with database.reading() as connection:
        assert not work_is_due(connection, NOW + 999, NOBODY, 60_000)
        assert work_is_due(connection, NOW + 1_000, NOBODY, 60_000)
    assert [one.silenced_by for one in settled(database, NOW + 1_000)] == [None]
    assert actions(database, record) == ["raised", "out_of_service", "service_ended"]


def test_a_definition_that_moved_is_not_overwritten(database: Database) -> None:
    with database.writing() as connection:
        kept = alarm_definitions.find_definition(connection, KEY)
        alarm_definitions.change(connection, kept, "definition_changed", LAN, "một", NOW)
    with pytest.raises(DefinitionMoved), database.writing() as connection:
        alarm_definitions.change(connection, kept, "definition_changed", LAN, "hai", NOW)


def test_two_gateways_raise_return_and_settle_each_thing_once(database: Database) -> None:
    take(database, transition())
    with database.writing() as connection:
        conditions.apply_steps(connection, [Step(OFFLINE, "suspect")], LIMITS, NOW)
    for what in ("raise", "return"):
        changed: list[AlarmRecord] = []
        start = threading.Barrier(2)

        def act(what: Any = what, out: list[AlarmRecord] = changed, gate: Any = start) -> None:
            gate.wait()
            with database.writing() as connection:
                out += conditions.apply_steps(connection, [Step(OFFLINE, what)], LIMITS, NOW + 9)
            with database.writing() as connection:
                out += settle_open(connection, NOW + 9, NOBODY, 60_000)

        threads = [threading.Thread(target=act) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(record.channel for record in changed) == ["cod", "station_offline"]

    with database.reading() as connection:
        own = alarms.search(connection, AlarmFilter(group="centre", state="all"), 10)
    assert len(own) == 1
    assert actions(database, own[0]) == ["raised", "returned"]


def test_pages_of_one_instant_do_not_lose_or_repeat_alarms(database: Database) -> None:
    for index in range(7):
        take(database, transition(alarm=f"cod.high.limit.n{index}"))
    seen: list[str] = []
    before: tuple[int, str | None] | None = None
    with database.reading() as connection:
        while page := alarms.search(connection, AlarmFilter(before=before), 3):
            seen += [record.id for record in page]
            before = (page[-1].raised_at_ms, page[-1].id)
    assert len(seen) == len(set(seen)) == 7


def test_the_list_is_cut_to_what_an_account_reaches(database: Database) -> None:
    take(database, transition())
    take(database, transition(station="sg-nt"))
    with database.reading() as connection:
        wanted = AlarmFilter(stations=frozenset({"sg-nt"}), cameras=NOBODY)
        assert [one.station for one in alarms.search(connection, wanted, 10)] == ["sg-nt"]
        nothing = AlarmFilter(stations=NOBODY, cameras=NOBODY)
        assert alarms.search(connection, nothing, 10) == []
