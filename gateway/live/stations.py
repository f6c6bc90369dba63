"""Every station as it is now: birth, newest values, and whether it still speaks; no I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from gateway.stores.interface import LatestReading
from quantrac_core.contracts.messages import (
    ClockState,
    Heartbeat,
    Reading,
    Scan,
    StationStatus,
    ms_from_utc,
)
from quantrac_core.contracts.quality import (
    QUALITY_OF_CODE,
    REASON_OF_CODE,
    STATE_OF_CODE,
)

StationState = Literal["online", "silent", "offline", "unknown"]
SILENT_AFTER_BEATS: Final = 3
MAX_STATIONS: Final = 10_000


@dataclass(slots=True)
class LatestValue:
    """The newest reading of a channel and when it was measured."""

    at_ms: int
    reading: Reading


@dataclass(slots=True)
class StationNow:
    """One station; monotonic times in seconds, others in milliseconds since 1970."""

    station: str
    status: StationStatus | None = None
    state: StationState = "unknown"
    state_since_ms: int = 0
    last_seen_ms: int | None = None
    last_scan_ms: int | None = None
    last_number: tuple[str, int] | None = None
    clock: ClockState = "synced"
    latest: dict[str, LatestValue] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    heard_s: float = float("-inf")
    scanned_s: float = float("-inf")


class Stations:
    """The register of stations. Methods that may change the state return True if it did."""

    def __init__(self, configured: Iterable[str] = ()) -> None:
        self._stations = {station: StationNow(station) for station in configured}

    def __contains__(self, station: str) -> bool:
        return station in self._stations

    def get(self, station: str) -> StationNow | None:
        """Return one station, or None."""
        return self._stations.get(station)

    def all(self) -> list[StationNow]:
        """Return the stations by id."""
        return [self._stations[station] for station in sorted(self._stations)]

    def restore(self, status: StationStatus, received_ms: int) -> None:
        """Take over a birth from an earlier run; whether the station speaks is not known."""
        now = self._entry(status.station)
        if now is not None and now.status is None:
            now.status = status
            now.last_seen_ms = received_ms
            now.state_since_ms = now.state_since_ms or received_ms

    def restore_latest(self, station: str, latest: dict[str, LatestReading]) -> None:
        """Take over the newest values of the store where nothing newer came in."""
        now = self._entry(station)
        if now is None:
            return
        units = (
            {channel.name: channel.unit for channel in now.status.channels} if now.status else {}
        )
        for channel, value in latest.items():
            known = now.latest.get(channel)
            if known is None or known.at_ms < value.at_ms:
                reading = Reading(
                    channel,
                    value.v,
                    units.get(channel, ""),
                    STATE_OF_CODE[value.s],
                    QUALITY_OF_CODE[value.q],
                    REASON_OF_CODE[value.r],
                )
                now.latest[channel] = LatestValue(value.at_ms, reading)
                now.last_scan_ms = max(now.last_scan_ms or 0, value.at_ms)

    def on_status(self, status: StationStatus, now_s: float, now_ms: int) -> bool:
        """Take in a birth or a will."""
        now = self._entry(status.station)
        if now is None:
            return False
        if status.state == "online":
            now.status = status
            now.last_seen_ms = now_ms
            now.heard_s = now.scanned_s = now_s
            self._turn(now, "online", now_ms)
        elif now.status is None:
            now.status = status
            self._turn(now, "offline", now_ms)
        elif now.status.boot_id == status.boot_id or now.state != "online":
            # The will of an earlier run may come after the birth of the next.
            self._turn(now, "offline", now_ms)
        return True

    def on_heartbeat(self, heartbeat: Heartbeat, now_s: float, now_ms: int) -> bool:
        """Take in proof of life."""
        now = self._entry(heartbeat.station)
        if now is None:
            return False
        now.metrics = heartbeat.metrics
        now.clock = heartbeat.clock
        if now.state != "silent":
            return self._heard(now, now_s, now_ms)
        # A heartbeat alone does not end a silence of the scans.
        now.heard_s, now.last_seen_ms = now_s, now_ms
        return False

    def on_scan(self, scan: Scan, now_s: float, now_ms: int) -> bool:
        """Take in a scan; back-fill proves life but changes no newest value."""
        now = self._entry(scan.station)
        if now is None:
            return False
        if scan.backfill:
            now.heard_s, now.last_seen_ms = now_s, now_ms
            return False
        at_ms = ms_from_utc(scan.at)
        now.clock = scan.clock
        now.scanned_s = now_s
        # By number, not by time: a station's clock may be set back, and what it measures then
        # is still the newest. A scan that the broker delivers again must not come back as such.
        if now.last_number is None or now.last_number[0] != scan.outbox_id:
            newer = True
        else:
            newer = scan.seq >= now.last_number[1]
        if newer:
            now.last_number = (scan.outbox_id, scan.seq)
            now.last_scan_ms = at_ms
            for reading in scan.readings:
                now.latest[reading.c] = LatestValue(at_ms, reading)
        return self._heard(now, now_s, now_ms)

    def find_silent(self, now_s: float, now_ms: int) -> list[str]:
        """Mark and return the stations that have just fallen silent."""
        fallen = []
        for now in self._stations.values():
            if now.state != "online":
                continue
            beat_s, poll_s = 10.0, 1.0
            if now.status is not None:
                beat_s, poll_s = now.status.heartbeat_s, now.status.poll_interval_s
            unheard = now_s - now.heard_s > SILENT_AFTER_BEATS * beat_s
            unscanned = now_s - now.scanned_s > SILENT_AFTER_BEATS * max(beat_s, poll_s)
            if unheard or unscanned:
                self._turn(now, "silent", now_ms)
                fallen.append(now.station)
        return fallen

    def _entry(self, station: str) -> StationNow | None:
        now = self._stations.get(station)
        if now is None and len(self._stations) < MAX_STATIONS:
            now = self._stations[station] = StationNow(station)
        return now

    def _heard(self, now: StationNow, now_s: float, now_ms: int) -> bool:
        now.heard_s, now.last_seen_ms = now_s, now_ms
        return self._turn(now, "online", now_ms)

    def _turn(self, now: StationNow, state: StationState, now_ms: int) -> bool:
        if now.state == state:
            return False
        now.state = state
        now.state_since_ms = now_ms
        return True
