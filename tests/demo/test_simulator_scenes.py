"""Scenes: what they do, and that they end."""

import pytest

from demo.simulator.scenes import SCENES
from demo.simulator.simulation import Simulation
from demo.simulator.stations import BH_PHAN_RANG, BIA_SG_NT, THANH_HAI
from quantrac_core.contracts.quality import State

BEGAN_S = 1_734_411_600.0


def test_a_cod_spill_warns_passes_the_limit_and_returns_within_two_minutes() -> None:
    simulation = Simulation(THANH_HAI)
    ends_s = simulation.play("cod_spill", BEGAN_S)
    cod = [simulation.picture(BEGAN_S + second).values["cod"] for second in range(121)]
    warn = next(second for second, value in enumerate(cod) if value >= 67.5)
    limit = next(second for second, value in enumerate(cod) if value >= 75)
    assert 5 < warn < limit - 5 < limit < 60
    assert sum(value >= 75 for value in cod) >= 30
    assert ends_s - BEGAN_S <= 120
    assert cod[115] < 60
    assert len(set(cod[62:84])) > 10


def test_a_cod_spill_takes_the_oxygen_away_and_brings_solids() -> None:
    simulation = Simulation(THANH_HAI)
    before = simulation.picture(BEGAN_S).values
    simulation.play("cod_spill", BEGAN_S)
    during = simulation.picture(BEGAN_S + 55).values
    assert during["do"] < before["do"] - 1
    assert during["tss"] > before["tss"] + 5


def test_a_nox_rise_passes_the_limit_of_the_stack() -> None:
    simulation = Simulation(BH_PHAN_RANG)
    simulation.play("nox_rise", BEGAN_S)
    assert simulation.picture(BEGAN_S + 60).values["nox"] > 850


def test_a_faulty_analyser_freezes_and_then_says_so_while_its_neighbours_measure() -> None:
    simulation = Simulation(THANH_HAI)
    simulation.play("analyser_fault", BEGAN_S)
    early, late = simulation.picture(BEGAN_S + 2), simulation.picture(BEGAN_S + 20)
    assert early.values["cod"] == late.values["cod"]
    assert early.states["cod"] is State.MEASURING
    assert late.states["cod"] is State.FAULT
    assert late.states["ph"] is State.MEASURING


def test_a_calibration_shows_zero_and_span_gas_under_the_state_calibrating() -> None:
    simulation = Simulation(BIA_SG_NT)
    simulation.play("calibration", BEGAN_S)
    zero, span = simulation.picture(BEGAN_S + 12), simulation.picture(BEGAN_S + 40)
    assert zero.states["cod"] is span.states["cod"] is State.CALIBRATING
    assert zero.values["cod"] < 1
    assert span.values["cod"] > 95


def test_silence_and_wrong_registers_leave_the_values_alone() -> None:
    simulation = Simulation(THANH_HAI)
    undisturbed = simulation.picture(BEGAN_S + 5)
    simulation.play("silence", BEGAN_S)
    simulation.play("wrong_registers", BEGAN_S)
    picture = simulation.picture(BEGAN_S + 5)
    assert picture.values == undisturbed.values
    assert picture.silent
    assert picture.illegal >= {"flow_in", "flow_out"}


@pytest.mark.parametrize("name", SCENES)
def test_every_scene_leaves_no_trace_after_its_end(name: str) -> None:
    simulation = Simulation(THANH_HAI)
    ends_s = simulation.play(name, BEGAN_S)
    assert simulation.picture(ends_s) == Simulation(THANH_HAI).picture(ends_s)


def test_an_override_wins_over_a_scene_until_it_is_released() -> None:
    simulation = Simulation(THANH_HAI)
    simulation.play("cod_spill", BEGAN_S)
    simulation.override_value("cod", 12.5)
    assert simulation.picture(BEGAN_S + 50).values["cod"] == 12.5
    simulation.override_value("cod", None)
    assert simulation.picture(BEGAN_S + 50).values["cod"] > 75
