"""Composition root of ``quantrac-gateway``: settings in, running parts out."""

import argparse
import asyncio
import logging
import socket
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from gateway.api.server import HttpServer, bind, check_tls
from gateway.api.services import Services
from gateway.api.site import build_site
from gateway.database.custody_watch import CustodyWatch
from gateway.database.engine import Database
from gateway.evidence.opening import open_evidence
from gateway.evidence.retention import EvidenceRetention
from gateway.ingest.admission import Admission
from gateway.ingest.camera_admission import CameraAdmission
from gateway.ingest.ledger import SequenceLedger
from gateway.ingest.pipeline import Pipeline
from gateway.live.alarm_keeper import AlarmKeeper
from gateway.live.board import Board
from gateway.live.camera_board import CameraBoard
from gateway.live.cameras import Cameras
from gateway.live.previews import Previews
from gateway.live.stations import Stations
from gateway.live.stream import Stream
from gateway.metrics import GatewayMetrics
from gateway.notification.notifier import Notifier
from gateway.report_reminders import ReportReminders
from gateway.reports.desk import ReportDesk
from gateway.self_report import SelfReport
from gateway.settings import GatewayConfig
from gateway.sign_in.opening import open_sign_in
from gateway.sign_in.rescue import add_commands, page_of, run_command
from gateway.stores.opening import new_store
from gateway.stores.retention import keep_retention
from gateway.threads import WorkerThreads
from quantrac_core.config.load import load_config
from quantrac_core.contracts.topics import every_camera, every_station
from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.clock import SystemClock
from quantrac_core.runtime.logs import configure_logging
from quantrac_core.runtime.mqtt_session import MqttSession
from quantrac_core.runtime.program import report_errors, run_program
from quantrac_core.runtime.systemd import feed_watchdog, notify
from quantrac_core.runtime.tasks import TaskScope

log = logging.getLogger(__name__)
WEB_FOLDER = Path(__file__).parent / "web_dist"
DRAIN_S = 0.7
SHARED = (every_station("readings"), every_station("alarms"), every_camera("events"))
OWN = (every_station("status"), every_station("heartbeat"), every_camera("status"))


