"""The life of an alarm at the centre."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.gateway.conftest import Centre
from tests.gateway.station import FakeStation
from tests.peers.process import until

SINCE = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)


def only_alarm(centre: Centre, station: FakeStation, state: str = "all") -> Any:
    found = centre.api.get("/alarms", station=station.station, state=state)["alarms"]
    assert len(found) <= 1
    return found[0] if found else None


def test_raised_acknowledged_returned(centre: Centre, station: FakeStation) -> None:
    station.send(station.heartbeat(1, 2))
    station.send(station.alarm(1, "raised", SINCE))
    alarm = until(lambda: only_alarm(centre, station))
    assert (alarm["active"], alarm["acknowledged"], alarm["value"]) == (True, False, 120.0)

    status, taken = centre.api.of("Lan").post(f"/alarms/{alarm['id']}/ack", {"note": "đi xem"})
    again = centre.api.of("Minh").post(f"/alarms/{alarm['id']}/ack", {})[1]

    assert status == 200
    assert taken["acknowledged_by"] == again["acknowledged_by"] == "Lan"
    assert taken["note"] == "đi xem"
    station.send(station.alarm(2, "returned", SINCE, value=90.0))
    until(lambda: not only_alarm(centre, station)["active"])
    final = only_alarm(centre, station)
    assert final["peak_value"] == 120.0
    assert final["value"] == 120.0
    assert only_alarm(centre, station, "open") is None
    until(lambda: station.durable_seq() == 2)


def test_the_return_may_come_first_and_everything_twice(
    centre: Centre, station: FakeStation
) -> None:
    returned = station.alarm(2, "returned", SINCE, value=80.0, backfill=True)
    raised = station.alarm(1, "raised", SINCE, backfill=True)
    station.send(station.heartbeat(1, 2))
    for transition in (returned, raised, returned, raised):
        station.send(transition)

    until(lambda: station.durable_seq() == 2)

    alarm = only_alarm(centre, station)
    assert alarm["active"] is False
    assert alarm["value"] == 120.0
    assert alarm["backfill"] is True


def test_the_peak_follows_the_live_readings(centre: Centre, station: FakeStation) -> None:
    station.send(station.alarm(1, "raised", SINCE))
    until(lambda: only_alarm(centre, station))

    for seq, value in ((2, 130.0), (3, 170.5), (4, 140.0)):
        station.send(station.scan(seq, {"cod": value}))

    until(lambda: only_alarm(centre, station)["peak_value"] == 170.5)


def test_the_station_counts_its_open_alarms(centre: Centre, station: FakeStation) -> None:
    station.send(station.birth())
    station.send(station.alarm(1, "raised", SINCE))
    station.send(station.alarm(2, "raised", SINCE, alarm="cod.high.warn", level="warn"))

    def counts() -> Any:
        views = centre.api.get("/stations")["stations"]
        mine = [view["active_alarms"] for view in views if view["id"] == station.station]
        return mine[0] if mine else None

    until(lambda: counts() == {"warn": 1, "limit": 1, "unacknowledged": 2})


def test_an_unknown_alarm_is_not_found(centre: Centre) -> None:
    status, body = centre.api.post("/alarms/nothing.like.it/ack", {})

    assert status == 404
    assert "nothing.like.it" in body["detail"]
