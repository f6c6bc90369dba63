"""Recorded cases: a scripted series of scans and the transitions it has to give."""

import csv
import json
from pathlib import Path

import pytest
import yaml

from edge_agent.alarms.bank import AlarmBank
from edge_agent.alarms.rules import AlarmRule
from quantrac_core.contracts.quality import Quality, State

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
WALL_START_MS = 1_790_000_000_000


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run_case(case: Path) -> list[tuple[object, ...]]:
    """Scan once a second from from_s to until_s of every row; `restart` rebuilds the bank."""
    rules = [
        AlarmRule.model_validate(rule)
        for rule in yaml.safe_load((case / "rules.yaml").read_text(encoding="utf-8"))
    ]
    bank, mono_start_s = AlarmBank(rules), 0.0
    seen: list[tuple[object, ...]] = []
    for row in read_rows(case / "input.csv"):
        wall_shift_ms = int(row["wall_shift_s"]) * 1000
        if row["state"] == "restart":
            saved = json.loads(json.dumps(bank.snapshot()))
            bank, mono_start_s = AlarmBank(rules), mono_start_s + 5_000
            now_ms = WALL_START_MS + int(row["from_s"]) * 1000 + wall_shift_ms
            assert bank.restore(saved, now_ms, mono_start_s + int(row["from_s"])) == []
            continue
        value = float(row["value"]) if row["value"] else None
        sample = (value, State(row["state"]), Quality(row["quality"]))
        for at_s in range(int(row["from_s"]), int(row["until_s"]) + 1):
            at_ms = WALL_START_MS + at_s * 1000 + wall_shift_ms
            for record in bank.update(at_ms, mono_start_s + at_s, {rules[0].channel: sample}):
                assert record.value is not None
                since_s = (record.since_ms - WALL_START_MS) / 1000
                seen.append((at_s, record.alarm, record.transition, record.value, since_s))
    return seen


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_scripted_scans_give_the_recorded_transitions(case: Path) -> None:
    expected: list[tuple[object, ...]] = [
        (
            float(row["at_s"]),
            row["alarm"],
            row["transition"],
            pytest.approx(float(row["value"])),
            float(row["since_s"]),
        )
        for row in read_rows(case / "expected.csv")
    ]
    assert run_case(case) == expected
