"""Scans as InfluxDB line protocol, written straight as bytes: the hot path of the gateway.

A value that may enter a mean is the field ``v``; one that may not (the device was not measuring,
or the value is bad) is kept as it came in the field ``x``, so that no mean of ``v``, ours or a
dashboard's, ever mixes in a calibration. Exactly one of them is there, none where nothing was read.
"""

from collections.abc import Iterable
from typing import Final

from gateway.stores.interface import StoredScan
from quantrac_core.contracts.quality import (
    QUALITY_CODE,
    REASON_CODE,
    STATE_CODE,
    Quality,
    Reason,
    State,
)

MEASUREMENT: Final = "readings"
MAX_KNOWN_PREFIXES: Final = 200_000

# Hashing an enum member runs Python code, so the common case is told by identity and the
# rest is prepared here.
_CODES: Final[dict[tuple[State, Quality, Reason | None], str]] = {
    (s, q, r): f"s={s_code}i,q={q_code}i,r={r_code}i"
    for s, s_code in STATE_CODE.items()
    for q, q_code in QUALITY_CODE.items()
    for r, r_code in REASON_CODE.items()
}
_PLAIN: Final = _CODES[State.MEASURING, Quality.GOOD, None]
VALUE: Final = "v"
SET_ASIDE: Final = "x"


class LineWriter:
    """Encodes scans; remembers the escaped ``measurement,tags`` of each station and channel.

    Station ids and channel names are checked before they get here (`identifiers`), so none of
    their characters needs escaping.
    """

    def __init__(self) -> None:
        self._prefixes: dict[str, dict[str, str]] = {}
        self._known = 0

    def encode(self, scans: Iterable[StoredScan]) -> bytes:
        """Return the lines of ``scans`` with millisecond timestamps, joined by newlines."""
        lines: list[str] = []
        append = lines.append
        measuring, good, bad = State.MEASURING, Quality.GOOD, Quality.BAD
        for scan in scans:
            prefixes = self._prefixes.get(scan.station)
            if prefixes is None:
                prefixes = self._prefixes[scan.station] = {}
            tail = f",seq={scan.seq}i,bf={int(scan.backfill)}i,clk={scan.clock}i {scan.at_ms}"
            for reading in scan.readings:
                prefix = prefixes.get(reading.c)
                if prefix is None:
                    prefix = self._prefix(prefixes, scan.station, reading.c)
                s, q, r = reading.s, reading.q, reading.r
                codes = _PLAIN if s is measuring and q is good and r is None else _CODES[s, q, r]
                v = reading.v
                if v is None:
                    append(f"{prefix} {codes}{tail}")
                else:
                    field = VALUE if s is measuring and q is not bad else SET_ASIDE
                    append(f"{prefix} {field}={v!r},{codes}{tail}")
        return "\n".join(lines).encode()

    def _prefix(self, prefixes: dict[str, str], station: str, channel: str) -> str:
        if self._known >= MAX_KNOWN_PREFIXES:
            self._prefixes = {station: prefixes}
            prefixes.clear()
            self._known = 0
        self._known += 1
        prefix = prefixes[channel] = f"{MEASUREMENT},channel={channel},station={station}"
        return prefix
