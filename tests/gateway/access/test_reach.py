"""An account that reaches one station sees nothing of another, in no list and in no file."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from gateway.access.permissions import Role
from tests.gateway.conftest import Centre
from tests.gateway.station import FakeStation
from tests.gateway.visitor import new_person
from tests.peers.gateway import Api
from tests.peers.process import until


def test_an_owner_sees_the_own_station_and_no_other(
    centre: Centre, new_station: Callable[..., FakeStation], unique: str
) -> None:
    since = datetime.now(UTC).replace(microsecond=0)
    own, other = f"{unique}-a", f"{unique}-b"
    for name in (own, other):
        station = new_station(name)
        station.send(station.birth(heartbeat_s=60.0))
        station.send(station.alarm(1, "raised", since))
    until(lambda: all(alarms_of(centre.api, name) for name in (own, other)))
    owner, _ = new_person(
        centre.api, f"owner.{unique}", Role.STATION_OWNER, stations=[own], cameras=[]
    )

    stations = owner.get("/stations")[1]["stations"]
    alarms = owner.get("/alarms?state=all")[1]["alarms"]
    span = f"from={at(since - timedelta(hours=1))}&to={at(since + timedelta(hours=1))}"
    headers = {"Cookie": owner.cookie}
    exported = Api(centre.api.port, None).raw(f"/api/v1/alarms.csv?{span}", headers=headers)

    assert [one["id"] for one in stations] == [own]
    assert [one["station"] for one in alarms] == [own]
    assert (exported[0], own in exported[1], other in exported[1]) == (200, True, False)
    for path in (f"/stations/{other}", f"/alarms/{alarms_of(centre.api, other)[0]['id']}"):
        assert owner.get(path)[0] == 404


@pytest.mark.parametrize("reach", ["stations", "cameras"])
def test_who_reaches_a_part_of_the_city_reads_no_report_of_the_whole(
    centre: Centre, unique: str, reach: str
) -> None:
    day = datetime.now(UTC).date().isoformat()
    assert centre.api.post("/reports", {"kind": "week", "day": day})[0] == 200
    report = centre.api.get("/reports")["reports"][0]["id"]
    part, _ = new_person(centre.api, f"{reach}.{unique}"[:30], Role.OPERATOR, **{reach: [unique]})
    whole, _ = new_person(centre.api, f"all.{unique}"[:30], Role.LEADER)
    path = f"/reports/{report}"
    paths = [
        "/reports",
        path,
        f"{path}/preview",
        f"{path}/versions/1",
        f"{path}/versions/1/changes",
    ]

    assert [part.get(one)[0] for one in paths] == [403] * len(paths)
    assert part.post(f"{path}/generate", {})[0] == 403
    for file in ("report.docx", "tables.csv", "tables.xlsx"):
        assert part.get(f"{path}/versions/1/{file}")[1]["code"] == "not_allowed"
    told = part.get("/session")[1]["permissions"]
    assert not {"see_reports", "write_reports"} & set(told)
    assert "see_stations" in told
    assert whole.get(path)[0] == 200


def alarms_of(api: Api, station: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = api.get("/alarms", state="all", station=station)["alarms"]
    return found


def at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
