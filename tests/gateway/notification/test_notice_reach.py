"""Who reaches some places hears through the pages about notices of no other place."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.access.permissions import MAY, Role
from gateway.access.principal import Principal
from gateway.api.notification_reach import may_change, seen_people, seen_rosters
from gateway.notification.people import Recipient, Roster
from tests.gateway.conftest import Centre
from tests.gateway.notification.conftest import add_recipient, change
from tests.gateway.notification.test_deliveries import IOC
from tests.gateway.station import FakeStation
from tests.gateway.visitor import new_person
from tests.peers.gateway import Api
from tests.peers.http_sink import HttpSink
from tests.peers.process import until

MAIL = [{"kind": "email", "address": "lan@example.vn"}]
PLACES = st.lists(st.sampled_from(["a", "b", "c"]), unique=True, max_size=3)


def caller(stations: list[str] | None, cameras: list[str] | None) -> Principal:
    sets = [None if names is None else frozenset(names) for names in (stations, cameras)]
    return Principal("minh", "Minh", MAY[Role.OPERATOR], *sets)


@given(stations=PLACES, cameras=PLACES, named=st.lists(st.tuples(PLACES, PLACES), max_size=3))
def test_no_place_beyond_the_reach_is_named_and_no_narrow_rule_becomes_a_wide_one(
    stations: list[str], cameras: list[str], named: list[tuple[list[str], list[str]]]
) -> None:
    minh = caller(stations, cameras)
    rules = [{"stations": one, "cameras": other} for one, other in named]
    people = {"lan": Recipient.model_validate({"name": "Lan", "channels": MAIL, "rules": rules})}
    shift = {"window": {"begin": "00:00", "end": "00:00"}, "recipient": "lan"}
    rosters = {
        str(n): Roster.model_validate({"name": "Trực", "match": rule, "shifts": [shift]})
        for n, rule in enumerate(rules)
    }

    seen = seen_people(minh, people, {})
    shown = seen_rosters(minh, rosters)

    kept = [rule for one in seen.values() for rule in one.rules]
    wide = [rule for rule in rules if not rule["stations"] and not rule["cameras"]]
    for match in [*kept, *(one.match for one in shown.values())]:
        assert set(match.stations) <= set(stations)
        assert set(match.cameras) <= set(cameras)
    assert len([one for one in kept if not one.stations and not one.cameras]) == len(wide)
    assert set(seen_people(minh, people, rosters)) == ({"lan"} if kept else set())
    assert may_change(minh, people["lan"].rules) == (not wide and kept == people["lan"].rules)
    everywhere = caller(None, None)
    assert seen_people(everywhere, people, {}) == people
    assert may_change(everywhere, people["lan"].rules)


def test_an_operator_of_one_station_sees_its_deliveries_recipients_and_rosters_alone(
    new_centre: Callable[..., Centre],
    section: Callable[..., dict[str, Any]],
    hook: HttpSink,
    new_station: Callable[..., FakeStation],
    unique: str,
) -> None:
    centre = new_centre(notification=section(hook))
    own, other = f"{unique}-a", f"{unique}-b"
    for id, stations in (("here", [own]), ("there", [other]), ("both", [own, other])):
        add_recipient(centre, id, [IOC], mode="system", rules=[{"stations": stations}])
        shift = {"window": {"begin": "00:00", "end": "00:00"}, "recipient": id}
        roster = {"name": id, "match": {"stations": stations}, "shifts": [shift]}
        assert change(centre, f"/rosters/{id}", roster)[0] == 200
    for name in (own, other):
        station = new_station(name)
        station.send(station.birth(heartbeat_s=60.0, name_vi=f"Trạm {name}"))
        station.send(station.alarm(1, "raised", datetime.now(UTC)))
    until(lambda: centre.api.get("/notification")["sent"] == 4, told_by=centre.process.log)
    change(centre, "/recipients/there/test", {}, "POST")
    until(lambda: centre.api.get("/notification")["sent"] == 5)
    reach = {"stations": [own], "cameras": []}
    operator, _ = new_person(centre.api, f"op.{unique}", Role.OPERATOR, **reach)
    keeper, _ = new_person(centre.api, f"admin.{unique}", Role.ADMINISTRATOR, **reach)

    paths = ("deliveries", "recipients", "rosters")
    answers = {path: operator.get(f"/notification/{path}")[1] for path in paths}

    assert other not in json.dumps(answers)
    status, shown = operator.get(f"/notification/preview?station={own}")
    assert (status, [one["recipient"] for one in shown["told"]]) == (200, ["both", "here"])
    assert shown["untold"] == []
    assert operator.get(f"/notification/preview?station={other}")[0] == 404
    every = centre.api.get("/notification/preview", station=other)["untold"]
    assert [(one["recipient"], one["why"]) for one in every] == [("here", "place")]
    deliveries = answers["deliveries"]["deliveries"]
    assert sorted(one["recipient"] for one in deliveries) == ["both", "here"]
    assert [one["id"] for one in answers["recipients"]["recipients"]] == ["both", "here"]
    assert [one["id"] for one in answers["rosters"]["rosters"]] == ["both", "here"]
    every = centre.api.get("/notification/deliveries")["deliveries"]
    assert len(every) == 5
    for one in every:
        status, _ = operator.get(f"/notification/deliveries/{one['id']}")
        assert status == (200 if one in deliveries else 404)
    api = Api(centre.api.port, None)
    api.headers = {"Cookie": operator.cookie}
    status, table, _ = api.binary("/api/v1/notification/deliveries.csv")
    assert (status, table.count(b"\r\n")) == (200, 1 + len(deliveries))
    assert other.encode() not in table
    far = next(one["id"] for one in every if one not in deliveries)
    assert keeper.post(f"/notification/deliveries/{far}/retry", {})[0] == 404
    for id, expected in (("here", 200), ("both", 403), ("there", 403)):
        assert keeper.post(f"/notification/recipients/{id}/test", {})[0] == expected
        roster = {"name": id, "match": {"stations": [own]}}
        status, answer = keeper.post(f"/notification/rosters/{id}", roster, "PUT")
        assert (status, answer.get("code", "")) == (
            expected,
            "" if expected == 200 else "beyond_reach",
        )
    wide = {"name": "Rộng", "channels": [IOC], "rules": [{}]}
    assert keeper.post("/notification/recipients/wide", wide, "PUT")[0] == 403
    status, _ = keeper.post("/notification/rosters/there", None, "DELETE")
    assert status == 403
