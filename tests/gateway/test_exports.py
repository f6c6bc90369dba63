"""Tables as files: nothing runs in a spreadsheet, everything comes back as written."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from gateway.exports.csv_file import csv_bytes
from gateway.exports.letter_tables import figure, letter_tables
from gateway.exports.table import RISKY, ExportTable, guarded
from gateway.exports.workbook import xlsx_bytes
from gateway.reports.blocks import Letter, Table
from gateway.reports.wording import number

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=30)
CELLS = st.lists(st.tuples(TEXT, st.none() | st.floats(-1e6, 1e6)), max_size=5)


@given(CELLS)
def test_a_csv_file_never_begins_a_cell_with_a_formula_and_loses_nothing(
    cells: list[tuple[str, float | None]],
) -> None:
    content = csv_bytes([ExportTable("t", ["Tên", "Giá trị"], cells)])
    assert content.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert read[0] == ["Tên", "Giá trị"]
    for row, (text, value) in zip(read[1:], cells, strict=True):
        assert row[0][:1] not in RISKY
        assert row[0].removeprefix("'") == text.removeprefix("'") or row[0] == text
        assert row[1] == ("" if value is None else str(value))


@settings(max_examples=15)
@given(CELLS)
def test_a_workbook_holds_texts_as_texts(cells: list[tuple[str, float | None]]) -> None:
    book = load_workbook(io.BytesIO(xlsx_bytes([ExportTable("Bảng", ["=1+1", "B"], cells)])))
    sheet = book["Bảng"]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert sheet["A1"].value == "=1+1"
    for row, (_, value) in zip(sheet.iter_rows(min_row=2), cells, strict=True):
        assert row[1].value == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "#N/A", "\t=1", "12", "1,5"])
def test_a_text_that_a_spreadsheet_would_take_for_something_else_stays_a_text(text: str) -> None:
    table = ExportTable("t", ["Ghi chú"], [[text]])
    sheet = load_workbook(io.BytesIO(xlsx_bytes([table]))).active
    assert sheet is not None
    assert (sheet["A2"].data_type, sheet["A2"].value) == ("s", text)
    assert csv_bytes([table]).decode("utf-8-sig").splitlines()[1].strip('"')[:1] not in RISKY


def test_times_are_written_on_the_sites_clock() -> None:
    at = datetime(2024, 12, 19, 20, 5, tzinfo=UTC)
    table = ExportTable("t", ["Lúc"], [[at]])
    assert "2024-12-20 03:05:00" in csv_bytes([table]).decode()
    sheet = load_workbook(io.BytesIO(xlsx_bytes([table]))).active
    assert sheet is not None
    assert sheet["A2"].value == datetime(2024, 12, 20, 3, 5)


def test_sheets_of_one_name_and_with_odd_characters_are_kept_apart() -> None:
    table = ExportTable("a/b:" + "x" * 40, ["A"], [["1"]])
    assert len(load_workbook(io.BytesIO(xlsx_bytes([table, table]))).sheetnames) == 2


def test_a_cell_that_a_spreadsheet_would_run_is_quoted() -> None:
    assert guarded("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert guarded("＝1") == "'＝1"
    assert guarded("COD 5") == "COD 5"


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_the_numbers_of_a_reports_tables_are_numbers_again(value: float, decimals: int) -> None:
    read = figure(number(value, decimals))
    assert isinstance(read, int | float)
    assert read == pytest.approx(value, abs=0.51 * 10**-decimals)


def test_a_share_goes_below_a_head_with_percent_and_a_dash_is_nothing() -> None:
    block = Table(
        "Số liệu",
        ["Thông số", "Lớn nhất", "Ngưỡng", "Thu nhận"],
        [["COD", "1.052,50", "≤ 75", "98,5 %"], ["pH", "–", "–", "100 %"]],
        [0.25] * 4,
        [False, True, True, True],
    )
    letter = Letter([], [], "", "", "", None, [], [block], [], [], "", [], 2024)
    (table,) = letter_tables(letter)
    assert table.columns[-1] == "Thu nhận (%)"
    assert table.rows == [["COD", 1052.5, "≤ 75", 98.5], ["pH", None, None, 100]]
