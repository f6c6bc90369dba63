"""From a scan on the broker to the store, the acknowledgement, the page's API and its stream."""

from tests.gateway.conftest import Centre
from tests.gateway.station import FakeStation
from tests.peers.process import until


def test_a_scan_is_committed_acknowledged_and_shown(centre: Centre, station: FakeStation) -> None:
    station.send(station.birth())
    station.send(station.heartbeat(1, 3))
    for seq in (1, 2, 3):
        station.send(station.scan(seq))

    until(lambda: station.durable_seq() == 3)

    view = centre.api.get(f"/stations/{station.station}")
    assert view["state"] == "online"
    assert view["name_vi"] == "Trạm Thanh Hải"
    assert view["channels"][0]["latest"]["v"] == 53.0
    assert view["completeness"]["durable_seq"] == 3
    begin, end = station.scan(1).at, station.scan(4).at
    readings = centre.api.get(
        f"/stations/{station.station}/readings",
        channel="cod",
        from_=begin.isoformat(),
        to=end.isoformat(),
    )
    assert readings["v"] == [51.0, 52.0, 53.0]
    assert readings["every_s"] == 0
