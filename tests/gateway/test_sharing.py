"""Several gateway processes share the load with no state of their own."""

from collections.abc import Callable
from pathlib import Path

from gateway.stores.sqlite import SqliteStore
from tests.gateway.conftest import Centre
from tests.gateway.processes import free_port, until
from tests.gateway.station import FakeStation


def test_two_gateways_share_one_station_and_one_may_die(
    new_centre: Callable[..., Centre], station: FakeStation, tmp_path: Path
) -> None:
    shared = {"shared_group": "centre", "replay_after_s": 2.0, "replay_interval_s": 2.0}
    centres = [
        new_centre(gateway={"name": f"share-{free_port()}"}, ingest=shared) for _ in range(2)
    ]
    station.send(station.heartbeat(1, 300))
    for seq in range(1, 201):
        station.send(station.scan(seq))
    until(lambda: station.durable_seq() == 200)
    took_part = [
        centre.api.raw("/metrics")[1].count("quantrac_gateway_scans_committed_total 0.0") == 0
        for centre in centres
    ]
    assert took_part == [True, True]

    centres[0].process.kill()
    for seq in range(201, 301):
        station.send(station.scan(seq))
    answered = 0

    def whole() -> bool:
        nonlocal answered
        for request in station.replays[answered:]:
            answered += 1
            for seq in range(request.from_seq, request.to_seq + 1):
                station.send(station.scan(seq, backfill=True))
        return station.durable_seq() == 300

    until(whole, 40)
    store = SqliteStore(tmp_path / "readings.db")
    assert store.sequence_numbers(station.station) == list(range(1, 301))
