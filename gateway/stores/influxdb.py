"""InfluxDB 2: writes through its client, reads through its InfluxQL compatibility endpoint.

`/query` is offered by InfluxDB 2 (a bucket answers as the database of its name) and by
InfluxDB 1; what is tested here against a real 1.x engine is the same language.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from gateway.settings import InfluxStoreSettings, wants_gzip
from gateway.stores.http_reader import HttpReader
from gateway.stores.interface import LatestReading, Series, StoredScan, StoreUnavailable
from gateway.stores.line_protocol import MEASUREMENT, LineWriter
from gateway.stores.line_sender import LineSender


class _Column(msgspec.Struct):
    columns: list[str] = []
    values: list[list[Any]] = []
    tags: dict[str, str] = {}


class _Result(msgspec.Struct):
    series: list[_Column] = []
    error: str = ""


class _Answer(msgspec.Struct):
    results: list[_Result] = []
    error: str = ""


_decoder = msgspec.json.Decoder(_Answer)


class InfluxStore:
    """`Store` in an InfluxDB bucket; its 204 follows the write-ahead log's fsync."""

    settle_s = 0.0

    def __init__(self, settings: InfluxStoreSettings) -> None:
        token = settings.token.reveal() if settings.token is not None else "none"
        self._bucket = settings.bucket
        self._place = settings.url
        self._lines = LineWriter()
        self._sender = LineSender(
            settings.url,
            settings.org,
            settings.bucket,
            token,
            settings.timeout_s,
            wants_gzip(settings),
        )
        headers = {"Authorization": f"Token {token}"} if settings.token is not None else {}
        self._reader = HttpReader(settings.url, headers, settings.timeout_s)

    def open(self) -> None:
        """Do nothing: connections are made when needed."""

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()
        self._reader.close()

    def incarnation(self) -> str:
        """Return a constant: what was answered with 204 survives a crash."""
        return "influxdb"

    def write(self, scans: Sequence[StoredScan]) -> None:
        """Write all scans in one request."""
        lines = self._lines.encode(scans)
        if lines:
            self._sender.send(lines)

    def query(
        self, station: str, channel: str, from_ms: int, to_ms: int, every_s: int, limit: int
    ) -> Series:
        """Return raw readings, or buckets that the server computes."""
        where = (
            f"station = '{station}' AND channel = '{channel}'"
            f" AND time >= {from_ms}ms AND time < {to_ms}ms"
        )
        series = Series(every_s)
        if every_s == 0:
            rows = self._rows(
                f'SELECT "v", "x", "s", "q" FROM "{MEASUREMENT}" WHERE {where} LIMIT {limit}'
            )
            for at_ms, valid, set_aside, s, q in rows:
                v = set_aside if valid is None else valid
                _append(series, at_ms, v, v, v, 0 if v is None else 1, s, q)
            return series
        # The server's buckets begin at multiples of their width since 1970, as ours do.
        rows = self._rows(
            'SELECT mean("v"), min("v"), max("v"), count("v"), max("s"), max("q")'
            f' FROM "{MEASUREMENT}" WHERE {where} GROUP BY time({every_s}s) FILL(none)'
            f" LIMIT {limit}"
        )
        for at_ms, mean, v_min, v_max, count, s, q in rows:
            if s is not None:
                _append(series, at_ms, mean, v_min, v_max, count or 0, s, q)
        return series

    def latest(self, station: str) -> dict[str, LatestReading]:
        """Return the newest reading of each channel."""
        answer = self._ask(
            f'SELECT "v", "x", "s", "q", "r" FROM "{MEASUREMENT}" WHERE station = \'{station}\''
            " AND time > now() - 30d GROUP BY channel ORDER BY time DESC LIMIT 1"
        )
        return {
            column.tags["channel"]: LatestReading(
                int(at_ms), set_aside if valid is None else valid, int(s), int(q), int(r)
            )
            for column in answer
            for at_ms, valid, set_aside, s, q, r in column.values
        }

    def channels(self, station: str, from_ms: int, to_ms: int) -> set[str]:
        """Return the channels with anything stored."""
        answer = self._ask(
            f'SELECT last("s") FROM "{MEASUREMENT}" WHERE station = \'{station}\''
            f" AND time >= {from_ms}ms AND time < {to_ms}ms GROUP BY channel"
        )
        return {column.tags["channel"] for column in answer}

    def sequence_numbers(self, station: str) -> list[int]:
        """Return the number of each instant, from whichever channel has it."""
        rows = self._rows(f'SELECT "seq" FROM "{MEASUREMENT}" WHERE station = \'{station}\'')
        by_instant = {int(at_ms): int(seq) for at_ms, seq in rows}
        return [by_instant[at_ms] for at_ms in sorted(by_instant)]

    def _rows(self, query: str) -> list[list[Any]]:
        return [row for column in self._ask(query) for row in column.values]

    def _ask(self, query: str) -> list[_Column]:
        body = self._reader.get("/query", {"db": self._bucket, "epoch": "ms", "q": query})
        try:
            answer = _decoder.decode(body)
        except msgspec.MsgspecError as error:
            raise StoreUnavailable(f"{self._place}/query: {error}") from error
        failure = answer.error or next((r.error for r in answer.results if r.error), "")
        if failure:
            raise StoreUnavailable(f"{self._place}/query: {failure[:200]}")
        return [column for result in answer.results for column in result.series]


def _append(
    series: Series,
    at_ms: int,
    v: float | None,
    v_min: float | None,
    v_max: float | None,
    count: int,
    s: int,
    q: int,
) -> None:
    series.at_ms.append(int(at_ms))
    series.v.append(v)
    series.v_min.append(v_min)
    series.v_max.append(v_max)
    series.count.append(int(count))
    series.s.append(int(s))
    series.q.append(int(q))
