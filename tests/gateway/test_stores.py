"""Every store keeps the same promises: idempotent, complete, bucketed alike."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.reports.channel_statistics import channel_figures, slots_of, span_of
from gateway.reports.downtime import downtimes_of
from gateway.reports.figures import ChannelFigures, Downtime
from gateway.settings import InfluxStoreSettings, VictoriaStoreSettings
from gateway.stores.influxdb import InfluxStore
from gateway.stores.interface import Store, StoredScan, StoreRefused, StoreUnavailable
from gateway.stores.sqlite import SqliteStore
from gateway.stores.victoriametrics import VictoriaStore
from quantrac_core.contracts.messages import Channel, Reading
from quantrac_core.contracts.quality import Quality, Reason, State
from tests.gateway.station import now_ms
from tests.peers.influx_shim import InfluxShim, create_database
from tests.peers.process import free_port, running, until
from tests.peers.stores import influxd, victoria_metrics

HOUR_MS = 3_600_000
KINDS = ["sqlite", "influxdb2", "victoriametrics"]
Settled = Callable[[], None]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("stores")
    with contextlib.ExitStack() as stack:
        victoria = stack.enter_context(running(victoria_metrics(folder)))
        engine = stack.enter_context(running(influxd(folder)))
        assert engine.port is not None
        shim = stack.enter_context(InfluxShim(engine.port))
        create_database(engine.port, "quantrac")
        yield {
            "victoriametrics": f"http://127.0.0.1:{victoria.port}",
            "influxdb2": f"http://127.0.0.1:{shim.port}",
        }


@pytest.fixture(params=KINDS)
def store(
    request: pytest.FixtureRequest, servers: dict[str, str], tmp_path: Path
) -> Iterator[Store]:
    kind: str = request.param
    made: Store
    if kind == "sqlite":
        made = SqliteStore(tmp_path / "readings.db")
    elif kind == "influxdb2":
        made = InfluxStore(
            InfluxStoreSettings(kind=kind, url=servers[kind], org="o", bucket="quantrac")
        )
    else:
        made = VictoriaStore(VictoriaStoreSettings(kind=kind, url=servers[kind]))
    made.open()
    yield made
    made.close()


def flush(store: Store) -> None:
    """Make VictoriaMetrics show what it holds."""
    if isinstance(store, VictoriaStore):
        store._reader.get("/internal/force_flush")


def reading(channel: str, v: float | None, state: State = State.MEASURING) -> Reading:
    if v is None:
        return Reading(channel, None, "mg/l", State.COMMS_LOST, Quality.BAD, Reason.TIMEOUT)
    return Reading(channel, v, "mg/l", state, Quality.GOOD)


def scan(station: str, at_ms: int, seq: int, *readings: Reading) -> StoredScan:
    return StoredScan(station, at_ms, seq, seq, False, 0, list(readings))


def recent_hour_ms() -> int:
    return now_ms() // HOUR_MS * HOUR_MS - 3 * HOUR_MS


def test_raw_readings_come_back_as_written(store: Store, unique: str) -> None:
    begin = recent_hour_ms()
    store.write(
        [
            scan(unique, begin, 1, reading("cod", 1.5), reading("ph", 7.0)),
            scan(unique, begin + 1000, 2, reading("cod", None), reading("ph", 7.1)),
            scan(unique, begin + 2000, 3, reading("cod", 3.5, State.CALIBRATING)),
        ]
    )
    flush(store)

    def complete() -> bool:
        return store.sequence_numbers(unique) == [1, 2, 3]

    until(complete)
    series = store.query(unique, "cod", begin, begin + 3000, 0, 100)

    assert series.at_ms == [begin, begin + 1000, begin + 2000]
    assert series.v == [1.5, None, 3.5]
    assert series.s == [0, 5, 1]
    assert series.q == [0, 2, 0]
    assert series.count == [1, 0, 1]


def test_the_range_ends_before_its_end(store: Store, unique: str) -> None:
    begin = recent_hour_ms()
    store.write([scan(unique, begin + i * 1000, i + 1, reading("cod", float(i))) for i in range(5)])
    flush(store)
    until(lambda: len(store.sequence_numbers(unique)) == 5)

    assert store.query(unique, "cod", begin + 1000, begin + 3000, 0, 100).v == [1.0, 2.0]
    assert store.query(unique, "cod", begin, begin + 5000, 0, 3).v == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("every_s", [60, 3600])
def test_buckets_agree_with_the_raw_values(store: Store, unique: str, every_s: int) -> None:
    begin = recent_hour_ms()
    values = [float((i * 37) % 101) for i in range(150)]
    scans = [
        scan(unique, begin + i * 1000, i + 1, reading("cod", None if i == 70 else v))
        for i, v in enumerate(values)
    ]
    store.write(scans[:40])
    store.write(scans[40:])
    # Everything once more, as after a lost acknowledgement.
    store.write(scans)
    flush(store)
    until(lambda: len(store.sequence_numbers(unique)) == 150)

    series = store.query(unique, "cod", begin, begin + 2 * HOUR_MS, every_s, 1000)

    first = [v for i, v in enumerate(values[:every_s]) if i != 70]
    assert series.at_ms[0] == begin
    assert series.v[0] == pytest.approx(sum(first) / len(first))
    assert series.v_min[0] == min(first)
    assert series.v_max[0] == max(first)
    assert sum(series.count) == 149
    worst = 70 // every_s
    assert series.s[worst] == 5
    assert series.q[worst] == 2


def test_late_back_fill_reaches_its_own_bucket(store: Store, unique: str) -> None:
    begin = recent_hour_ms()
    store.write([scan(unique, begin + HOUR_MS, 2, reading("cod", 10.0))])
    store.write([scan(unique, begin, 1, reading("cod", 20.0))])
    flush(store)
    until(lambda: store.sequence_numbers(unique) == [1, 2])

    series = store.query(unique, "cod", begin, begin + 2 * HOUR_MS, 3600, 10)

    assert series.at_ms == [begin, begin + HOUR_MS]
    assert series.v == [20.0, 10.0]


def test_latest_is_the_newest_instant_even_without_a_value(store: Store, unique: str) -> None:
    begin = recent_hour_ms()
    store.write(
        [
            scan(unique, begin + 1000, 2, reading("cod", None), reading("ph", 7.0)),
            scan(unique, begin, 1, reading("cod", 5.0), reading("ph", 6.0)),
        ]
    )
    flush(store)
    until(lambda: len(store.sequence_numbers(unique)) == 2)

    latest = store.latest(unique)

    assert latest["cod"].at_ms == begin + 1000
    assert latest["cod"].v is None
    assert (latest["cod"].s, latest["cod"].q, latest["cod"].r) == (5, 2, 6)
    assert latest["ph"].v == 7.0


@pytest.mark.parametrize("every_s", [60, 3600])
def test_a_calibration_and_a_bad_value_enter_no_mean_and_stay_as_they_came(
    store: Store, unique: str, every_s: int
) -> None:
    begin = recent_hour_ms()
    bad = Reading("cod", 999.0, "mg/l", State.MEASURING, Quality.BAD, Reason.OUT_OF_RANGE)
    suspect = Reading("cod", 30.0, "mg/l", State.MEASURING, Quality.SUSPECT, Reason.RATE)
    store.write(
        [
            scan(unique, begin, 1, reading("cod", 10.0)),
            scan(unique, begin + 1000, 2, suspect),
            scan(unique, begin + 2000, 3, bad),
            scan(unique, begin + 3000, 4, reading("cod", 100.0, State.CALIBRATING)),
        ]
    )
    flush(store)
    until(lambda: len(store.sequence_numbers(unique)) == 4)

    bucket = store.query(unique, "cod", begin, begin + every_s * 1000, every_s, 10)

    assert (bucket.v, bucket.v_min, bucket.v_max, bucket.count) == ([20.0], [10.0], [30.0], [2])
    assert (bucket.s, bucket.q) == ([1], [2])
    raw = store.query(unique, "cod", begin, begin + 4000, 0, 10)
    assert raw.v == [10.0, 30.0, 999.0, 100.0]
    assert store.latest(unique)["cod"].v == 100.0


def test_the_channels_of_a_period_are_those_with_anything_stored(store: Store, unique: str) -> None:
    begin = recent_hour_ms()
    store.write(
        [
            scan(unique, begin, 1, reading("cod", 1.5), reading("ph", None)),
            scan(unique, begin + 600_000, 2, reading("cod", 2.5)),
            scan(f"{unique}-b", begin, 1, reading("tss", 1.0)),
        ]
    )
    flush(store)
    until(lambda: store.channels(unique, begin, begin + 600_001) == {"cod", "ph"})
    assert store.channels(unique, begin + 600_000, begin + 1_200_000) == {"cod"}
    assert store.channels(unique, begin - 600_000, begin) == set()


def test_an_unknown_station_is_empty(store: Store) -> None:
    assert store.latest("nowhere") == {}
    assert store.sequence_numbers("nowhere") == []
    assert store.query("nowhere", "cod", 0, HOUR_MS, 0, 10).at_ms == []


@pytest.mark.parametrize("kind", ["influxdb2", "victoriametrics"])
def test_a_store_that_is_not_there_is_unavailable(kind: str) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    absent: Store
    if kind == "influxdb2":
        absent = InfluxStore(InfluxStoreSettings(kind=kind, url=url, org="o", bucket="b"))
    else:
        absent = VictoriaStore(VictoriaStoreSettings(kind=kind, url=url))

    with pytest.raises(StoreUnavailable):
        absent.write([scan("s", 1_700_000_000_000, 1, reading("cod", 1.0))])
    with pytest.raises(StoreUnavailable):
        absent.latest("s")


def test_influxdb_refuses_a_type_conflict(servers: dict[str, str]) -> None:
    url = servers["influxdb2"]
    store = InfluxStore(InfluxStoreSettings(kind="influxdb2", url=url, org="o", bucket="quantrac"))
    store._sender.send(b'readings,channel=odd,station=conflict v="text" 1700000000000')

    with pytest.raises(StoreRefused):
        store.write([scan("conflict", 1_700_000_001_000, 1, reading("odd", 1.0))])


def test_influxdb_without_its_database_is_unavailable(servers: dict[str, str]) -> None:
    settings = InfluxStoreSettings(
        kind="influxdb2", url=servers["influxdb2"], org="o", bucket="absent"
    )

    with pytest.raises(StoreUnavailable):
        InfluxStore(settings).write([scan("s", 1_700_000_000_000, 1, reading("cod", 1.0))])


def test_a_report_counts_alike_from_every_store(store: Store, unique: str) -> None:
    begin_ms = recent_hour_ms()
    measured = [minute for minute in range(30) if not (10 <= minute < 14 or 20 <= minute < 25)]
    scans = []
    for minute in [*measured, *range(10, 14)]:
        state = State.MEASURING if minute in measured else State.CALIBRATING
        for third in range(3):
            number = minute * 3 + third
            value = reading("cod", 50.0 + minute, state)
            scans.append(scan(unique, begin_ms + number * 20_000, number + 1, value))
    store.write(scans)
    flush(store)

    def figures() -> tuple[ChannelFigures, list[Downtime]]:
        span = span_of(begin_ms, begin_ms + 1_800_000, poll_interval_s=20.0)
        series = store.query(unique, "cod", span.from_ms, span.until_ms, 60, 1_000)
        slots = slots_of(series, span)
        made = channel_figures(series, slots, Channel("cod", "mg/l", "COD"), span, 3_600)
        return made, downtimes_of({"cod": slots}, span)

    until(lambda: figures()[0].count == 63)
    made, downtimes = figures()
    assert (made.least, made.most, made.capture) == (50.0, 79.0, 21 / 30)
    assert made.mean == pytest.approx(50.0 + sum(measured) / 21)
    assert [(one.cause, (one.ended_ms - one.began_ms) // 60_000) for one in downtimes] == [
        ("calibrating", 4),
        ("no_data", 5),
    ]
