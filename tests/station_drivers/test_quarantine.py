"""The quarantine of a unit, with injected time."""

from quantrac_core.runtime.backoff import Backoff
from station_drivers.quarantine import Quarantine, Standing


def quarantine() -> Quarantine:
    return Quarantine(patience=2, pauses=Backoff(first_s=2.0, most_s=10.0, jitter=0.0))


def test_one_failure_is_forgiven_and_a_success_forgets_it() -> None:
    unit = quarantine()
    unit.failed(0.0)
    assert unit.standing(0.1) is Standing.TRUSTED
    unit.succeeded()
    unit.failed(1.0)
    assert unit.standing(1.1) is Standing.TRUSTED


def test_pauses_grow_to_their_ceiling_while_probes_fail() -> None:
    unit = quarantine()
    now_s = 0.0
    unit.failed(now_s)
    pauses = []
    for _ in range(5):
        unit.failed(now_s)
        began_s = now_s
        while unit.standing(now_s) is Standing.QUARANTINED:
            now_s += 0.5
        assert unit.standing(now_s) is Standing.DUE
        pauses.append(now_s - began_s)
    assert pauses == [2.0, 4.0, 8.0, 10.0, 10.0]


def test_an_answered_probe_ends_it_and_the_next_time_begins_short_again() -> None:
    unit = quarantine()
    for _ in range(6):
        unit.failed(0.0)
    unit.succeeded()
    assert unit.standing(0.0) is Standing.TRUSTED
    assert not unit.is_active
    unit.failed(100.0)
    unit.failed(100.0)
    assert unit.standing(101.9) is Standing.QUARANTINED
    assert unit.standing(102.0) is Standing.DUE
