"""The form: the shipped one is whole, a faulty one stops the start with one clear line."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.reports.settings import ReportSettings
from quantrac_core.config.load import validate
from quantrac_core.contracts.errors import ConfigErrors
from tests.gateway.report_samples import FORM

CONFIGS = Path(__file__).parents[2] / "configs"


def load(folder: Path, form: object) -> ReportSettings:
    document = {"path": str(folder / "reports"), "form": form}
    return validate(document, ReportSettings, str(folder / "gateway.yaml"))


def test_the_shipped_form_has_ten_sections_of_which_two_come_from_the_data() -> None:
    form = load(CONFIGS, "reports.yaml").form
    assert len(form.sections) == 10
    assert [(n, s.source.kind) for n, s in enumerate(form.sections, 1) if s.is_data] == [
        (3, "stations"),
        (6, "cameras"),
    ]
    assert all(section.owner for section in form.sections if not section.is_data)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"place": ""}, "place"),
        ({"number_pattern": "ĐTTM"}, "{number} must stand in it"),
        ({"sections": [FORM["sections"][0], FORM["sections"][0]]}, "a key is used twice"),
        ({"sections": [{**FORM["sections"][0], "lines": ["{ai}"]}]}, "{ai} is no field"),
        ({"unknown": 1}, "a known key"),
    ],
)
def test_a_fault_in_the_form_is_one_line_with_its_file(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    (tmp_path / "form.yaml").write_text(yaml.safe_dump({**FORM, **change}, allow_unicode=True))
    with pytest.raises(ConfigErrors) as raised:
        load(tmp_path, "form.yaml")
    assert len(raised.value.errors) == 1
    assert words in str(raised.value)
    assert "form.yaml" in str(raised.value)


@pytest.mark.parametrize(
    ("change", "key", "value", "allowed"),
    [
        (
            {"sections": [{**FORM["sections"][0], "source": {"kind": "ftp"}}]},
            "sections.0.source",
            "'ftp'",
            "'form', 'stations', 'cameras', 'csv', 'http'",
        ),
        (
            {
                "sections": [
                    {**FORM["sections"][0], "fields": [{"key": "m", "name_vi": "M", "kind": "x"}]}
                ]
            },
            "sections.0.fields.0.kind",
            "'x'",
            "'number' or 'text'",
        ),
        ({"addressees": "Sở"}, "addressees", "'Sở'", "list"),
        ({"sections": []}, "sections", "list of 0", "at least 1"),
    ],
)
def test_a_fault_in_the_form_names_file_key_value_and_what_is_allowed(
    tmp_path: Path, change: dict[str, Any], key: str, value: str, allowed: str
) -> None:
    file = tmp_path / "form.yaml"
    file.write_text(yaml.safe_dump({**FORM, **change}, allow_unicode=True))
    with pytest.raises(ConfigErrors) as raised:
        load(tmp_path, "form.yaml")
    (error,) = raised.value.errors
    assert str(error).startswith(f"{file}: {key}: ")
    assert value in str(error)
    assert allowed in str(error).partition("expected")[2]


@pytest.mark.parametrize(
    ("change", "key", "value", "allowed"),
    [
        ({"weekly": {"generate_on": "fryday"}}, "weekly.generate_on", "'fryday'", "'monday'"),
        ({"weekly": {"generate_at": "25:00"}}, "weekly.generate_at", "'25:00'", "0-23"),
        ({"monthly": {"generate_day": 31}}, "monthly.generate_day", "31", "28"),
        ({"enough_capture": 2}, "enough_capture", "2", "less than or equal to 1"),
    ],
)
def test_a_fault_in_the_settings_names_file_key_value_and_what_is_allowed(
    tmp_path: Path, change: dict[str, Any], key: str, value: str, allowed: str
) -> None:
    file = tmp_path / "gateway.yaml"
    document = {"path": str(tmp_path / "reports"), "form": FORM, **change}
    with pytest.raises(ConfigErrors) as raised:
        validate(document, ReportSettings, str(file))
    (error,) = raised.value.errors
    words, _, expected = str(error).partition("expected")
    assert words == f"{file}: {key}: {value} is not allowed; "
    assert allowed in expected


def test_a_form_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors, match=r"nowhere\.yaml"):
        load(tmp_path, "nowhere.yaml")


@pytest.mark.parametrize(
    "url", ["http://example.org/x", "https://user:pass@example.org/", "file:///etc/passwd", "x"]
)
def test_a_source_needs_https_or_this_machine(tmp_path: Path, url: str) -> None:
    section = {**FORM["sections"][0], "source": {"kind": "http", "url": url}}
    with pytest.raises(ConfigErrors, match="url"):
        load(tmp_path, {**FORM, "sections": [section]})
