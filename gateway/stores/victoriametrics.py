"""VictoriaMetrics: writes line protocol, reads PromQL; what it takes settles before it counts.

Its 204 means "in memory": a crash loses up to some ten seconds (``settle_s``), so what was
written counts as durable only when the same process has been running for that long since.
Start it with ``-dedup.minScrapeInterval=1ms`` so that a repeated write leaves one sample.
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from gateway.settings import VictoriaStoreSettings, wants_gzip
from gateway.stores.http_reader import HttpReader
from gateway.stores.interface import LatestReading, Series, StoredScan, StoreUnavailable
from gateway.stores.line_protocol import MEASUREMENT, LineWriter
from gateway.stores.line_sender import LineSender

_START: Final = re.compile(rb"^vm_app_start_timestamp(?:\{[^}]*\})? (\S+)", re.MULTILINE)
LATEST_WITHIN: Final = "30d"
EARLIEST: Final = "1577836800"


class _Exported(msgspec.Struct):
    metric: dict[str, str]
    values: list[float | None]
    timestamps: list[int]


class _Sampled(msgspec.Struct):
    metric: dict[str, str]
    values: list[tuple[float, str]] = []
    value: tuple[float, str] = (0.0, "")


class _Data(msgspec.Struct):
    result: list[_Sampled] = []


class _Answer(msgspec.Struct):
    data: _Data


_exported_decoder = msgspec.json.Decoder(_Exported)
_answer_decoder = msgspec.json.Decoder(_Answer)


class VictoriaStore:
    """`Store` in VictoriaMetrics, single node or the insert/select pair behind one address."""

    def __init__(self, settings: VictoriaStoreSettings) -> None:
        token = settings.token.reveal() if settings.token is not None else "none"
        self.settle_s = settings.settle_s
        self._place = settings.url
        self._lines = LineWriter()
        self._sender = LineSender(
            settings.url, "quantrac", "quantrac", token, settings.timeout_s, wants_gzip(settings)
        )
        headers = {"Authorization": f"Bearer {token}"} if settings.token is not None else {}
        self._reader = HttpReader(settings.url, headers, settings.timeout_s)

    def open(self) -> None:
        """Do nothing: connections are made when needed."""

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()
        self._reader.close()

    def incarnation(self) -> str:
        """Return when the server's process was started."""
        match = _START.search(self._reader.get("/metrics"))
        if match is None:
            raise StoreUnavailable(f"{self._place}/metrics: no vm_app_start_timestamp")
        return match.group(1).decode()

    def write(self, scans: Sequence[StoredScan]) -> None:
        """Write all scans in one request."""
        lines = self._lines.encode(scans)
        if lines:
            self._sender.send(lines)

    def query(
        self, station: str, channel: str, from_ms: int, to_ms: int, every_s: int, limit: int
    ) -> Series:
        """Return raw readings, or buckets that the server computes."""
        labels = f'station="{station}",channel="{channel}"'
        if every_s == 0:
            return self._raw(labels, from_ms, to_ms, limit)
        return self._buckets(labels, from_ms, to_ms, every_s, limit)

    def latest(self, station: str) -> dict[str, LatestReading]:
        """Return the newest reading of each channel."""
        newest: dict[str, dict[str, float]] = {}
        for name, function in (
            ("at", "tlast_over_time"),
            ("v_at", "tlast_over_time"),
            ("v", "last_over_time"),
            ("x_at", "tlast_over_time"),
            ("x", "last_over_time"),
            ("s", "last_over_time"),
            ("q", "last_over_time"),
            ("r", "last_over_time"),
        ):
            field = {"at": "s", "v_at": "v", "x_at": "x"}.get(name, name)
            series = f'{MEASUREMENT}_{field}{{station="{station}"}}[{LATEST_WITHIN}]'
            body = self._reader.get("/api/v1/query", {"query": f"{function}({series})"})
            for sampled in self._decode(body):
                channel = sampled.metric.get("channel", "")
                newest.setdefault(channel, {})[name] = float(sampled.value[1])
        return {
            channel: LatestReading(
                at_ms=round(of["at"] * 1000),
                v=_value_at(of, of["at"]),
                s=int(of["s"]),
                q=int(of["q"]),
                r=int(of["r"]),
            )
            for channel, of in newest.items()
            if {"at", "s", "q", "r"} <= of.keys()
        }

    def channels(self, station: str, from_ms: int, to_ms: int) -> set[str]:
        """Return the channels with anything stored."""
        series = f'{MEASUREMENT}_s{{station="{station}"}}[{to_ms - from_ms}ms]'
        at = f"{(to_ms - 1) / 1000:.3f}"
        query = {"query": f"last_over_time({series})", "time": at, "nocache": "1"}
        body = self._reader.get("/api/v1/query", query)
        return {sampled.metric.get("channel", "") for sampled in self._decode(body)}

    def sequence_numbers(self, station: str) -> list[int]:
        """Return the number of each instant, from whichever channel has it."""
        by_instant: dict[int, int] = {}
        for exported in self._export(f'{MEASUREMENT}_seq{{station="{station}"}}', EARLIEST, ""):
            for at_ms, seq in zip(exported.timestamps, exported.values, strict=True):
                if seq is not None:
                    by_instant[at_ms] = int(seq)
        return [by_instant[at_ms] for at_ms in sorted(by_instant)]

    def _raw(self, labels: str, from_ms: int, to_ms: int, limit: int) -> Series:
        begin, end = f"{from_ms / 1000:.3f}", f"{(to_ms - 1) / 1000:.3f}"
        fields: dict[str, dict[int, float | None]] = {"v": {}, "x": {}, "s": {}, "q": {}}
        for name, values in fields.items():
            for exported in self._export(f"{MEASUREMENT}_{name}{{{labels}}}", begin, end):
                values.update(zip(exported.timestamps, exported.values, strict=True))
        series = Series(0)
        for at_ms in sorted(fields["s"])[:limit]:
            v = fields["v"].get(at_ms, fields["x"].get(at_ms))
            series.at_ms.append(at_ms)
            series.v.append(v)
            series.v_min.append(v)
            series.v_max.append(v)
            series.count.append(0 if v is None else 1)
            series.s.append(int(fields["s"][at_ms] or 0))
            series.q.append(int(fields["q"].get(at_ms) or 0))
        return series

    def _buckets(self, labels: str, from_ms: int, to_ms: int, every_s: int, limit: int) -> Series:
        step_ms = every_s * 1000
        first_ms = from_ms // step_ms * step_ms
        columns: dict[str, dict[int, float]] = {}
        for name, function, field in (
            ("mean", "avg", "v"),
            ("min", "min", "v"),
            ("max", "max", "v"),
            ("count", "count", "v"),
            ("s", "max", "s"),
            ("q", "max", "q"),
        ):
            # A look-back window ends with its instant: the last millisecond of each bucket.
            parameters = {
                "query": f"{function}_over_time({MEASUREMENT}_{field}{{{labels}}}[{step_ms}ms])",
                "start": f"{(first_ms + step_ms - 1) / 1000:.3f}",
                "end": f"{(to_ms + step_ms - 2) / 1000:.3f}",
                "step": f"{step_ms}ms",
                "nocache": "1",
            }
            column = columns[name] = {}
            for sampled in self._decode(self._reader.get("/api/v1/query_range", parameters)):
                for at_s, text in sampled.values:
                    column[round(at_s * 1000) + 1 - step_ms] = float(text)
        series = Series(every_s)
        for at_ms in sorted(columns["s"])[:limit]:
            series.at_ms.append(at_ms)
            series.v.append(columns["mean"].get(at_ms))
            series.v_min.append(columns["min"].get(at_ms))
            series.v_max.append(columns["max"].get(at_ms))
            series.count.append(int(columns["count"].get(at_ms, 0)))
            series.s.append(int(columns["s"][at_ms]))
            series.q.append(int(columns["q"].get(at_ms, 0)))
        return series

    def _export(self, match: str, begin: str, end: str) -> list[_Exported]:
        parameters = {"match[]": match, "start": begin, "reduce_mem_usage": "0"}
        if end:
            parameters["end"] = end
        body = self._reader.get("/api/v1/export", parameters)
        try:
            return [_exported_decoder.decode(line) for line in body.splitlines() if line]
        except msgspec.MsgspecError as error:
            raise StoreUnavailable(f"{self._place}/api/v1/export: {error}") from error

    def _decode(self, body: bytes) -> list[_Sampled]:
        try:
            return _answer_decoder.decode(body).data.result
        except msgspec.MsgspecError as error:
            raise StoreUnavailable(f"{self._place}: {error}") from error


def _value_at(newest: dict[str, float], at_s: float) -> float | None:
    """Return the value of this instant; a channel that could not be read has written none."""
    for field in ("v", "x"):
        if field in newest and newest[f"{field}_at"] >= at_s:
            return newest[field]
    return None
