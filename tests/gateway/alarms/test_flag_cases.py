"""Recorded cases: steps in time and, after each, what the desk has to show."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from gateway.alarms import flags as steps
from gateway.alarms.flags import Flags, Mark, StepRefused

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
COLUMNS = ("at_s", "open", "attention", "silenced_by", "latched", "refused")


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def take(flags: Flags, row: dict[str, str], most_s: int, now_ms: int) -> Flags:
    argument = row["argument"]
    until_ms = now_ms + int(argument) * 1000 if argument.isdigit() else None
    mark = Mark(row["by"], now_ms, "", until_ms)
    match row["step"]:
        case "wait":
            return flags
        case "returned":
            return steps.returned(flags, now_ms)
        case "acknowledge":
            return steps.acknowledge(flags, mark)
        case "reset":
            return steps.reset(flags, mark)
        case "shelve":
            return steps.shelve(flags, mark, one_shot=argument == "once", most_s=most_s)
        case "unshelve":
            return steps.unshelve(flags, now_ms)
        case "lasts_now":
            return steps.lasts_now(flags, now_ms)
        case "inhibit":
            return replace(flags, inhibited_by=argument or None)
        case "suppress":
            return replace(flags, suppressed=mark)
        case "out_of_service":
            return replace(flags, out_of_service=mark)
    raise AssertionError(f"unknown step {row['step']}")


def run_case(case: Path) -> list[dict[str, str]]:
    definition = yaml.safe_load((case / "definition.yaml").read_text(encoding="utf-8"))
    most_s = definition.get("max_shelve_s", 3_600)
    flags = steps.settle(
        Flags(latching=definition.get("latching", False), late=definition.get("late", False)), 0
    )
    seen = []
    for row in read_rows(case / "input.csv"):
        now_ms = int(row["at_s"]) * 1000
        refused = ""
        try:
            flags = take(steps.settle(flags, now_ms), row, most_s, now_ms)
        except StepRefused as refusal:
            refused = refusal.code
        flags = steps.settle(flags, now_ms)
        shown = (
            row["at_s"],
            "yes" if steps.is_open(flags) else "",
            "yes" if steps.demands_attention(flags, now_ms) else "",
            steps.silenced_by(flags, now_ms) or "",
            "yes" if steps.is_latched(flags) else "",
            refused,
        )
        seen.append(dict(zip(COLUMNS, shown, strict=True)))
    return seen


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_scripted_steps_show_what_was_recorded(case: Path) -> None:
    assert run_case(case) == read_rows(case / "expected.csv")
