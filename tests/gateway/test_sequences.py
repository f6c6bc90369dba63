"""Gaps, duplicates, disorder and loss: what the gateway acknowledges and what it asks for."""

from collections.abc import Callable

from tests.gateway.conftest import Centre
from tests.gateway.station import FakeStation
from tests.peers.process import until


def test_order_does_not_matter_and_duplicates_change_nothing(
    centre: Centre, station: FakeStation
) -> None:
    station.send(station.heartbeat(1, 6))
    for seq in (4, 2, 6, 1, 2, 3, 6, 5, 1):
        station.send(station.scan(seq))

    until(lambda: station.durable_seq() == 6)

    begin, end = station.scan(0).at.isoformat(), station.scan(9).at.isoformat()
    path = f"/stations/{station.station}/readings"
    minutes = centre.api.get(path, channel="cod", from_=begin, to=end, every="60")
    assert sum(minutes["count"]) == 6


def test_a_gap_is_shown_acknowledged_around_and_asked_for(
    centre: Centre, station: FakeStation
) -> None:
    station.send(station.heartbeat(1, 5))
    for seq in (1, 2, 5):
        station.send(station.scan(seq))

    until(lambda: station.replays)

    assert (station.replays[0].from_seq, station.replays[0].to_seq) == (3, 4)
    assert station.acks[-1].durable_seq == 2
    assert list(station.acks[-1].above) == [(5, 5)]
    whole = centre.api.get(f"/stations/{station.station}")["completeness"]
    assert whole["gaps"] == [[3, 4]]
    assert whole["missing"] == 2
    for seq in (3, 4):
        station.send(station.scan(seq, backfill=True))
    until(lambda: station.durable_seq() == 5)


def test_numbers_that_never_came_are_known_from_the_heartbeat(
    centre: Centre, station: FakeStation
) -> None:
    station.send(station.scan(1))
    station.send(station.heartbeat(1, 4))

    until(lambda: station.replays)

    assert (station.replays[0].from_seq, station.replays[0].to_seq) == (2, 4)


def test_an_unknown_outbox_begins_where_the_station_says(
    centre: Centre, station: FakeStation
) -> None:
    station.send(station.scan(900))
    until(lambda: station.acks)
    assert station.acks[-1].durable_seq == 0

    station.send(station.heartbeat(900, 900))

    until(lambda: station.durable_seq() == 900)
    assert centre.api.get(f"/stations/{station.station}")["completeness"]["lost"] == 0


def test_what_left_the_history_is_recorded_as_lost(centre: Centre, station: FakeStation) -> None:
    station.send(station.heartbeat(1, 1))
    station.send(station.scan(1))
    until(lambda: station.durable_seq() == 1)
    station.send(station.scan(10))

    station.send(station.heartbeat(6, 10))

    until(lambda: station.durable_seq() == 5)

    def lost() -> bool:
        view = centre.api.get(f"/stations/{station.station}")
        return bool(view["completeness"]["lost"] == 4)

    until(lost)


def test_a_thinned_scan_stands_for_its_whole_range(centre: Centre, station: FakeStation) -> None:
    station.send(station.heartbeat(1, 50))
    station.send(station.scan(50, from_seq=1))

    until(lambda: station.durable_seq() == 50)


def test_a_new_outbox_of_the_same_station_is_kept_apart(
    centre: Centre, station: FakeStation, new_station: Callable[..., FakeStation]
) -> None:
    station.send(station.heartbeat(1, 2))
    for seq in (1, 2):
        station.send(station.scan(seq))
    until(lambda: station.durable_seq() == 2)
    reborn = new_station(station.station, outbox_id="other")
    reborn.begin_ms += 100_000

    reborn.send(reborn.heartbeat(1, 1))
    reborn.send(reborn.scan(1))

    until(lambda: any(a.outbox_id == "other" and a.durable_seq == 1 for a in reborn.acks))
    assert centre.api.get(f"/stations/{station.station}")["completeness"]["outbox_id"] == "other"
