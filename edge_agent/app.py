"""Composition root of `quantrac-agent`: builds the station's parts and runs them."""

import argparse
import asyncio
import importlib.metadata
import logging
import sys
from pathlib import Path

from edge_agent.acquisition.scanner import Origin, Scanner, WatchedChannel
from edge_agent.alarms.bank import AlarmBank
from edge_agent.announcement import birth, death
from edge_agent.delivery.station_publisher import station_publisher
from edge_agent.outbox.station_outbox import station_outbox
from edge_agent.quality.judge import QualityJudge
from edge_agent.settings import AgentSettings, load_agent_settings
from edge_agent.station import Station
from quantrac_core.contracts import messages
from quantrac_core.contracts.identifiers import new_random_id
from quantrac_core.contracts.messages import utc_from_ms
from quantrac_core.contracts.topics import station_topic
from quantrac_core.runtime import systemd
from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.clock import SystemClock
from quantrac_core.runtime.clock_sync import kernel_clock_synchronised
from quantrac_core.runtime.data_folder import claim_data_folder
from quantrac_core.runtime.logs import configure_logging
from quantrac_core.runtime.memory import return_unused_memory, use_one_arena
from quantrac_core.runtime.mqtt_session import MqttSession, Outgoing
from quantrac_core.runtime.outbox.damage import OutboxDamaged
from quantrac_core.runtime.outbox.disk_guard import DiskGuard
from quantrac_core.runtime.outbox.ledger import DeliveryLedger
from quantrac_core.runtime.program import report_errors, run_program
from quantrac_core.runtime.tasks import TaskScope
from station_drivers.reader import StationReader
from station_drivers.register_map import ValueType

log = logging.getLogger("edge_agent.app")
GOODBYE_TIMEOUT_S = 0.5


async def serve(settings: AgentSettings, stop: asyncio.Event) -> None:
    """Run one station until ``stop`` is set; then end in order, within two seconds."""
    clock = SystemClock()
    outbox = station_outbox(
        settings.data_dir / "outbox.sqlite",
        settings.station.id,
        history_days=settings.outbox.history_days,
        guard=DiskGuard(
            int(settings.outbox.free_low_mb * 1e6), int(settings.outbox.free_high_mb * 1e6)
        ),
        reserve_bytes=int(settings.outbox.reserve_mb * 1e6),
    )
    origin = Origin(settings.station.id, outbox.outbox_id, new_random_id())
    reader = StationReader(settings.links, clock=clock)
    alarms = AlarmBank(settings.alarm_rules(), settings.poll_interval_s)
    ledger = DeliveryLedger(outbox.acknowledged, ack_timeout_s=settings.delivery.ack_timeout_s)
    publisher = station_publisher(
        origin.station,
        outbox,
        ledger,
        clock,
        backfill_rate_per_s=settings.delivery.backfill_rate_per_s,
    )
    scanner = Scanner(origin, _watched(settings), alarms)
    station = Station(
        origin,
        poll_interval_s=settings.poll_interval_s,
        heartbeat_s=settings.delivery.heartbeat_s,
        reader=reader,
        scanner=scanner,
        alarms=alarms,
        outbox=outbox,
        ledger=ledger,
        publisher=publisher,
        clock=clock,
        clock_synchronised=kernel_clock_synchronised,
    )
    software = f"quantrac {importlib.metadata.version('quantrac')}"
    status = birth(settings, origin, utc_from_ms(clock.now_ms()), software)
    status_topic = station_topic(origin.station, "status")

    def connected(_session_present: bool) -> None:
        session.publish(status_topic, messages.encode(status), retain=True)
        publisher.connected()

    session = MqttSession(
        settings.mqtt,
        client_id=f"quantrac-agent-{origin.station}",
        subscriptions=[station_topic(origin.station, leaf) for leaf in ("ack", "replay", "status")],
        will=Outgoing(status_topic, messages.encode(death(status, orderly=False)), retain=True),
        on_message=publisher.received,
        on_connected=connected,
        on_disconnected=publisher.disconnected,
    )
    publisher.use(session)
    await station.restore_alarms()
    await reader.open()
    return_unused_memory()
    log.info("station %s: outbox %s from %d", origin.station, origin.outbox_id, outbox.next_seq)
    try:
        async with TaskScope() as tasks:
            tasks.start("mqtt", session.run)
            # Nothing can be stored in a damaged outbox: end, and the next start sets it aside.
            fatal = (OutboxDamaged,)
            tasks.start("backfill", publisher.run_backfill, Backoff(), fatal)
            heartbeat = tasks.start(
                "heartbeat", lambda: station.run_heartbeat(session), Backoff(), fatal
            )
            patience = Backoff(first_s=0.1, most_s=5.0)
            scans = tasks.start("scans", station.run_scans, patience, fatal)
            tasks.start("watchdog", lambda: systemd.feed_watchdog(station.scanning))
            systemd.notify("READY=1")
            await tasks.wait(stop)
            scans.cancel()
            heartbeat.cancel()
            await asyncio.wait({scans, heartbeat})
            goodbye = messages.encode(death(status, orderly=True))
            if session.publish(status_topic, goodbye, retain=True):
                await session.flush(GOODBYE_TIMEOUT_S)
    finally:
        await reader.close()
        await station.save()
        await outbox.close()


def _watched(settings: AgentSettings) -> list[WatchedChannel]:
    watched: list[WatchedChannel] = []
    for link in settings.links:
        for unit in link.units:
            for point in unit.map.channels:
                if point.type is ValueType.STRING:
                    continue
                name = unit.station_channel(point.name)
                rules = settings.quality_rules(name, point.valid_min, point.valid_max)
                watched.append(
                    WatchedChannel(name, point.unit, QualityJudge(rules, settings.poll_interval_s))
                )
    return watched


def main(arguments: list[str] | None = None) -> int:
    """Entry point of ``quantrac-agent``; returns the exit code."""
    parser = argparse.ArgumentParser(prog="quantrac-agent", description="Agent of one station")
    parser.add_argument("--config", type=Path, required=True, help="YAML file of this station")
    parser.add_argument("--check-config", action="store_true", help="load it, say so, and end")
    parser.add_argument(
        "--log-level", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"]
    )
    options = parser.parse_args(arguments)
    configure_logging(options.log_level)
    use_one_arena()
    if options.check_config:
        return report_errors(lambda: _check(options.config))

    async def body(stop: asyncio.Event) -> None:
        settings = load_agent_settings(options.config)
        claim_data_folder(settings.data_dir, "agent.lock", options.config, "agent")
        await serve(settings, stop)

    return run_program(body)


def _check(path: Path) -> None:
    settings = load_agent_settings(path)
    AlarmBank(settings.alarm_rules(), settings.poll_interval_s)
    print(f"{path}: good: {settings.station.id}, {len(settings.known_channels())} channels")


if __name__ == "__main__":
    sys.exit(main())
