"""Parts die under the gateway, and the gateway itself dies: every number is there exactly once."""

import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import InfluxStoreSettings, VictoriaStoreSettings
from gateway.stores.influxdb import InfluxStore
from gateway.stores.sqlite import SqliteStore
from gateway.stores.victoriametrics import VictoriaStore
from tests.gateway.conftest import Centre
from tests.gateway.station import FakeStation
from tests.peers.gateway import Api, embedded_config, gateway
from tests.peers.influx_shim import InfluxShim, create_database
from tests.peers.mosquitto import LONG_QUEUES, Mosquitto
from tests.peers.process import free_port, running, until
from tests.peers.stores import influxd, victoria_metrics


@pytest.fixture
def shim(tmp_path: Path) -> Iterator[InfluxShim]:
    with running(influxd(tmp_path)) as engine:
        assert engine.port is not None
        create_database(engine.port, "quantrac")
        with InfluxShim(engine.port) as running_shim:
            yield running_shim


def influx_settings(shim: InfluxShim) -> dict[str, Any]:
    url = f"http://127.0.0.1:{shim.port}"
    return {"kind": "influxdb2", "url": url, "org": "o", "bucket": "quantrac", "timeout_s": 2}


def test_a_killed_gateway_loses_and_doubles_nothing(
    new_centre: Callable[..., Centre], station: FakeStation, tmp_path: Path
) -> None:
    centre = new_centre()
    station.send(station.heartbeat(1, 600))
    for seq in range(1, 601):
        station.send(station.scan(seq))
        if seq % 150 == 0:
            until(lambda: station.acks)
            centre.process.kill()
            centre.process.start()
            station.acks.clear()
    station.send(station.heartbeat(1, 600))

    until(lambda: station.durable_seq() == 600)

    store = SqliteStore(tmp_path / "readings.db")
    assert store.sequence_numbers(station.station) == list(range(1, 601))
    view = centre.api.get(f"/stations/{station.station}/readings", **hour_around(station))
    assert sum(view["count"]) == 600


def hour_around(station: FakeStation) -> dict[str, str]:
    begin, end = station.scan(0).at, station.scan(3600).at
    return {
        "channel": "cod",
        "from_": begin.isoformat(),
        "to": end.isoformat(),
        "every": "60",
    }


def state_of(centre: Centre, station: FakeStation) -> str | None:
    """Return how the centre sees the station, or None before it knows of it."""
    known = centre.api.get("/stations")["stations"]
    return next((one["state"] for one in known if one["id"] == station.station), None)


def test_a_store_that_is_away_delays_and_loses_nothing(
    new_centre: Callable[..., Centre], station: FakeStation, shim: InfluxShim
) -> None:
    centre = new_centre(store=influx_settings(shim))
    station.send(station.heartbeat(1, 200))
    shim.refuse_all = True
    for seq in range(1, 201):
        station.send(station.scan(seq))
    until(lambda: centre.api.get("/health")["checks"]["store"]["ok"] is False)
    assert station.durable_seq() == 0
    until(lambda: state_of(centre, station) == "online")

    shim.refuse_all = False

    until(lambda: station.durable_seq() == 200)
    store = InfluxStore(InfluxStoreSettings(**influx_settings(shim)))
    assert store.sequence_numbers(station.station) == list(range(1, 201))
    assert station.replays == []


def test_a_line_the_store_refuses_blocks_nothing(
    new_centre: Callable[..., Centre], station: FakeStation, shim: InfluxShim
) -> None:
    store = InfluxStore(InfluxStoreSettings(**influx_settings(shim)))
    shim.poison = b"channel=odd,"
    centre = new_centre(store=influx_settings(shim))

    station.send(station.heartbeat(1, 40))
    for seq in range(1, 41):
        channels: dict[str, float | None] = {"odd" if seq == 17 else "cod": float(seq)}
        station.send(station.scan(seq, channels))

    until(lambda: station.durable_seq() == 40)
    quarantine = until(lambda: centre.api.get("/quarantine")["messages"])
    assert [message["reason"] for message in quarantine] == ["store_refused"]
    assert '"seq":17' in quarantine[0]["payload_head"]
    written = store.query(station.station, "cod", 0, station.begin_ms + 10**6, 0, 100)
    assert written.v == [float(seq) for seq in range(1, 41) if seq != 17]


def test_victoriametrics_is_written_again_after_its_crash(
    new_centre: Callable[..., Centre], station: FakeStation, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(victoria_metrics(tmp_path, port)) as victoria:
        new_centre(store={"kind": "victoriametrics", "url": url, "settle_s": 2.0})
        store = VictoriaStore(VictoriaStoreSettings(kind="victoriametrics", url=url))
        station.send(station.heartbeat(1, 100))
        for seq in range(1, 101):
            station.send(station.scan(seq))
        until(lambda: flushed(store, station.station) == 100)
        assert station.durable_seq() == 0

        victoria.kill()
        # The worst that a crash can do to what was only in memory.
        shutil.rmtree(tmp_path / "victoria")
        victoria.start()

        until(lambda: station.durable_seq() == 100)
        until(lambda: flushed(store, station.station) == 100)
        assert store.sequence_numbers(station.station) == list(range(1, 101))


def flushed(store: VictoriaStore, station: str) -> int:
    store._reader.get("/internal/force_flush")
    return len(store.sequence_numbers(station))


def test_a_frozen_store_does_not_delay_the_stop(
    new_centre: Callable[..., Centre], station: FakeStation, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(victoria_metrics(tmp_path, port)) as victoria:
        centre = new_centre(store={"kind": "victoriametrics", "url": url, "timeout_s": 30})
        victoria.send(signal.SIGSTOP)
        station.send(station.scan(1))
        until(lambda: 'lane_waiting{lane="scans"} 0' in centre.api.raw("/metrics")[1])

        assert centre.process.stop(within_s=10) == 0


def test_the_broker_may_come_later_and_go_away(
    tmp_path: Path,
) -> None:
    port = free_port()
    config = embedded_config(tmp_path, port)
    with running(gateway(tmp_path, config)):
        api = Api(config["http"]["port"])
        assert api.get("/health")["status"] == "degraded"
        with running(Mosquitto(tmp_path, port=port, extra=LONG_QUEUES)) as late:
            until(lambda: api.get("/health")["checks"]["mqtt"]["ok"])
            station = FakeStation(port, "late")
            try:
                station.send(station.heartbeat(1, 1))
                station.send(station.scan(1))
                until(lambda: station.durable_seq() == 1)
                late.kill()
                until(lambda: not api.get("/health")["checks"]["mqtt"]["ok"])
                assert api.get("/stations/late")["id"] == "late"
            finally:
                station.close()
