"""Keeps the alarms in step with time and with what this gateway sees; every gateway runs one."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from gateway.alarms.centre_alarms import (
    ConditionKey,
    Observation,
    delays_s,
    plan,
    see_cameras,
    see_losses,
    see_sinks,
    see_stations,
)
from gateway.alarms.inhibition import newer_words
from gateway.alarms.settings import AlarmSettings
from gateway.database import alarms, centre_conditions, notice_failures
from gateway.database.alarm_settling import settle_open, work_is_due
from gateway.database.alarms import AlarmRecord
from gateway.database.channel_services import keep_services, load_services
from gateway.database.engine import Database, DatabaseUnavailable
from gateway.ingest.ledger import SequenceLedger
from gateway.live.board import Board
from gateway.live.cameras import Cameras
from gateway.live.stations import StationNow, Stations
from gateway.threads import WorkerThreads
from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.clock import Clock

log = logging.getLogger(__name__)
TICK_S: Final = 1.0
OVERLAP_MS: Final = 10_000
MOST_FOLLOWED: Final = 500


class AlarmKeeper:
    """Raises the centre's own alarms, applies inhibitions, ends shelves, follows the others.

    Args:
        is_connected: tells whether the broker can be heard.
    """

    def __init__(
        self,
        settings: AlarmSettings,
        database: Database,
        board: Board,
        stations: Stations,
        cameras: Cameras,
        ledger: SequenceLedger,
        clock: Clock,
        is_connected: Callable[[], bool],
    ) -> None:
        self._settings = settings
        self._database = database
        self._board = board
        self._stations = stations
        self._cameras = cameras
        self._ledger = ledger
        self._clock = clock
        self._is_connected = is_connected
        self._threads = WorkerThreads("alarm-keeper")
        self._connected_s: float | None = None
        self._told: dict[str, int] = {}
        self._watched: frozenset[str] = frozenset()
        self._failing: Mapping[str, int] = {}
        self._failing_since_ms: Mapping[str, int] = {}

    async def run(self) -> None:
        """Look once a second, for ever."""
        backoff = Backoff(first_s=0.5, most_s=10.0)
        while True:
            try:
                changed, followed = await self._threads.call(
                    self._keep, self._see(), self._services(), self._caught_up()
                )
                backoff.reset()
            except DatabaseUnavailable as error:
                log.warning("the alarms are not kept up to date: %s", error)
                await asyncio.sleep(backoff.next_delay_s())
                continue
            if changed:
                self._board.alarms_changed(changed)
            self._tell(changed, followed)
            await asyncio.sleep(TICK_S)

    def failing_sinks(self) -> Mapping[str, int]:
        """Return by sink on how many lines notices do not arrive, as of the last look."""
        return self._failing

    def alarmed_sinks(self) -> Mapping[str, int]:
        """Return the sinks with an alarm, and since when they fail (ms since 1970)."""
        return self._failing_since_ms

    def close(self) -> None:
        """End the thread."""
        self._threads.close()

    def _tell(self, changed: list[AlarmRecord], followed: list[AlarmRecord]) -> None:
        for record in changed:
            self._told[record.id] = record.changed_at_ms
        news = [
            record for record in followed if self._told.get(record.id, -1) < record.changed_at_ms
        ]
        since_ms = self._clock.now_ms() - OVERLAP_MS
        self._told = {name: at_ms for name, at_ms in self._told.items() if at_ms >= since_ms}
        self._told.update((record.id, record.changed_at_ms) for record in news)
        if news:
            self._board.show_alarms(news)

    def _see(self) -> dict[ConditionKey, Observation]:
        now_s = self._clock.monotonic()
        if not self._is_connected():
            self._connected_s = None
            return {}
        if self._connected_s is None:
            self._connected_s = now_s
        stations = self._stations.all()
        seen = see_stations(
            (now.station, now.state, now.clock, now.status is not None) for now in stations
        )
        seen.update(see_cameras((now.camera, now.state) for now in self._cameras.all()))
        if now_s - self._connected_s < self._settings.reconnect_patience_s:
            # After a break everything looks silent until it has had time to speak.
            return {key: what for key, what in seen.items() if what.sight == "clear"}
        return seen

    def _services(self) -> list[tuple[str, str, str, int]]:
        return [
            (now.station, channel, latest.reading.s.value, latest.at_ms)
            for now in self._watched_now()
            for channel, latest in now.latest.items()
        ]

    def _caught_up(self) -> frozenset[str]:
        found = set()
        for now in self._watched_now():
            whole = self._ledger.completeness(now.station)
            if whole is not None and whole.missing == 0:
                found.add(now.station)
        return frozenset(found)

    def _watched_now(self) -> list[StationNow]:
        known = [self._stations.get(station) for station in sorted(self._watched)]
        return [now for now in known if now is not None and now.state == "online"]

    def _keep(
        self,
        seen: dict[ConditionKey, Observation],
        live: list[tuple[str, str, str, int]],
        caught_up: frozenset[str],
    ) -> tuple[list[AlarmRecord], list[AlarmRecord]]:
        now_ms, settings = self._clock.now_ms(), self._settings
        confirm_ms = round(settings.late_confirm_s * 1000)
        with self._database.reading() as connection:
            known = centre_conditions.load(connection)
            lately = centre_conditions.lost_since(
                connection, now_ms - round(settings.loss_quiet_s * 1000)
            )
            stations = {now.station for now in self._stations.all()}
            lost = {source: number for source, number in lately.items() if source in stations}
            self._failing = notice_failures.sinks_that_fail(connection)
            self._failing_since_ms = {
                key.source: suspicion.since_ms
                for key, suspicion in known.items()
                if key.kind == "notices_failing" and suspicion.alarm_id is not None
            }
            seen = {**seen, **see_losses(lost, known), **see_sinks(self._failing, known)}
            steps = plan(seen, known, settings, now_ms)
            services = load_services(connection)
            words = newer_words(live, services)
            in_service = {place[0] for place, word in services.items() if word.cause is not None}
            self._watched = frozenset(alarms.stations_with_open(connection) | in_service)
            due = work_is_due(connection, now_ms, caught_up, confirm_ms)
            since_ms = now_ms - OVERLAP_MS
            followed = alarms.changed_since(connection, since_ms, MOST_FOLLOWED)
        changed: dict[str, AlarmRecord] = {}
        if steps or words or due:
            limit_s = delays_s(settings)
            with self._database.writing() as connection:
                keep_services(connection, words)
                for record in centre_conditions.apply_steps(connection, steps, limit_s, now_ms):
                    changed[record.id] = record
                for record in settle_open(connection, now_ms, caught_up, confirm_ms):
                    changed[record.id] = record
        return list(changed.values()), followed
