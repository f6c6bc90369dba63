"""Percentiles and the page of figures."""

import pytest

from benchmarks.figures import percentile, verdict
from benchmarks.report import with_section

PAGE = "# Speed\n\nWords.\n\n## one\n\nhere\n\n```\n1\n```\n\n## two\n\nhere\n\n```\n2\n```\n"


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert percentile(values, 0.5) == 51.0
    assert percentile(values, 0.99) == 100.0
    assert percentile([7.0], 0.99) == 7.0


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_a_target_that_is_kept_is_met_and_another_says_by_how_much_not() -> None:
    assert verdict(20.0, 20.0) == "met"
    assert verdict(30.0, 20.0) == "MISSED, 1.50 x"


def test_a_later_run_replaces_its_own_section_only() -> None:
    page = with_section(PAGE, "one", "there", "3\n")
    assert page == PAGE.replace("here\n\n```\n1", "there\n\n```\n3", 1)


def test_a_new_section_goes_to_the_end() -> None:
    page = with_section(PAGE, "three", "there", "3")
    assert page.startswith(PAGE.rstrip())
    assert page.endswith("## three\n\nthere\n\n```\n3\n```\n")


def test_a_backslash_in_the_figures_stays() -> None:
    assert "\\1" in with_section(PAGE, "two", "there", "\\1")
