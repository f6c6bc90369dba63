"""The judge on one year of a real in-stream station, against its technicians' corrections."""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge_agent.quality.judge import QualityJudge
from edge_agent.quality.rules import QualityRules, SpikeRule
from quantrac_core.contracts.quality import Quality, Reason, State

DATA = Path(os.environ.get("QUANTRAC_TEST_DATA", Path(__file__).parents[3] / "../shared/data"))
YEAR = DATA / "timeseries/logan_river/MainStreet2019.csv"
pytestmark = pytest.mark.skipif(
    not YEAR.exists(), reason=f"{YEAR} is absent; set QUANTRAC_TEST_DATA to the test data"
)

# Fifteen-minute samples: the gap has to exceed them, and only instrument ranges are assumed.
RULES = {
    "temp": QualityRules(valid_min=-2, valid_max=40, spike=SpikeRule(floor=2), max_gap_s=7_200),
    "cond": QualityRules(valid_min=10, valid_max=3_000, spike=SpikeRule(floor=30), max_gap_s=7_200),
    "ph": QualityRules(valid_min=2, valid_max=12, spike=SpikeRule(floor=0.3), max_gap_s=7_200),
    "do": QualityRules(valid_min=0, valid_max=25, spike=SpikeRule(floor=2), max_gap_s=7_200),
    "turb": QualityRules(valid_min=0, valid_max=1_600, spike=SpikeRule(floor=50), max_gap_s=7_200),
}
MISSING = -9999.0


def judged(channel: str) -> list[tuple[float, float | None, Quality, Reason | None]]:
    """Return raw value, corrected value (None: the technician removed it), quality, reason."""
    judge = QualityJudge(RULES[channel])
    rows = []
    with YEAR.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = datetime.strptime(row["datetime"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
            raw, corrected = float(row[channel]), row[f"{channel}_cor"]
            kept = None if corrected == "NULL" or float(corrected) == MISSING else float(corrected)
            rows.append((raw, kept, *judge.judge(at.timestamp(), raw, State.MEASURING)))
    return rows


@pytest.mark.parametrize("channel", RULES)
def test_every_missing_value_marker_is_out_of_range(channel: str) -> None:
    markers = [row for row in judged(channel) if row[0] == MISSING]
    assert all(row[2:] == (Quality.BAD, Reason.OUT_OF_RANGE) for row in markers)


@pytest.mark.parametrize("channel", RULES)
def test_values_that_the_technician_kept_are_rarely_flagged(channel: str) -> None:
    kept = [row for row in judged(channel) if row[1] is not None]
    false_alarms = sum(row[2] is not Quality.GOOD for row in kept)
    assert len(kept) > 20_000
    assert false_alarms / len(kept) < 0.005
