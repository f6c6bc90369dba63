"""The judge on one year of a real in-stream station, against its technicians' corrections."""

import csv
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from edge_agent.quality.judge import QualityJudge
from edge_agent.quality.rules import QualityRules, SpikeRule
from quantrac_core.contracts.quality import Quality, Reason, State

DATA = Path(os.environ.get("QUANTRAC_TEST_DATA", Path(__file__).parents[3] / "../shared/data"))
YEAR = DATA / "timeseries/logan_river/MainStreet2019.csv"
pytestmark = pytest.mark.skipif(
    not YEAR.exists(), reason=f"{YEAR} is absent; set QUANTRAC_TEST_DATA to the test data"
)

# Instrument ranges, spike floors and patience as an operator would type them; 15-minute samples.
RULES = {
    "temp": QualityRules(
        valid_min=-2, valid_max=40, spike=SpikeRule(floor=2), stuck_after_s=6 * 3600
    ),
    "cond": QualityRules(
        valid_min=10, valid_max=3_000, spike=SpikeRule(floor=30), stuck_after_s=6 * 3600
    ),
    "ph": QualityRules(
        valid_min=2, valid_max=12, spike=SpikeRule(floor=0.3), stuck_after_s=12 * 3600
    ),
    "do": QualityRules(valid_min=0, valid_max=25, spike=SpikeRule(floor=2), stuck_after_s=6 * 3600),
    "turb": QualityRules(
        valid_min=0, valid_max=1_600, spike=SpikeRule(floor=50), stuck_after_s=3 * 3600
    ),
}
POLL_INTERVAL_S = 900.0
MISSING = -9999.0
ANOMALOUS = {"1", "2", "4"}
"""Qualifiers of rows that a technician removed or rebuilt; 10 (DO) is a long-term shift."""


class Row(NamedTuple):
    raw: float
    anomalous: bool
    quality: Quality
    reason: Reason | None


@cache
def judged(channel: str) -> list[Row]:
    judge = QualityJudge(RULES[channel], POLL_INTERVAL_S)
    rows = []
    with YEAR.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = datetime.strptime(row["datetime"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
            raw, corrected = float(row[channel]), row[f"{channel}_cor"]
            removed = corrected == "NULL" or float(corrected) == MISSING
            anomalous = removed or row[f"{channel}_qual"] in ANOMALOUS
            rows.append(Row(raw, anomalous, *judge.judge(at.timestamp(), raw, State.MEASURING)))
    return rows


@pytest.mark.parametrize("channel", RULES)
def test_every_missing_value_marker_is_out_of_range(channel: str) -> None:
    markers = [row for row in judged(channel) if row.raw == MISSING]
    assert all((row.quality, row.reason) == (Quality.BAD, Reason.OUT_OF_RANGE) for row in markers)


@pytest.mark.parametrize("channel", RULES)
def test_values_that_the_technician_kept_are_rarely_flagged(channel: str) -> None:
    kept = [row for row in judged(channel) if not row.anomalous]
    false_alarms = sum(row.quality is not Quality.GOOD for row in kept)
    assert len(kept) > 20_000
    assert false_alarms / len(kept) < 0.005


# Conductivity and turbidity jump for real (road salt, storms): their onsets cost precision.
@pytest.mark.parametrize(
    ("channel", "precision", "recall"),
    [("temp", 0.95, 0.75), ("ph", 0.95, 0.85), ("do", 0.95, 0.9), ("cond", 0.8, 0.85)],
)
def test_what_the_technician_removed_is_mostly_flagged(
    channel: str, precision: float, recall: float
) -> None:
    rows = judged(channel)
    flagged = sum(row.quality is not Quality.GOOD for row in rows)
    anomalous = sum(row.anomalous for row in rows)
    both = sum(row.anomalous and row.quality is not Quality.GOOD for row in rows)
    assert both / flagged >= precision
    assert both / anomalous >= recall
