"""The HTTP face: bounds, protection, stream, page, start and stop."""

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from gateway.app import main
from tests.gateway.browser import Browser
from tests.gateway.conftest import Centre
from tests.gateway.station import FakeStation
from tests.peers.gateway import embedded_config, gateway
from tests.peers.process import until

ABSURD = {
    "reversed": {"from_": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
    "too long": {"from_": "2020-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
    "too many raw points": {
        "from_": "2026-01-01T00:00:00Z",
        "to": "2026-01-31T00:00:00Z",
        "every": "60",
    },
    "no date": {"from_": "yesterday", "to": "2026-01-01T00:00:00Z"},
    "before time": {"from_": "0001-01-01T00:00:00Z", "to": "0001-01-02T00:00:00Z"},
    "after time": {"from_": "9999-12-30T00:00:00Z", "to": "9999-12-31T23:59:59Z"},
    "another bucket": {
        "from_": "2026-01-01T00:00:00Z",
        "to": "2026-01-02T00:00:00Z",
        "every": "7",
    },
    "a channel for injection": {
        "from_": "2026-01-01T00:00:00Z",
        "to": "2026-01-02T00:00:00Z",
        "channel": "cod' OR ''='",
    },
}


CODE_OF = {
    "reversed": "wrong_order",
    "too long": "range_too_long",
    "too many raw points": "too_many_points",
    "before time": "wrong_years",
    "after time": "wrong_years",
}


@pytest.mark.parametrize("name", ABSURD)
def test_absurd_ranges_get_one_sentence(centre: Centre, station: FakeStation, name: str) -> None:
    station.send(station.birth())
    until(lambda: centre.api.raw(f"/api/v1/stations/{station.station}")[0] == 200)
    parameters = {"channel": "cod", **ABSURD[name]}
    query = urlencode({key.rstrip("_"): value for key, value in parameters.items()})

    status, text, _ = centre.api.raw(f"/api/v1/stations/{station.station}/readings?{query}")

    assert status == 422
    fault = json.loads(text)
    assert isinstance(fault["detail"], str)
    assert fault["code"] == CODE_OF.get(name, "invalid")


def test_a_refused_form_names_field_rule_and_bound_and_never_the_value(centre: Centre) -> None:
    secret = "s3cret" * 100
    body = json.dumps({"account": "a" * 61, "password": secret, "code": ""})
    headers = {"Content-Type": "application/json"}
    status, text, _ = centre.api.raw("/api/v1/session", "POST", body, headers)

    assert status == 422
    fault = json.loads(text)
    told = (fault["code"], fault["field"], fault["rule"], fault["bound"])
    assert told == ("invalid", "account", "string_too_long", 60)
    assert "s3cret" not in text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/json", "Origin": "https://evil.example"}, 403),
        ({"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Type": "application/json"}, 404),
    ],
)
def test_other_sites_cannot_write(centre: Centre, headers: dict[str, str], status: int) -> None:
    answer = centre.api.raw("/api/v1/alarms/some/ack", "POST", "{}", headers)

    assert answer[0] == status


def test_a_rebound_name_cannot_read(centre: Centre) -> None:
    assert centre.api.raw("/api/v1/stations", headers={"Host": "evil.example:80"})[0] == 421


def test_every_answer_carries_the_security_headers(centre: Centre) -> None:
    for path in ("/", "/api/v1/health", "/nothing"):
        headers = centre.api.raw(path)[2]
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_document_describes_every_route(centre: Centre) -> None:
    paths = centre.api.get("/openapi.json")["paths"]

    assert {
        "/api/v1/health",
        "/api/v1/stations",
        "/api/v1/stations/{station}",
        "/api/v1/stations/{station}/readings",
        "/api/v1/alarms",
        "/api/v1/alarms/{alarm_id}/ack",
        "/api/v1/cameras",
        "/api/v1/cameras/{camera}",
        "/api/v1/cameras/{camera}/preview",
        "/api/v1/cameras/{camera}/preview.jpg",
        "/api/v1/cameras/{camera}/events/{event_id}/files/{name}",
        "/api/v1/events",
        "/api/v1/events/{event_id}",
        "/api/v1/events/{event_id}/verdict",
        "/api/v1/events/{event_id}/lock",
        "/api/v1/events/{event_id}/custody",
        "/api/v1/events/{event_id}/snapshot.jpg",
        "/api/v1/events/{event_id}/clip.mp4",
        "/api/v1/events/{event_id}/files/{name}",
        "/api/v1/events/{event_id}/export",
        "/api/v1/quarantine",
        "/api/v1/stream",
    } <= set(paths)


def test_the_stream_tells_scans_stations_and_alarms(centre: Centre, station: FakeStation) -> None:
    browser = Browser(centre.api.port)
    assert "started_at" in browser.next("hello")

    station.send(station.birth())
    assert browser.next("station")["id"] == station.station
    station.send(station.scan(1, {"cod": 12.5, "ph": None}))
    event = browser.next("scan")
    assert event["readings"][0] == {
        "c": "cod",
        "v": 12.5,
        "u": "mg/l",
        "s": "measuring",
        "q": "good",
        "r": None,
    }
    station.send(station.alarm(2, "raised", station.scan(1).at))
    assert browser.next("alarm")["active"] is True
    browser.close()


