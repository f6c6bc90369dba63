"""Whatever happens in whatever order, over restarts: whoever heard the beginning hears the end."""

import json
from dataclasses import replace

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from gateway.database import incidents, notice_people, notice_queue
from gateway.database.engine import Database
from gateway.database.notification_tables import METADATA
from gateway.notification.notifiable import Notifiable
from gateway.notification.settings import NotificationSettings
from gateway.notification.watch import Watch
from tests.gateway.notification.samples import HOUR_MS, MINUTE_MS, NOON_MS, news, recipient

SETTINGS = NotificationSettings.model_validate(
    {"smtp": {"host": "localhost", "sender": "q@example.vn"}}
)
NIGHT = [{"begin": "22:00", "end": "06:00"}]
PEOPLE = {
    "lan": recipient(),
    "minh": recipient(quiet=NIGHT, max_per_hour=2, rules=[{"min_priority": "medium"}]),
    "chi": recipient(rules=[{"step": 2}]),
    "dem": recipient(rules=[{"windows": NIGHT}]),
    "ioc": recipient(mode="system"),
}


def memory() -> Database:
    database = Database("sqlite://")
    with database._engine.begin() as connection:
        METADATA.create_all(connection)
    database._migrated = True
    return database


class Centre(RuleBasedStateMachine):
    """Things begin, are acknowledged, silenced and end; the watch is restarted at will."""

    @initialize()
    def begin(self) -> None:
        self.now_ms = NOON_MS
        self.database = memory()
        self.watch = Watch(SETTINGS, self.database)
        self.things: dict[str, Notifiable] = {}
        with self.database.writing() as connection:
            for id, person in PEOPLE.items():
                notice_people.keep_recipient(connection, id, person, "test", 0)

    @rule(
        number=st.integers(0, 4),
        priority=st.sampled_from(["low", "medium", "high", "urgent"]),
        state=st.sampled_from(["firing", "acknowledged", "resolved"]),
        silenced=st.booleans(),
        late=st.booleans(),
    )
    def change(self, number: int, priority: str, state: str, silenced: bool, late: bool) -> None:
        id = f"reminder:{number}"
        known = self.things.get(id)
        if known is not None and known.state == "resolved":
            return
        fresh = known or news(
            id=id, kind="reminder", priority=priority, late=late, group=f"g{number % 2}"
        )
        self.things[id] = replace(fresh, state=state, silenced=silenced)  # type: ignore[arg-type]
        self._announce(id)

    @rule(person=st.sampled_from(sorted(PEOPLE)), active=st.booleans(), has_rules=st.booleans())
    def change_person(self, person: str, active: bool, has_rules: bool) -> None:
        update: dict[str, object] = {"active": active}
        if not has_rules:
            update["rules"] = []
        with self.database.writing() as connection:
            changed = PEOPLE[person].model_copy(update=update)
            notice_people.keep_recipient(connection, person, changed, "test", 0)

    @rule(person=st.sampled_from(["lan", "ioc"]))
    def delete_person(self, person: str) -> None:
        with self.database.writing() as connection:
            notice_people.delete_recipient(connection, person)

    @rule(minutes=st.sampled_from([0, 1, 6, 20, 90, 600]))
    def look(self, minutes: int) -> None:
        self.now_ms += minutes * MINUTE_MS
        # A watch of its own each time: nothing may live in memory alone.
        self.watch = Watch(SETTINGS, self.database)
        self.watch.look(self.now_ms)

    def teardown(self) -> None:
        if not hasattr(self, "things"):
            return
        for id, thing in self.things.items():
            self.things[id] = replace(thing, state="resolved")
            self._announce(id)
        for _ in range(60):
            self.now_ms += HOUR_MS
            self.watch.look(self.now_ms)
        with self.database.reading() as connection:
            assert incidents.open_incidents(connection, ["reminder"]) == {}
            sent = notice_queue.search(connection, None, None, 10_000)
        self.database.close()
        heard: dict[tuple[str, str], list[str]] = {}
        for one in reversed(sent):
            for item in json.loads(one.message)["items"]:
                heard.setdefault((one.recipient, item["id"]), []).append(item["phase"])
        for (person, id), phases in heard.items():
            # In the list of deliveries, that is: whoever was deleted has a line that says so.
            assert phases.count("resolved") == 1, (person, id, phases)
            assert phases[0] == "firing", (person, id, phases)
            assert phases[-1] == "resolved", (person, id, phases)
            assert not self.things[id].late, "what came late is told to nobody"

    def _announce(self, id: str) -> None:
        with self.database.writing() as connection:
            incidents.announce(connection, self.things[id], self.now_ms)


TestCentre = Centre.TestCase
TestCentre.settings = hypothesis_settings(max_examples=30, stateful_step_count=25, deadline=None)
