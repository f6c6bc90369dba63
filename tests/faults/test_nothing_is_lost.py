"""Kill, stop, freeze, fill and lose: every number ends in the store exactly once.

Each test runs the whole chain at 250 values/s. ``QUANTRAC_OUTAGE_S`` (default 60) is the length of
an outage; figures go to the file that ``QUANTRAC_FAULT_REPORT`` names.
"""

import json
import os
import random
from pathlib import Path

import pytest

from tests.faults.chain import VALUES_PER_S, each_number_once, let_run, running_chain

OUTAGE_S = float(os.environ.get("QUANTRAC_OUTAGE_S", "60"))
STORES = ["sqlite", "influxdb2", "victoriametrics"]
pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]


def report(name: str, figures: dict[str, int]) -> None:
    assert VALUES_PER_S >= 200
    path = os.environ.get("QUANTRAC_FAULT_REPORT")
    if path:
        with Path(path).open("a") as file:
            file.write(json.dumps({"fault": name, **figures}) + "\n")


def test_agent_killed_twenty_times_at_random_moments(tmp_path: Path) -> None:
    moments = random.Random(20261123)
    with running_chain(tmp_path, "sqlite") as chain:
        for _ in range(20):
            let_run(moments.uniform(0.5, 3.0))
            chain.agent.kill()
            chain.agent.start()
        let_run(3.0)
        report("agent killed 20 times", each_number_once(chain))


@pytest.mark.parametrize("store", STORES)
def test_gateway_killed_again_and_again(tmp_path: Path, store: str) -> None:
    moments = random.Random(7)
    with running_chain(tmp_path, store) as chain:
        for _ in range(5):
            let_run(moments.uniform(1.0, 4.0))
            chain.gateway.kill()
            let_run(moments.uniform(0.0, 3.0))
            chain.gateway.start()
        report(f"gateway killed 5 times, {store}", each_number_once(chain))


def test_broker_stopped_for_a_while(tmp_path: Path) -> None:
    with running_chain(tmp_path, "sqlite") as chain:
        let_run(3.0)
        chain.broker.stop()
        let_run(OUTAGE_S)
        chain.broker.start()
        report(f"broker stopped {OUTAGE_S:g} s", each_number_once(chain))


def test_broker_killed_and_its_persistence_deleted(tmp_path: Path) -> None:
    with running_chain(tmp_path, "sqlite") as chain:
        for _ in range(3):
            let_run(3.0)
            chain.broker.kill()
            chain.broker.lose_persistence()
            let_run(2.0)
            chain.broker.start()
        report("broker killed 3 times, disk lost", each_number_once(chain))


@pytest.mark.parametrize("store", ["influxdb2", "victoriametrics"])
def test_store_killed_and_down_for_a_while(tmp_path: Path, store: str) -> None:
    with running_chain(tmp_path, store) as chain:
        assert chain.store_process is not None
        let_run(5.0)
        chain.store_process.kill()
        let_run(OUTAGE_S)
        chain.store_process.start()
        report(f"{store} killed, down {OUTAGE_S:g} s", each_number_once(chain, 180.0))


def test_broker_queue_overflows_while_the_gateway_hangs(tmp_path: Path) -> None:
    tiny_queue = "max_queued_messages 20\nmax_inflight_messages 5"
    with running_chain(tmp_path, "sqlite", tiny_queue) as chain:
        let_run(3.0)
        chain.gateway.freeze()
        let_run(OUTAGE_S)
        chain.gateway.thaw()
        report(f"queue of 20, gateway hung {OUTAGE_S:g} s", each_number_once(chain))


def test_network_frozen_for_a_while(tmp_path: Path) -> None:
    with running_chain(tmp_path, "sqlite") as chain:
        let_run(3.0)
        chain.broker.freeze()
        let_run(OUTAGE_S)
        chain.broker.thaw()
        report(f"broker frozen {OUTAGE_S:g} s", each_number_once(chain))
