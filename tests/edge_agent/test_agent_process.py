"""The agent as a process: what a subscriber sees of its life, its devices and its alarms."""

import signal
from pathlib import Path

from quantrac_core.contracts.messages import AlarmTransition, Reading, Scan
from quantrac_core.contracts.quality import Quality, Reason, State
from tests.demo.simulator_process import SimulatorProcess
from tests.edge_agent.conftest import SIMULATED
from tests.peers.agent import Agent, agent_config
from tests.peers.listener import Listener
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import until

COD_LIMIT = {"cod": {"limits": [{"level": "limit", "side": "high", "value": 75, "deadband": 2}]}}


def newest(listener: Listener) -> dict[str, Reading]:
    scans = listener.scans()
    return {reading.c: reading for reading in scans[-1].readings} if scans else {}


def alarm_steps(alarms: list[AlarmTransition]) -> list[tuple[str, str]]:
    """Return alarm and transition of each number, once."""
    by_seq = {alarm.seq: (alarm.alarm, alarm.transition) for alarm in alarms}
    return [by_seq[seq] for seq in sorted(by_seq)]


def test_a_life_is_birth_readings_heartbeats_and_an_orderly_goodbye(
    tmp_path: Path,
    broker: Mosquitto,
    simulator: SimulatorProcess,
    listener: Listener,
    station: str,
) -> None:
    config = agent_config(tmp_path, station, broker.port, simulator.port(SIMULATED))
    with Agent(tmp_path, config) as agent:
        until(lambda: len(listener.scans()) >= 5 and listener.heartbeats(), told_by=agent.log)
        birth = listener.statuses()[0]
        assert (birth.state, birth.station) == ("online", station)
        assert {channel.name for channel in birth.channels} == set(newest(listener))
        readings = newest(listener)
        assert readings["cod"].v is not None
        assert readings["cod"].u == "mg/l"
        assert {reading.s for reading in readings.values()} == {State.MEASURING}
        numbers = [scan.seq for scan in listener.scans()]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert listener.heartbeats()[-1].boot_id == birth.boot_id
        assert agent.stop() == 0
        goodbye = until(lambda: [s for s in listener.statuses() if s.state == "offline"])
        assert goodbye[0].orderly
        assert "Traceback" not in agent.log()


def test_the_broker_publishes_the_last_will_of_a_killed_agent(
    tmp_path: Path,
    broker: Mosquitto,
    simulator: SimulatorProcess,
    listener: Listener,
    station: str,
) -> None:
    config = agent_config(tmp_path, station, broker.port, simulator.port(SIMULATED))
    with Agent(tmp_path, config) as agent:
        until(lambda: listener.statuses(), told_by=agent.log)
        agent.kill()
        will = until(lambda: [s for s in listener.statuses() if s.state == "offline"])[0]
    assert not will.orderly
    assert will.boot_id == listener.statuses()[0].boot_id
    with Listener(broker.port, station) as latecomer:
        retained = until(latecomer.statuses)[0]
    assert (retained.state, retained.orderly) == ("offline", False)


def test_neither_broker_nor_device_is_needed_for_the_start(
    tmp_path: Path, simulator: SimulatorProcess, station: str
) -> None:
    broker = Mosquitto(tmp_path / "late-broker")
    config = agent_config(tmp_path, station, broker.port, 1)
    with Agent(tmp_path, config) as agent:
        until(lambda: "MQTT broker" in agent.log() or not agent.running, told_by=agent.log)
        assert agent.running
        broker.start()
        try:
            with Listener(broker.port, station) as listener:
                until(lambda: len(listener.scans()) > 1, told_by=agent.log)
                assert {r.v for r in newest(listener).values()} == {None}
                assert {r.s for r in newest(listener).values()} == {State.COMMS_LOST}
        finally:
            broker.kill()
        assert agent.stop() == 0
        assert "Traceback" not in agent.log()


