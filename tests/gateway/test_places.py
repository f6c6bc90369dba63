"""Where stations stand, and where the map's pictures come from: checked, passed on, bounded."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge_agent.settings import StationSettings
from gateway.api.map_settings import MapSettings
from quantrac_core.contracts.messages import StationStatus, decode, encode
from tests.gateway.conftest import Centre
from tests.gateway.station import FakeStation
from tests.peers.process import until

BAD_TILES = [
    "https://user:secret@tiles.example.vn/{z}/{x}/{y}.png",
    "https://tiles.example.vn/{z}/{x}.png",
    "https://tiles.example.vn/{z}/{x}/{y}/{q}.png",
    "https://tiles.example.vn/{z}/{x}/{y}.png?key=secret",
    "//tiles.example.vn/{z}/{x}/{y}.png",
    "https://tiles.example.vn; script-src *//{z}/{x}/{y}",
    "javascript:/{z}/{x}/{y}",
]


def test_position_of_a_station_reaches_the_page(centre: Centre, station: FakeStation) -> None:
    station.send(station.birth(lat=11.58, lon=108.99))
    path = f"/stations/{station.station}"
    until(lambda: centre.api.raw(f"/api/v1{path}")[0] == 200)
    until(lambda: centre.api.get(path)["lat"] is not None)
    view = centre.api.get(path)
    assert (view["lat"], view["lon"]) == (11.58, 108.99)


def test_a_position_off_the_earth_is_refused(centre: Centre, station: FakeStation) -> None:
    # Not retained: other gateways of the same broker must not hear of it.
    station.send_raw("status", encode(station.birth(lat=91.0, lon=0.0)))
    until(
        lambda: any(
            message["detail"] == "lat 91.0" for message in centre.api.get("/quarantine")["messages"]
        )
    )


def test_a_birth_without_a_position_says_nothing_of_one(station: FakeStation) -> None:
    payload = encode(station.birth())
    assert b'"lat"' not in payload
    assert decode(StationStatus, payload).lat is None


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_place_on_earth_may_be_configured(lat: float, lon: float) -> None:
    settings = StationSettings(id="a", lat=lat, lon=lon)
    assert (settings.lat, settings.lon) == (lat, lon)


@pytest.mark.parametrize("place", [{"lat": 90.5, "lon": 1}, {"lat": 1, "lon": -181}, {"lat": 1}])
def test_half_a_place_or_one_off_the_earth_stops_the_start(place: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        StationSettings(id="a", **place)  # type: ignore[arg-type]


@pytest.mark.parametrize("template", BAD_TILES)
def test_an_address_of_tiles_that_is_not_one_is_refused(template: str) -> None:
    with pytest.raises(ValidationError, match="with \\{z\\}, \\{x\\} and \\{y\\}"):
        MapSettings(tiles_url=template)


def test_only_the_origin_of_foreign_tiles_enters_the_policy(
    new_centre: Callable[..., Centre],
) -> None:
    tiles: dict[str, Any] = {"tiles_url": "https://tiles.example.vn:8443/a/{z}/{x}/{y}.png"}
    centre = new_centre(map=tiles)
    policy = centre.api.raw("/api/v1/health")[2]["content-security-policy"]
    assert "img-src 'self' https://tiles.example.vn:8443 data:;" in policy
    assert policy.startswith("default-src 'self';")
    assert centre.api.get("/map") == {**tiles, "attribution": "", "most_zoom": 18}


def test_tiles_of_this_server_change_no_policy() -> None:
    assert MapSettings(tiles_url="/tiles/{z}/{x}/{y}.png").foreign_origin() is None
    assert MapSettings().foreign_origin() is None
