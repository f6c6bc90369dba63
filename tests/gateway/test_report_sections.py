"""What people and sources hand in: checked, carried over and marked, never invented."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reports.composition import is_owed
from gateway.reports.form import CsvSource, HttpSource, ReportForm
from gateway.reports.section_sources import SourceFailed, csv_row, fetch_json, read_csv
from gateway.reports.section_values import (
    SectionValues,
    WrongValue,
    carried_over,
    checked,
    missing_fields,
    read_number,
    section_lines,
    table_rows,
)
from gateway.reports.wording import number, percent, plain_number, span_text
from tests.gateway.report_samples import FORM, WEEK

FORMS = ReportForm.model_validate(FORM)
FILES, TABLE = FORMS.sections[0], FORMS.sections[3]


def test_last_weeks_values_come_over_and_stay_owed_until_confirmed() -> None:
    last = SectionValues(
        {"moi": 12.0, "loi": "tốt", "gone": 1.0}, "chỉ tuần trước", "handed_in", "A", 5
    )
    begun = carried_over(FILES, last)
    assert begun == SectionValues({"moi": 12.0, "loi": "tốt"}, "", "carried", "A", 5)
    assert is_owed(FILES, begun)
    assert not is_owed(FILES, SectionValues(begun.values, "", "handed_in"))


def test_a_section_that_is_new_every_week_begins_empty() -> None:
    last = SectionValues({"bang": [[1.0, 2.0], [3.0, 4.0]]}, "", "handed_in")
    assert carried_over(TABLE, last) == SectionValues()


def test_missing_values_are_said_to_be_missing() -> None:
    kept = SectionValues({"moi": 1600.0}, "", "handed_in")
    assert section_lines(FILES, kept, "tuần") == [
        "- Trong tuần có 1.600 hồ sơ mới; (chưa có số liệu)."
    ]
    assert missing_fields(FILES, kept) == ["Nhận xét"]
    assert is_owed(FILES, kept)


@pytest.mark.parametrize(
    "given_values",
    [
        {"nothing": 1.0},
        {"moi": "nhiều"},
        {"moi": "1.600"},
        {"moi": True},
        {"moi": 1e13},
        {"moi": float("nan")},
        {"moi": [[1.0]]},
        {"loi": 5.0},
        {"loi": "x" * 5000},
    ],
)
def test_values_of_another_kind_are_refused(given_values: dict[str, object]) -> None:
    with pytest.raises(WrongValue):
        checked(FILES, given_values)


@pytest.mark.parametrize(
    "rows", [[], [[1.0, 2.0]], [[1.0], [2.0]], [[1.0, "x"], [2.0, 3.0]], "a", [1.0, 2.0]]
)
def test_a_table_of_another_shape_is_refused(rows: object) -> None:
    with pytest.raises(WrongValue):
        checked(TABLE, {"bang": rows})


def test_a_table_gets_its_row_of_sums() -> None:
    assert table_rows(TABLE.tables[0], [[1, 2], [3, 4]])[-1] == ["Tổng", "4", "6"]


@given(st.floats(-1e9, 1e9).map(lambda value: round(value, 2)))
def test_a_number_is_read_as_it_is_written_without_groups(value: float) -> None:
    assert read_number(f"{value:.2f}") == value
    assert read_number(f"{value:.2f}".replace(".", ",")) == value


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 6))
def test_every_number_can_be_written(value: float, decimals: int) -> None:
    text = number(value, decimals)
    assert text
    assert not text.startswith("-0,0") or abs(value) >= 0.5 * 10**-decimals


def test_numbers_are_written_as_vietnamese_officials_do() -> None:
    assert (number(30371.6, 2), number(-0.001, 2), number(None, 2)) == ("30.371,60", "0,00", "–")
    assert (plain_number(1600.0), plain_number(0.05)) == ("1.600", "0,05")
    assert (percent(0.9999), percent(1.0)) == ("99,9 %", "100 %")
    assert (span_text(2_700), span_text(11_100), span_text(187_200)) == (
        "45 phút",
        "3 giờ 05 phút",
        "2 ngày 4 giờ",
    )


def test_a_csv_file_gives_the_row_of_the_period(tmp_path: Path) -> None:
    file = tmp_path / "ho-so.csv"
    file.write_bytes("\ufefftu_ngay;moi;loi\n06/12/2024;7;a\n13/12/2024;12,5;ổn\n".encode())
    assert read_csv(CsvSource(kind="csv", path=file), WEEK) == {"moi": "12,5", "loi": "ổn"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "tu_ngay"),
        (b"ngay,moi\n1,2\n", "tu_ngay"),
        (b"tu_ngay,moi\n2024-12-06,2\n", "2024-12-13"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_a_csv_file_that_does_not_help_says_why(content: bytes, words: str) -> None:
    with pytest.raises(SourceFailed, match=words):
        csv_row(content, "x.csv", WEEK)


@given(st.binary(max_size=200))
def test_no_csv_file_does_more_than_fail(content: bytes) -> None:
    with contextlib.suppress(SourceFailed):
        csv_row(b"tu_ngay,moi\n" + content, "x.csv", WEEK)


class Answers(BaseHTTPRequestHandler):
    """Answers by path: good JSON, rubbish, a redirect, too much, an error."""

    def do_GET(self) -> None:
        kind = self.path.split("?")[0]
        if kind == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
            return
        body = {
            "/good": json.dumps({"ket_qua": {"moi": 12}, "loi": "ổn", "q": self.path}).encode(),
            "/rubbish": b"<html>",
            "/large": b"[" + b"1," * 600_000 + b"1]",
            "/list": b"[1, 2]",
        }.get(kind, b"")
        self.send_response(200 if body else 500)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def http(url: str, **more: object) -> HttpSource:
    return HttpSource.model_validate({"kind": "http", "url": url, "timeout_s": 5, **more})


def test_an_http_source_gives_what_is_picked_for_the_period(address: str) -> None:
    source = http(address + "/good?from={from}&to={to}", pick={"moi": "ket_qua.moi"})
    found = fetch_json(source, ["moi", "loi", "q", "khac"], WEEK)
    assert found == {"moi": 12, "loi": "ổn", "q": "/good?from=2024-12-13&to=2024-12-19"}


@pytest.mark.parametrize(
    ("path", "words"),
    [("/redirect", "302"), ("/rubbish", "JSON"), ("/large", "1 MiB"), ("/error", "500")],
)
def test_an_http_source_that_does_not_help_says_why(address: str, path: str, words: str) -> None:
    with pytest.raises(SourceFailed, match=words):
        fetch_json(http(address + path), ["moi"], WEEK)


def test_an_http_source_of_another_shape_gives_nothing(address: str) -> None:
    assert fetch_json(http(address + "/list"), ["moi"], WEEK) == {}


def test_an_http_source_that_is_away_says_so_without_its_token(
    tmp_path: Path, address: str
) -> None:
    token = tmp_path / "token"
    token.write_text("bi-mat-khong-duoc-lo")
    source = http("http://127.0.0.1:9/x", token={"file": str(token)})
    with pytest.raises(SourceFailed) as raised:
        fetch_json(source, ["moi"], WEEK)
    assert "bi-mat" not in str(raised.value)