class Gateway:
    """One gateway process.

    Args:
        config: checked settings.
        sock: bound and listening, for the page and the API.
    """

    def __init__(self, config: GatewayConfig, sock: socket.socket) -> None:
        clock = SystemClock()
        self._config = config
        self._started_at = datetime.now(UTC)
        self._metrics = GatewayMetrics()
        self._store = new_store(config.store)
        self._database = Database(config.database.address())
        ingest = config.ingest
        self._ledger = SequenceLedger(
            ingest.replay_after_s + self._store.settle_s, ingest.replay_interval_s
        )
        self._stations = Stations(config.stations)
        stream = Stream(clock.monotonic)
        self._board = Board(
            self._stations, self._ledger, stream, self._store, self._database, clock
        )
        self._cameras = Cameras(config.cameras)
        self._camera_board = CameraBoard(self._cameras, Previews(), stream, self._database, clock)
        self._notifier = Notifier(config.notification, self._database, config.gateway.name, clock)
        self._board.listen(lambda _records: self._notifier.wake())
        self._camera_board.heard = self._notifier.wake
        self._metrics.watch(self._notifier.samples)
        stations = None if config.accept_any_station else frozenset(config.stations)
        cameras = None if config.accept_any_camera else frozenset(config.cameras)
        camera_admission = CameraAdmission(cameras, ingest.max_future_s)
        self._pipeline = Pipeline(
            ingest,
            Admission(stations, ingest.max_future_s),
            camera_admission,
            self._ledger,
            self._store,
            self._database,
            self._metrics,
            self._publish,
            self._board,
            self._camera_board,
        )
        group = f"$share/{ingest.shared_group}/" if ingest.shared_group else ""
        self._session = MqttSession(
            config.mqtt,
            client_id=f"quantrac-gateway-{config.gateway.name}",
            subscriptions=[*(group + topic for topic in SHARED), *OWN],
            on_message=self._pipeline.take,
            on_connected=self._connected,
            clean_start=bool(group),
            # The broker would go on dealing messages to a dead member of a shared group.
            session_expiry_s=0 if group else ingest.session_expiry_s,
            receive_maximum=ingest.receive_maximum,
        )
        self._alarm_keeper = AlarmKeeper(
            config.alarms,
            self._database,
            self._board,
            self._stations,
            self._cameras,
            self._ledger,
            clock,
            lambda: self._session.connected,
        )
        self._api_threads = WorkerThreads("api", threads=4)
        settings = config.evidence
        self._evidence = None
        self._retention = None
        if settings is not None:
            self._evidence = open_evidence(settings, self._database)
            self._retention = EvidenceRetention(
                settings, self._evidence.folder, self._database, self._metrics
            )
        self._reports = None
        if config.reports is not None:
            self._reports = ReportDesk(
                config.reports,
                self._store,
                self._database,
                config.stations,
                config.cameras,
                clock.now_ms,
                ReportReminders(config.reports.form, self._database).remind,
                config.gateway.name,
            )
        report = SelfReport(
            session=self._session,
            pipeline=self._pipeline,
            ledger=self._ledger,
            stations=self._stations,
            cameras=self._cameras,
            stream=stream,
            evidence=self._evidence,
            alarm_keeper=self._alarm_keeper,
        )
        self._metrics.watch(report.samples)
        self._sign_in = open_sign_in(
            config.access,
            config.access.first_password_file or config.database.beside("first-password.txt"),
            self._database,
            clock,
            is_secure=config.http.is_secure,
        )
        self._sign_in.identities.on_forgotten = stream.close_account
        services = Services(
            board=self._board,
            camera_board=self._camera_board,
            store=self._store,
            database=self._database,
            custody=CustodyWatch(self._database, clock.monotonic),
            metrics=self._metrics,
            threads=self._api_threads,
            sign_in=self._sign_in,
            evidence=self._evidence,
            notifier=self._notifier,
            knows_camera=camera_admission.knows,
            checks=report.checks,
            now_s=clock.monotonic,
            started_at=self._started_at,
            version=version("quantrac"),
            web_folder=WEB_FOLDER,
            reports=self._reports,
            map=config.map,
        )
        http = config.http
        hosts = ["localhost", "127.0.0.1", "::1", http.listen, *http.allowed_hosts]
        self._server = HttpServer(build_site(services, hosts), sock, http)

    async def serve(self, stop: asyncio.Event) -> None:
        """Run until ``stop`` is set, then make durable what is in hand and end within 2 s."""
        async with TaskScope() as scope:
            for lane in self._pipeline.lanes:
                scope.start(f"lane-{lane.name}", lane.run)
            scope.start("settling", self._pipeline.stations.settling.run, Backoff())
            scope.start("acks", self._pipeline.acknowledge)
            scope.start("gaps", self._pipeline.ask_for_gaps)
            scope.start("board", self._board.refresh)
            scope.start("silence", self._board.watch_silence)
            scope.start("alarm-keeper", self._alarm_keeper.run)
            scope.start("camera-board", self._camera_board.refresh)
            scope.start("camera-silence", self._camera_board.watch_silence)
            scope.start("retention", lambda: keep_retention(self._store), Backoff())
            if self._retention is not None:
                scope.start("evidence-retention", self._retention.run, Backoff())
            scope.start("first-account", self._sign_in.first.make)
            scope.start("ended-sessions", self._sign_in.forget_ended)
            scope.start("notices", self._notifier.run, Backoff())
            if self._reports is not None:
                scope.start("reports", self._reports.run, Backoff())
            mqtt = scope.start("mqtt", self._session.run, Backoff())
            http = scope.start("http", self._server.run)
            scope.start("watchdog", lambda: feed_watchdog(lambda: True))
            notify("READY=1")
            try:
                await scope.wait(stop)
            finally:
                self._board.close()
                self._server.stop()
                await self._pipeline.drain(DRAIN_S)
                await self._session.flush(0.2)
                mqtt.cancel()
                await asyncio.wait({http}, timeout=1.0)
        self._pipeline.close()
        self._camera_board.close()
        self._alarm_keeper.close()
        self._notifier.close()
        self._api_threads.close(0.1)
        self._sign_in.close()
        if self._reports is not None:
            self._reports.close()
        if self._evidence is not None:
            self._evidence.threads.close(0.1)
        self._store.close()
        self._database.close()

    def _publish(self, topic: str, payload: bytes) -> bool:
        return self._session.publish(topic, payload)

    def _connected(self, _session_present: bool) -> None:
        self._ledger.restart_patience(time.monotonic())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``quantrac-gateway``; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="quantrac-gateway", description="Quan Trắc: the operations centre"
    )
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    parser.add_argument("--check-config", action="store_true", help="check FILE and end")
    parser.add_argument("--log-level", default="INFO", choices=["DEBUG", "INFO", "WARNING"])
    add_commands(parser)
    options = parser.parse_args(arguments)
    configure_logging(options.log_level)

    def check() -> None:
        config = _load(options.config)
        print(f"{options.config}: good: {config.store.kind}, {len(config.stations)} stations named")

    def see_to_accounts() -> None:
        config = _load(options.config)
        http = config.http
        page = page_of(http.listen, http.port, secure=http.tls is not None)
        run_command(options, config.access, config.database.address(), page)

    if options.check_config:
        return report_errors(check)
    if options.command is not None:
        return report_errors(see_to_accounts)

    async def serve(stop: asyncio.Event) -> None:
        config = _load(options.config)
        sock = bind(config.http.listen, config.http.port, str(options.config))
        host, port = sock.getsockname()[:2]
        secure = config.http.tls is not None
        log.info("the page is at %s", page_of(host, port, secure=secure))
        await Gateway(config, sock).serve(stop)

    return run_program(serve)


def _load(path: Path) -> GatewayConfig:
    config = load_config(path, GatewayConfig)
    if config.http.tls is not None:
        check_tls(config.http.tls, str(path))
    return config


if __name__ == "__main__":
    sys.exit(main())
