"""The alarm desk over HTTP: what people do, what the centre raises itself, and kill −9 between."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from quantrac_core.contracts.messages import Reading
from quantrac_core.contracts.quality import Quality, State
from tests.gateway.browser import Browser
from tests.gateway.conftest import Centre
from tests.gateway.station import FakeStation
from tests.peers.process import until

SINCE = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
QUICK = {
    "station_delay_s": 0.2,
    "camera_delay_s": 0.2,
    "clock_delay_s": 0.2,
    "reconnect_patience_s": 0,
    "late_confirm_s": 1,
}


def raised(centre: Centre, station: FakeStation) -> Any:
    # It sends no heartbeats, and must not fall silent for that.
    station.send(station.birth(heartbeat_s=60.0))
    station.send(station.alarm(1, "raised", SINCE))
    return until(lambda: of(centre, station))


def of(centre: Centre, station: FakeStation, channel: str = "cod", state: str = "all") -> Any:
    found = centre.api.get("/alarms", station=station.station, state=state)["alarms"]
    return next((alarm for alarm in found if alarm["channel"] == channel), None)


def put(centre: Centre, path: str, body: Any) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json"}
    status, text, _ = centre.api.raw(f"/api/v1{path}", "PUT", json.dumps(body), headers)
    return status, json.loads(text)


def test_shelved_with_a_reason_taken_back_and_all_of_it_in_the_journal(
    centre: Centre, station: FakeStation
) -> None:
    alarm = raised(centre, station)
    path = f"/alarms/{alarm['id']}"

    refused = centre.api.post(f"{path}/shelve", {"for_s": 600, "why": " "})
    too_long = centre.api.post(f"{path}/shelve", {"for_s": 20_000, "why": "đang sửa"})
    shelved = centre.api.post(f"{path}/shelve", {"for_s": 600, "why": "đang sửa"})[1]

    assert (refused[0], too_long[0]) == (422, 409)
    assert "240 min at most" in too_long[1]["detail"]
    assert (too_long[1]["code"], too_long[1]["most_min"]) == ("too_long", 240)
    assert (refused[1]["code"], refused[1]["field"]) == ("invalid", "why")
    assert (shelved["silenced_by"], shelved["attention"]) == ("shelved", False)
    assert centre.api.get("/alarms", station=station.station, silenced="no")["alarms"] == []
    back = centre.api.post(f"{path}/unshelve", {})[1]
    assert (back["silenced_by"], back["attention"]) == (None, True)
    centre.api.post(f"{path}/comment", {"text": "đã gọi trạm"})
    entries = centre.api.get(f"{path}/journal")["entries"]
    assert [entry["action"] for entry in entries] == ["raised", "shelved", "unshelved", "commented"]
    assert [entry["why"] for entry in entries[1:]] == ["đang sửa", "", "đã gọi trạm"]


def test_a_definition_is_kept_with_its_reason_and_moves_open_alarms(
    centre: Centre, station: FakeStation
) -> None:
    alarm = raised(centre, station)
    place = f"/alarm-definitions/{station.station}/cod/limit"
    listed = centre.api.get("/alarm-definitions", station=station.station)["definitions"]
    mine = next(one for one in listed if one["level"] == "limit")
    assert (mine["revision"], mine["priority"]) == (0, "high")
    change = {
        "revision": 0,
        "priority": "urgent",
        "group": "nuoc-thai",
        "latching": True,
        "instructions_vi": "Gọi trạm ngay.",
        "instructions_en": "",
        "max_shelve_s": 0,
        "why": "họp 12/11",
    }

    status, changed = put(centre, place, change)
    moved = put(centre, place, change)
    nonsense = put(centre, place, {**change, "priority": "very"})

    assert (status, changed["revision"]) == (200, 1)
    assert (moved[0], nonsense[0]) == (409, 422)
    now = centre.api.get(f"/alarms/{alarm['id']}")
    assert (now["priority"], now["group"], now["instructions_vi"], now["latching"]) == (
        "urgent",
        "nuoc-thai",
        "Gọi trạm ngay.",
        True,
    )
    assert centre.api.post(f"/alarms/{alarm['id']}/shelve", {"for_s": 60, "why": "x"})[0] == 409
    journal = centre.api.get(f"{place}/journal")["entries"]
    assert [(entry["action"], entry["why"]) for entry in journal] == [
        ("definition_changed", "họp 12/11")
    ]


def test_out_of_service_silences_at_once_and_a_past_end_is_refused(
    centre: Centre, station: FakeStation
) -> None:
    raised(centre, station)
    place = f"/alarm-definitions/{station.station}/cod/limit/service"

    past = put(centre, place, {"on": True, "why": "sửa", "until": "2020-01-01T00:00:00Z"})
    unknown = put(centre, "/alarm-definitions/nobody/cod/limit/service", {"on": True, "why": "x"})
    assert (past[0], unknown[0]) == (422, 404)
    assert put(centre, place, {"on": True, "why": "sửa"})[0] == 200
    until(lambda: of(centre, station)["silenced_by"] == "out_of_service")
    assert put(centre, place, {"on": False, "why": "xong"})[0] == 200
    until(lambda: of(centre, station)["attention"])


def test_figures_of_a_period_and_refused_periods(centre: Centre, station: FakeStation) -> None:
    raised(centre, station)
    now = datetime.now(UTC) + timedelta(minutes=1)
    period = {"from_": (now - timedelta(days=1)).isoformat(), "to": now.isoformat()}
    kpis = centre.api.get("/alarm-kpis", station=station.station, **period)
    assert (kpis["announced"], kpis["standing"], kpis["bad_actors"][0]["share"]) == (1, 1, 1.0)

    for query in ("", "?from=x&to=y", "?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"):
        status, text, _ = centre.api.raw(f"/api/v1/alarm-kpis{query}")
        assert status == 422
        assert "detail" in text


def test_calibration_of_the_channel_silences_its_alarm_until_it_measures_again(
    centre: Centre, station: FakeStation
) -> None:
    raised(centre, station)
    with speaking(station) as say:
        say(State.CALIBRATING)
        until(lambda: of(centre, station)["silenced_by"] == "calibrating")
        say(State.MEASURING)
        until(lambda: of(centre, station)["attention"])


@contextmanager
def speaking(station: FakeStation) -> Iterator[Callable[[State], None]]:
    seq = 100

    def say(state: State) -> None:
        nonlocal seq
        seq += 1
        readings = [Reading("cod", 120.0, "mg/l", state, Quality.GOOD)]
        station.send(station.scan(seq, readings=readings))

    yield say


def test_a_silent_station_is_an_alarm_that_silences_its_channels_over_a_kill(
    new_centre: Callable[..., Centre], station: FakeStation
) -> None:
    centre = new_centre(alarms=QUICK)
    alarm = raised(centre, station)
    station.send(station.birth(state="offline"))
    until(lambda: of(centre, station, "station_offline"))
    until(lambda: of(centre, station)["silenced_by"] == "station_offline")

    centre.process.kill()
    centre.process.start()
    until(lambda: centre.api.get("/health")["checks"]["mqtt"]["ok"])
    own = of(centre, station, "station_offline", "active")
    assert own["attention"]

    station.send(station.birth())
    until(lambda: not of(centre, station, "station_offline")["active"])
    until(lambda: of(centre, station)["attention"])
    entries = centre.api.get(f"/alarms/{alarm['id']}/journal")["entries"]
    assert [entry["action"] for entry in entries] == ["raised", "inhibited", "released"]
    stays = centre.api.get("/alarms", station=station.station, group="centre")["alarms"]
    assert len(stays) == 1


def test_two_gateways_raise_one_alarm_and_both_show_what_either_did(
    new_centre: Callable[..., Centre], station: FakeStation, postgres_url: str, tmp_path: Path
) -> None:
    address = tmp_path / "database-address"
    address.write_text(postgres_url)
    shared = {"database": {"url": {"file": str(address)}}, "alarms": QUICK}
    centres = [new_centre(**shared) for _ in range(2)]
    browser = Browser(centres[1].api.port)
    raised(centres[0], station)
    station.send(station.birth(state="offline"))
    until(lambda: of(centres[1], station, "station_offline"))
    own = centres[1].api.get("/alarms", station=station.station, group="centre")["alarms"]
    assert len(own) == 1

    path = f"/alarms/{own[0]['id']}"
    assert centres[0].api.post(f"{path}/shelve", {"for_s": 600, "why": "biết"})[0] == 200
    heard = browser.next("alarm", own[0]["id"])
    while heard["silenced_by"] != "shelved":
        heard = browser.next("alarm", own[0]["id"])
    browser.close()
    entries = centres[1].api.get(f"{path}/journal")["entries"]
    assert [entry["action"] for entry in entries] == ["raised", "shelved"]


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("ack", {"by": "\x00"}),
        ("shelve", {"why": "x", "for_s": -1}),
        ("shelve", {"why": "x", "for_s": "mãi"}),
        ("unshelve", {"why": "x" * 600}),
        ("reset", {"more": 1}),
        ("comment", {"text": ""}),
    ],
)
def test_nonsense_is_refused_in_one_sentence(
    centre: Centre, station: FakeStation, step: str, body: Any
) -> None:
    alarm = raised(centre, station)
    status, answer = centre.api.post(f"/alarms/{alarm['id']}/{step}", body)
    assert status == 422
    assert "\n" not in answer["detail"]