def test_a_station_that_stops_speaking_is_silent_then_online_again(
    centre: Centre, station: FakeStation
) -> None:
    path = f"/stations/{station.station}"
    station.send(station.birth(heartbeat_s=0.3, poll_interval_s=0.3))

    until(lambda: centre.api.raw(f"/api/v1{path}")[0] == 200)
    until(lambda: centre.api.get(path)["state"] == "silent")
    station.send(station.scan(1))
    until(lambda: centre.api.get(path)["state"] == "online")
    station.send(station.birth(state="offline"))
    until(lambda: centre.api.get(path)["state"] == "offline")


def test_a_restart_shows_stations_values_and_alarms_at_once(
    new_centre: Callable[..., Centre], station: FakeStation
) -> None:
    centre = new_centre()
    station.begin_ms += 590_000
    station.send(station.birth())
    station.send(station.scan(1, {"cod": 77.0}))
    station.send(station.alarm(2, "raised", station.scan(1).at))
    station.send(station.heartbeat(1, 2))
    until(lambda: station.durable_seq() == 2)
    station.send_raw("status", b"", retain=True)
    assert centre.process.stop() == 0

    centre.process.start()

    def latest() -> Any:
        view = centre.api.raw(f"/api/v1/stations/{station.station}")
        if view[0] != 200 or not (channels := json.loads(view[1])["channels"]):
            return None
        return channels[0]["latest"] and channels[0]["latest"]["v"]

    assert until(latest) == 77.0
    view = centre.api.get(f"/stations/{station.station}")
    assert view["name_vi"] == "Trạm Thanh Hải"
    assert view["completeness"]["durable_seq"] == 2
    path = f"/stations/{station.station}"
    until(lambda: centre.api.get(path)["active_alarms"]["limit"] == 1)


def test_an_open_stream_does_not_delay_the_stop(new_centre: Callable[..., Centre]) -> None:
    centre = new_centre()
    browser = Browser(centre.api.port)
    browser.next("hello")

    assert centre.process.stop(signal.SIGINT, within_s=5) == 0


def test_a_busy_port_gets_one_clear_line(centre: Centre, tmp_path: Path) -> None:
    config = embedded_config(tmp_path, centre.broker_port, http={"port": centre.api.port})

    code, words = run(tmp_path, config)

    assert code == 2
    assert words.count("\n") == 1
    assert "http.port" in words


def run(folder: Path, config: dict[str, Any]) -> tuple[int, str]:
    process = gateway(folder, config, "refused")
    done = subprocess.run(
        process.arguments, capture_output=True, text=True, timeout=30, check=False
    )
    return done.returncode, done.stderr


def check(folder: Path, config: dict[str, Any]) -> int:
    file = folder / "checked.yaml"
    file.write_text(json.dumps(config))
    return main(["--config", str(file), "--check-config"])


SHORT_TOKEN = {"path": "e", "upload_tokens": [{"token": {"env": "SHORT_TOKEN"}}]}
BAD_CONFIG: dict[str, tuple[str, dict[str, Any]]] = {
    "an unknown key": ("colour", {"colour": "blue"}),
    "a station twice": ("twice", {"stations": ["a", "a"]}),
    "a bad station id": ("stations.0", {"stations": ["A b"]}),
    "no station at all": ("accept_any_station", {"accept_any_station": False}),
    "an unknown store": ("store", {"store": {"kind": "csv"}}),
    "a missing secret": ("database.url", {"database": {"url": {"env": "NOT_SET_ANYWHERE"}}}),
    "an impossible bound": ("ingest.linger_ms", {"ingest": {"linger_ms": -1}}),
    "a camera twice": ("cameras: a is listed twice", {"cameras": ["a", "a"]}),
    "a short upload token": ("evidence.upload_tokens.0", {"evidence": SHORT_TOKEN}),
    "an open address": ("behind_tls", {"http": {"listen": "0.0.0.0"}}),
}


@pytest.mark.parametrize("name", BAD_CONFIG)
def test_bad_configuration_gets_one_clear_line(
    tmp_path: Path,
    name: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHORT_TOKEN", "hush")
    word, changes = BAD_CONFIG[name]
    config = embedded_config(tmp_path, 1, **changes)
    config["http"].setdefault("port", 0)

    code = check(tmp_path, config)

    words = capsys.readouterr().err
    assert code == 2
    assert words.count("\n") == 1
    assert word in words
    assert "hush" not in words
    assert "Traceback" not in words


def test_an_open_address_needs_a_proxy_that_does_tls(tmp_path: Path) -> None:
    http = {"listen": "0.0.0.0", "port": 0, "behind_tls": True}

    assert check(tmp_path, embedded_config(tmp_path, 1, http=http)) == 0


@pytest.mark.parametrize("file", sorted(Path("configs").glob("gateway*.yaml")), ids=str)
def test_the_shipped_examples_are_valid(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANTRAC_INFLUX_TOKEN", "t")
    monkeypatch.setenv("QUANTRAC_DATABASE_URL", "sqlite://")
    monkeypatch.setenv("QUANTRAC_UPLOAD_TOKEN", "a token of some length")
    monkeypatch.setenv("QUANTRAC_MAIL_PASSWORD", "a password")
    monkeypatch.setenv("QUANTRAC_WEBHOOK_SECRET", "a secret of some length")

    assert main(["--config", str(file), "--check-config"]) == 0


def test_the_running_gateway_serves_the_first_page_or_says_it_is_not_built(
    centre: Centre,
) -> None:
    status, text, _ = centre.api.raw("/")

    assert (status, "<html" in text.lower()) in ((200, True), (503, False))
