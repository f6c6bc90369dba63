"""The live board: hears what came in, keeps it current and tells the browsers."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from gateway.access.audience import SINK_PREFIX
from gateway.api.models import StationView
from gateway.api.views import alarm_view, station_view
from gateway.database import alarms, births, outboxes
from gateway.database.alarms import AlarmCounts, AlarmRecord, farther
from gateway.database.engine import Database, DatabaseUnavailable
from gateway.database.sources import camera_source
from gateway.ingest.ledger import SequenceLedger
from gateway.live.stations import Stations
from gateway.live.stream import Stream
from gateway.stores.interface import Store, StoreUnavailable
from gateway.threads import WorkerThreads
from quantrac_core.contracts.messages import Heartbeat, Scan, StationStatus, encode
from quantrac_core.contracts.quality import State
from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.clock import Clock

log = logging.getLogger(__name__)
SILENCE_CHECK_S: Final = 0.5
REFRESH_S: Final = 10.0


class Board:
    """What the page shows, kept current by `Pipeline` (as its listener) and the database."""

    def __init__(
        self,
        stations: Stations,
        ledger: SequenceLedger,
        stream: Stream,
        store: Store,
        database: Database,
        clock: Clock,
    ) -> None:
        self.stations = stations
        self.stream = stream
        self._ledger = ledger
        self._store = store
        self._database = database
        self._clock = clock
        self._threads = WorkerThreads("board")
        self._counts: dict[str, AlarmCounts] = {}
        self._lost: dict[str, int] = {}
        self._active: dict[tuple[str, str], dict[str, AlarmRecord]] = {}
        self._refresh = asyncio.Event()
        self._alarm_listeners: list[Callable[[list[AlarmRecord]], None]] = []

    def view(self, station: str) -> StationView | None:
        """Return a station as the API shows it, or None."""
        now = self.stations.get(station)
        if now is None:
            return None
        return station_view(
            now,
            self._ledger.completeness(station),
            self._counts.get(station),
            self._lost.get(station, 0),
        )

    def scan_arrived(self, scan: Scan) -> dict[str, float]:
        """Show a scan; return new peaks of the alarms that are active on its channels."""
        if self.stations.on_scan(scan, self._clock.monotonic(), self._clock.now_ms()):
            self._tell_station(scan.station)
        if scan.backfill:
            return {}
        if len(self.stream):
            self.stream.replace("scan", scan.station, _scan_event(scan))
        return self._peaks(scan) if self._active else {}

    def status_arrived(self, status: StationStatus) -> None:
        """Show a birth or a will."""
        if self.stations.on_status(status, self._clock.monotonic(), self._clock.now_ms()):
            self._tell_station(status.station)

    def heartbeat_arrived(self, heartbeat: Heartbeat) -> None:
        """Show proof of life."""
        if self.stations.on_heartbeat(heartbeat, self._clock.monotonic(), self._clock.now_ms()):
            self._tell_station(heartbeat.station)

    def listen(self, listener: Callable[[list[AlarmRecord]], None]) -> None:
        """Call ``listener`` with the alarms that this gateway changed, after each commit."""
        self._alarm_listeners.append(listener)

    def alarms_changed(self, records: list[AlarmRecord]) -> None:
        """Show alarms as this gateway committed them, and tell who listens."""
        self.show_alarms(records)
        for listener in self._alarm_listeners:
            listener(records)

    def show_alarms(self, records: list[AlarmRecord]) -> None:
        """Show alarms as any gateway committed them."""
        for record in records:
            self._follow(record)
            news = alarm_view(record).model_dump_json().encode()
            source = record.station
            if record.subject == "camera":
                source = camera_source(source)
            elif record.subject == "sink":
                source = SINK_PREFIX + source
            self.stream.push("alarm", source, news)
        self._refresh.set()

    def numbers_lost(self) -> None:
        """Count losses anew."""
        self._refresh.set()

    def completeness_changed(self, stations: set[str]) -> None:
        """Show how far the acknowledgements are."""
        for station in stations:
            self._tell_station(station)

    async def watch_silence(self) -> None:
        """Mark stations that fall silent, for ever."""
        while True:
            await asyncio.sleep(SILENCE_CHECK_S)
            for station in self.stations.find_silent(self._clock.monotonic(), self._clock.now_ms()):
                log.warning("station %s has fallen silent", station)
                self._tell_station(station)

    async def refresh(self) -> None:
        """Restore what earlier runs knew, then follow the database, for ever."""
        backoff = Backoff(first_s=0.5, most_s=10.0)
        restored = False
        while True:
            self._refresh.clear()
            try:
                if not restored:
                    await self._restore()
                    restored = True
                await self._count()
            except (DatabaseUnavailable, StoreUnavailable) as error:
                log.warning("cannot refresh the board: %s", error)
                await asyncio.sleep(backoff.next_delay_s())
                continue
            backoff.reset()
            try:
                async with asyncio.timeout(REFRESH_S):
                    await self._refresh.wait()
            except TimeoutError:
                continue

    def close(self) -> None:
        """End the streams and the thread."""
        self.stream.close()
        self._threads.close()

    async def _restore(self) -> None:
        known_births, states = await self._threads.call(self._load)
        for status, received_ms in known_births:
            self.stations.restore(status, received_ms)
        for key, state in states.items():
            self._ledger.restored(key, state, self._clock.monotonic())
        for now in self.stations.all():
            latest = await self._threads.call(self._store.latest, now.station)
            self.stations.restore_latest(now.station, latest)
            self._tell_station(now.station)

    def _load(
        self,
    ) -> tuple[list[tuple[StationStatus, int]], dict[outboxes.OutboxKey, outboxes.OutboxState]]:
        with self._database.reading() as connection:
            return births.load_all(connection), outboxes.load_all(connection)

    async def _count(self) -> None:
        counts, lost, active = await self._threads.call(self._load_counts)
        self._active = {}
        for record in active:
            self._follow(record)
        changed = {
            station
            for station in set(counts) | set(self._counts)
            if counts.get(station) != self._counts.get(station)
        } | {station for station in lost if lost[station] != self._lost.get(station)}
        self._counts, self._lost = counts, lost
        for station in changed:
            self._tell_station(station)

    def _load_counts(
        self,
    ) -> tuple[dict[str, AlarmCounts], dict[str, int], list[AlarmRecord]]:
        with self._database.reading() as connection:
            return (
                alarms.counts_by_station(connection),
                outboxes.lost_by_source(connection),
                alarms.active_alarms(connection),
            )

    def _follow(self, record: AlarmRecord) -> None:
        key = (record.station, record.channel)
        if record.returned_at_ms is None and record.basis == "value":
            self._active.setdefault(key, {})[record.id] = record
        elif key in self._active:
            self._active[key].pop(record.id, None)
            if not self._active[key]:
                del self._active[key]

    def _peaks(self, scan: Scan) -> dict[str, float]:
        peaks: dict[str, float] = {}
        for reading in scan.readings:
            followed = self._active.get((scan.station, reading.c))
            if not followed or reading.v is None or reading.s is not State.MEASURING:
                continue
            for alarm_id, record in followed.items():
                peak = farther(record.side, record.peak_value, reading.v)
                if peak is not None and peak != record.peak_value:
                    peaks[alarm_id] = peak
                    followed[alarm_id] = replace(record, peak_value=peak)
        return peaks

    def _tell_station(self, station: str) -> None:
        if not len(self.stream):
            return
        view = self.view(station)
        if view is not None:
            self.stream.replace("station", station, view.model_dump_json().encode())


def _scan_event(scan: Scan) -> bytes:
    readings = [{"c": r.c, "v": r.v, "u": r.u, "s": r.s, "q": r.q, "r": r.r} for r in scan.readings]
    event = {"station": scan.station, "at": scan.at, "clock": scan.clock, "readings": readings}
    return encode(event)
