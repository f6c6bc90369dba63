"""The centre's answers: taken when they fit, refused without harm when they do not."""

import json
from pathlib import Path

import pytest

from quantrac_core.contracts.messages import Ack, Replay, Scan, encode
from tests.demo.simulator_process import SimulatorProcess
from tests.edge_agent.conftest import SIMULATED
from tests.edge_agent.outbox_rows import assert_every_number_once, rows_on_disk
from tests.peers.agent import Agent, agent_config
from tests.peers.listener import Listener
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import until

FOREIGN = "0123456789abcdef"


def bad_answers(outbox_id: str) -> list[tuple[str, bytes]]:
    """Return answers that must change nothing: garbage, foreign, out of every bound."""
    many = [(number, number) for number in range(10**9, 10**9 + 40_000, 2)]
    return [
        ("ack", b""),
        ("ack", b"\xff\xfe not json"),
        ("ack", b"[" * 50_000),
        ("ack", b'{"v":1}'),
        ("ack", json.dumps({"v": 2, "outbox_id": outbox_id, "durable_seq": 1}).encode()),
        ("ack", encode(Ack(FOREIGN, 3))),
        ("ack", encode(Ack(outbox_id, 10**12))),
        ("ack", encode(Ack(outbox_id, 0, [(5, 2)]))),
        ("ack", encode(Ack(outbox_id, 0, [(-5, 2)]))),
        ("ack", encode(Ack(outbox_id, -7))),
        ("ack", encode(Ack(outbox_id, 0, many))),
        ("ack", b'{"v":1,"outbox_id":"%s","durable_seq":1e400}' % outbox_id.encode()),
        ("replay", b"nonsense"),
        ("replay", encode(Replay(FOREIGN, 1, 5))),
        ("replay", encode(Replay(outbox_id, 5, 1))),
        ("replay", encode(Replay(outbox_id, -5, 1))),
        ("replay", encode(Replay(outbox_id, 0, 10**15))),
        ("replay", encode(Replay(outbox_id, 10**14, 10**15))),
    ]


def test_answers_that_make_no_sense_are_counted_and_harm_nothing(
    tmp_path: Path,
    broker: Mosquitto,
    simulator: SimulatorProcess,
    listener: Listener,
    station: str,
) -> None:
    config = agent_config(tmp_path, station, broker.port, simulator.port(SIMULATED))
    with Agent(tmp_path, config) as agent:
        scan = until(listener.scans, told_by=agent.log)[0]
        answers = bad_answers(scan.outbox_id)
        for leaf, payload in answers:
            listener.send(leaf, payload)
        until(
            lambda: listener.newest_metric("answers_refused_total") == len(answers),
            told_by=agent.log,
        )
        before = len(listener.scans())
        until(lambda: len(listener.scans()) > before + 5, told_by=agent.log)
        until(lambda: listener.newest_metric("unacknowledged") >= before, told_by=agent.log)
        assert agent.stop() == 0
        assert "Traceback" not in agent.log()
    rows = rows_on_disk(tmp_path / "data" / "outbox.sqlite")
    assert_every_number_once(rows, rows[-1].seq)


def test_a_replay_brings_a_range_again_as_backfill_even_when_it_was_acknowledged(
    tmp_path: Path, broker: Mosquitto, simulator: SimulatorProcess, station: str
) -> None:
    config = agent_config(tmp_path, station, broker.port, simulator.port(SIMULATED))
    with (
        Listener(broker.port, station, acknowledge=lambda _: True) as centre,
        Agent(tmp_path, config) as agent,
    ):
        until(lambda: len(centre.scans()) > 10, told_by=agent.log)
        until(lambda: centre.newest_metric("unacknowledged") <= 1, told_by=agent.log)
        first = centre.scans()[0]
        centre.send("replay", encode(Replay(first.outbox_id, first.seq, first.seq + 4)))
        wanted = set(range(first.seq, first.seq + 5))

        def again() -> dict[int, Scan]:
            return {scan.seq: scan for scan in centre.scans() if scan.backfill}

        until(lambda: wanted <= again().keys(), told_by=agent.log)
        live = {scan.seq: scan for scan in centre.scans() if not scan.backfill}
        for seq in wanted:
            assert again()[seq].readings == live[seq].readings
            assert again()[seq].at == live[seq].at


@pytest.mark.parametrize("lost", [{3}, set(range(4, 30))], ids=["one", "many"])
def test_what_the_centre_did_not_get_is_sent_again_while_live_data_flow(
    tmp_path: Path,
    broker: Mosquitto,
    simulator: SimulatorProcess,
    station: str,
    lost: set[int],
) -> None:
    config = agent_config(tmp_path, station, broker.port, simulator.port(SIMULATED))
    config["delivery"] = {"heartbeat_s": 1.0, "ack_timeout_s": 1.0}
    with (
        Listener(broker.port, station, acknowledge=lambda seq: seq not in lost) as centre,
        Agent(tmp_path, config) as agent,
    ):

        def sent_again(since: int) -> bool:
            return lost <= {scan.seq for scan in centre.scans()[since:] if scan.backfill}

        for _ in range(2):
            before = len(centre.scans())
            until(lambda since=before: sent_again(since), told_by=agent.log)  # type: ignore[misc]
        assert not all(scan.backfill for scan in centre.scans()[-30:])