def test_a_raised_alarm_survives_kill_9_and_is_neither_raised_twice_nor_forgotten(
    tmp_path: Path,
    broker: Mosquitto,
    simulator: SimulatorProcess,
    listener: Listener,
    station: str,
) -> None:
    config = agent_config(
        tmp_path, station, broker.port, simulator.port(SIMULATED), channels=COD_LIMIT
    )
    simulator.order(SIMULATED, set={"cod": 90.0})
    with Agent(tmp_path, config) as agent:
        raised = until(listener.alarms, told_by=agent.log)[0]
        assert (raised.transition, raised.value, raised.limit) == ("raised", 90.0, 75.0)
        agent.kill()
        before = len(listener.scans())
        agent.start()
        until(lambda: len(listener.scans()) > before + 5, told_by=agent.log)
        simulator.order(SIMULATED, set={"cod": 50.0})
        until(lambda: len(alarm_steps(listener.alarms())) >= 2, told_by=agent.log)
        name = "cod.high.limit.value"
        assert alarm_steps(listener.alarms()) == [(name, "raised"), (name, "returned")]
        assert listener.alarms()[-1].since == raised.since


def test_a_calibrating_analyser_raises_nothing_until_it_measures_again(
    tmp_path: Path,
    broker: Mosquitto,
    simulator: SimulatorProcess,
    listener: Listener,
    station: str,
) -> None:
    config = agent_config(
        tmp_path, station, broker.port, simulator.port(SIMULATED), channels=COD_LIMIT
    )
    simulator.order(SIMULATED, set={"cod": 100.0}, state={"cod": "calibrating"})
    with Agent(tmp_path, config) as agent:
        until(lambda: len(listener.scans()) >= 10, told_by=agent.log)
        assert newest(listener)["cod"].v == 100.0
        assert newest(listener)["cod"].s is State.CALIBRATING
        assert newest(listener)["ph"].s is State.MEASURING
        assert listener.alarms() == []
        simulator.order(SIMULATED, state={"cod": None})
        raised = until(listener.alarms, told_by=agent.log)[0]
        assert raised.transition == "raised"


def test_a_silent_unit_loses_its_own_channels_and_no_others(
    tmp_path: Path,
    broker: Mosquitto,
    simulator: SimulatorProcess,
    listener: Listener,
    station: str,
) -> None:
    config = agent_config(
        tmp_path, station, broker.port, simulator.port(SIMULATED), poll_interval_s=0.5
    )
    simulator.order(SIMULATED, set={"cod": 51.0, "flow_in": 33.0})
    with Agent(tmp_path, config) as agent:
        until(lambda: newest(listener).get("flow_in"), told_by=agent.log)
        simulator.order(SIMULATED, unit=2, silent=True)

        def lost() -> Scan | None:
            for scan in listener.scans():
                readings = {reading.c: reading for reading in scan.readings}
                if readings["flow_in"].v is None:
                    return scan
            return None

        scan = until(lost, told_by=agent.log)
        assert scan is not None
        readings = {reading.c: reading for reading in scan.readings}
        for name in ("flow_in", "flow_out"):
            assert readings[name].v is None
            assert readings[name].s is State.COMMS_LOST
            assert readings[name].q is Quality.BAD
            assert readings[name].r in (Reason.TIMEOUT, Reason.QUARANTINED)
        assert readings["cod"].v == 51.0
        assert readings["cod"].q is Quality.GOOD
        simulator.order(SIMULATED, unit=2, silent=False)
        until(lambda: newest(listener)["flow_in"].v == 33.0, told_by=agent.log)


def test_sigint_ends_it_as_orderly_as_sigterm(
    tmp_path: Path, broker: Mosquitto, simulator: SimulatorProcess, listener: Listener, station: str
) -> None:
    config = agent_config(tmp_path, station, broker.port, simulator.port(SIMULATED))
    with Agent(tmp_path, config) as agent:
        until(listener.scans, told_by=agent.log)
        agent.send(signal.SIGINT)
        assert agent.wait() == 0
        assert until(lambda: [s for s in listener.statuses() if s.orderly])
