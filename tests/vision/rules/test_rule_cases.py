"""Recorded cases: scripted tracks and the decisions that they have to give."""

from pathlib import Path

import pytest

from tests.vision.rules.scripted import read_rows, run_case

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


def shown(folder: Path) -> list[dict[str, str]]:
    """Return the decisions of a case as its expected.csv has them."""
    return [
        {
            "at_s": f"{at_s:g}",
            "rule": it.rule,
            "phase": it.phase,
            "key": it.key.removeprefix(f"{it.rule}-"),
            "began_s": f"{(it.began_ms - start_ms) / 1000:g}",
            "label": it.label,
            "tracks": "+".join(str(track) for track in it.track_ids),
            "detail": it.detail,
            "count": str(it.count),
        }
        for at_s, it, start_ms in run_case(folder)
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_scripted_tracks_give_the_recorded_decisions(case: Path) -> None:
    assert shown(case) == read_rows(case / "expected.csv")
