"""Rubbish on the broker is kept, counted and harmless."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from quantrac_core.contracts.messages import encode
from tests.gateway.conftest import Centre
from tests.gateway.station import FakeStation
from tests.peers.process import until


def as_dict(sender: FakeStation, **changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(encode(sender.scan(1)))
    return {**document, **changes}


def with_reading(station: FakeStation, **changes: Any) -> bytes:
    document = as_dict(station)
    document["readings"][0].update(changes)
    return json.dumps(document).encode()


BAD: dict[str, tuple[str, Callable[[FakeStation], bytes]]] = {
    "not JSON": ("not_json", lambda s: b"{half a message"),
    "not UTF-8": ("not_json", lambda s: b'{"v":1,"station":"\xff\xfe"}'),
    "empty": ("not_json", lambda s: b""),
    "NaN": ("not_json", lambda s: with_reading(s, v=float("nan"))),
    "infinity": ("not_json", lambda s: with_reading(s, v=float("inf"))),
    "too large": ("too_large", lambda s: b" " * ((1 << 20) + 1)),
    "deeply nested": ("wrong_shape", lambda s: b"[" * 100_000),
    "another version": (
        "wrong_version",
        lambda s: json.dumps(as_dict(s, v=2)).encode(),
    ),
    "another station": (
        "wrong_station",
        lambda s: json.dumps(as_dict(s, station="elsewhere")).encode(),
    ),
    "far future": (
        "far_future",
        lambda s: encode(s.scan(1, at=datetime.now(UTC) + timedelta(days=2))),
    ),
    "far past": ("out_of_bounds", lambda s: encode(s.scan(1, at=datetime(1999, 1, 1, tzinfo=UTC)))),
    "text as a value": ("wrong_shape", lambda s: with_reading(s, v="52,5")),
    "an unknown state": ("wrong_shape", lambda s: with_reading(s, s="asleep")),
    "a channel for injection": ("wrong_shape", lambda s: with_reading(s, c="cod v=1\nx")),
    "a number below one": ("out_of_bounds", lambda s: json.dumps(as_dict(s, seq=0)).encode()),
    "an outbox with a slash": (
        "out_of_bounds",
        lambda s: json.dumps(as_dict(s, outbox_id="a/b")).encode(),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_it_is_quarantined_and_the_next_scan_passes(
    centre: Centre, new_station: Callable[..., FakeStation], name: str
) -> None:
    reason, make = BAD[name]
    station = new_station(f"bad-{list(BAD).index(name)}")
    payload = make(station)

    station.send_raw("readings", payload)
    station.send(station.heartbeat(2, 2))
    station.send(station.scan(2))

    until(lambda: station.durable_seq() == 2)

    def kept() -> Any:
        messages = centre.api.get("/quarantine", limit="200")["messages"]
        return [m for m in messages if station.station in m["topic"]]

    (message,) = until(kept)
    assert message["reason"] == reason
    assert message["size_bytes"] == len(payload)
    assert len(message["payload_head"].encode()) <= 3 * 2048
    metrics = centre.api.raw("/metrics")[1]
    assert f'quantrac_gateway_quarantined_total{{reason="{reason}"}}' in metrics


def test_a_number_refused_for_good_does_not_hold_up_the_others(
    centre: Centre, station: FakeStation
) -> None:
    station.send(station.heartbeat(1, 3))
    station.send(station.scan(1))
    station.send_raw("readings", json.dumps({**as_dict(station, seq=2), "readings": "?"}).encode())
    station.send(station.scan(3))

    until(lambda: station.durable_seq() == 3)

    until(lambda: centre.api.get(f"/stations/{station.station}")["completeness"]["lost"] == 1)
    assert station.replays == []


def test_a_station_that_is_not_configured_is_refused(
    new_centre: Callable[..., Centre], station: FakeStation
) -> None:
    centre = new_centre(stations=["another"], accept_any_station=False)

    station.send(station.scan(1))

    until(lambda: "unknown_station" in centre.api.get("/quarantine")["by_reason"])
    assert [view["id"] for view in centre.api.get("/stations")["stations"]] == ["another"]


def test_the_quarantine_keeps_the_newest_and_counts_all(
    centre: Centre, station: FakeStation
) -> None:
    for index in range(1_200):
        station.send_raw("readings", b"rubbish %d" % index)

    until(lambda: centre.api.get("/quarantine")["total"] >= 1_200)

    kept = centre.api.get("/quarantine", limit="1000")["messages"]
    assert len(kept) == 1_000
    assert kept[0]["payload_head"] == "rubbish 1199"
