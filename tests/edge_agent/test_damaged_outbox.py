"""A damaged outbox is set aside and kept; the station goes on with a new one."""

from pathlib import Path

import pytest

from edge_agent.outbox.kinds import SCAN
from edge_agent.outbox.station_outbox import station_log, station_outbox
from quantrac_core.runtime.outbox.damage import OutboxDamaged, is_marked
from quantrac_core.runtime.outbox.entries import Entry
from tests.demo.simulator_process import SimulatorProcess
from tests.edge_agent.conftest import SIMULATED
from tests.peers.agent import Agent, agent_config
from tests.peers.listener import Listener
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import until

RUBBISH = b"this was a database once, before the power failed" * 200


def entries(count: int) -> list[Entry]:
    return [Entry(seq, seq * 1000, SCAN, b"x" * 500) for seq in range(1, count + 1)]


def scribble(path: Path) -> None:
    """Overwrite pages in the middle, where opening does not look, as a failing disk does."""
    with path.open("r+b") as file:
        file.seek(12 * 4096)
        file.write(b"\xa5" * (8 * 4096))


async def test_what_is_no_database_is_kept_aside_and_a_new_outbox_begins(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    path.write_bytes(RUBBISH)
    outbox = station_outbox(path, "s", reserve_bytes=0)
    assert await outbox.commit(entries(1), {}) == entries(1)
    await outbox.close()
    assert (tmp_path / "outbox.sqlite.damaged-1").read_bytes() == RUBBISH


async def test_damage_found_while_running_ends_this_run_and_the_next_begins_anew(
    tmp_path: Path,
) -> None:
    path = tmp_path / "outbox.sqlite"
    first = station_outbox(path, "s", reserve_bytes=0)
    await first.commit(entries(300), {})
    await first.close()
    scribble(path)
    second = station_outbox(path, "s", reserve_bytes=0)
    with pytest.raises(OutboxDamaged, match="the next start sets it aside"):
        await second.read(1, 300, 300)
    assert is_marked(path)
    third = station_outbox(path, "s", reserve_bytes=0)
    assert third.outbox_id != second.outbox_id
    assert third.next_seq == 1
    assert not is_marked(path)
    assert (tmp_path / "outbox.sqlite.damaged-1").exists()
    await third.close()


async def test_several_damaged_outboxes_are_all_kept(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / "outbox.sqlite").write_bytes(RUBBISH)
        await station_outbox(tmp_path / "outbox.sqlite", "s", reserve_bytes=0).close()
        assert (tmp_path / f"outbox.sqlite.damaged-{number}").exists()


def test_a_station_whose_outbox_was_damaged_measures_on(
    tmp_path: Path,
    broker: Mosquitto,
    simulator: SimulatorProcess,
    listener: Listener,
    station: str,
) -> None:
    config = agent_config(tmp_path, station, broker.port, simulator.port(SIMULATED))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "outbox.sqlite").write_bytes(RUBBISH)
    with Agent(tmp_path, config) as agent:
        scan = until(listener.scans, told_by=agent.log)[0]
        assert "the outbox was damaged and is now" in agent.log()
        assert agent.stop() == 0
    assert station_log(tmp_path / "data" / "outbox.sqlite", station).outbox_id == scan.outbox_id
