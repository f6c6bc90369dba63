"""The Word document read back: heading, sections, tables, charts and page numbers."""

import io
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from gateway.database.engine import Database
from gateway.reports.blocks import Letter, Paragraph, Table
from gateway.reports.composition import compose
from gateway.reports.content import Content
from gateway.reports.differences import changes
from gateway.reports.gathering import gather
from gateway.reports.section_values import SectionValues
from gateway.reports.word.writing import write_letter
from tests.gateway.report_samples import WEEK, filled_store, report_settings


def letter_of(folder: Path, number: str = "", issued_on: str | None = None) -> Letter:
    database = Database(f"sqlite:///{folder}/gateway.db")
    store = filled_store(folder, database, hours=150)
    figures = gather(store, database, WEEK, WEEK.to_ms, cameras=["viettel-360"])
    store.close()
    database.close()
    sections = {"ho_so": SectionValues({"moi": 835.0}, "Thêm một câu.", "carried", "A", 1)}
    content = Content(
        "week", "2024-12-13", "2024-12-19", WEEK.to_ms, figures, sections, number, issued_on
    )
    return compose(report_settings(folder), content)


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Letter:
    return letter_of(tmp_path_factory.mktemp("letter"), "128/ĐTTM", "2024-12-20")


@pytest.fixture(scope="module")
def document(letter: Letter) -> DocumentType:
    return Document(io.BytesIO(write_letter(letter)))


def lines_of(document: DocumentType) -> list[str]:
    return [one.text for one in document.paragraphs if one.text.strip()]


def test_the_head_has_agency_left_and_nation_right(document: DocumentType) -> None:
    left, right = document.tables[0].rows[0].cells
    assert [p.text for p in left.paragraphs if p.text] == [
        "ỦY BAN NHÂN DÂN THÀNH PHỐ",
        "THÀNH PHỐ MẪU",
        "TRUNG TÂM ĐIỀU HÀNH ĐTTM",
    ]
    assert [p.text for p in right.paragraphs if p.text] == [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
    ]
    assert all(run.bold for p in right.paragraphs for run in p.runs if run.text)
    number, where = document.tables[0].rows[1].cells
    assert number.paragraphs[0].text == "Số: 128/ĐTTM"
    assert number.paragraphs[1].text == "V/v báo cáo tuần (từ ngày 13/12 đến ngày 19/12/2024)"
    assert where.paragraphs[0].text == "Thành phố Mẫu, ngày 20 tháng 12 năm 2024"
    assert all(run.italic for run in where.paragraphs[0].runs)


def test_paper_and_type_follow_the_decree(document: DocumentType) -> None:
    section = document.sections[0]
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]  # type: ignore[union-attr]
    assert 20 <= section.top_margin.mm <= 25  # type: ignore[union-attr]
    assert 30 <= section.left_margin.mm <= 35  # type: ignore[union-attr]
    assert 15 <= round(section.right_margin.mm) <= 20  # type: ignore[union-attr]
    normal = document.styles["Normal"].font  # type: ignore[attr-defined]
    assert normal.name == "Times New Roman"
    assert 13 <= normal.size.pt <= 14


def test_pages_are_numbered_at_the_top_from_the_second(document: DocumentType) -> None:
    section = document.sections[0]
    assert section.different_first_page_header_footer
    header = section.header.paragraphs[0]
    assert header.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert [one.text for one in header._p.iter(qn("w:instrText"))] == ["PAGE"]
    assert section.first_page_header.paragraphs[0].text == ""


def test_sections_stand_in_their_order_and_the_letter_ends_as_it_should(
    document: DocumentType,
) -> None:
    lines = lines_of(document)
    headings = [
        line for line in lines if line.startswith(("I. ", "1. ", "2. ", "3. ", "4. ", "PHỤ LỤC"))
    ]
    assert headings == [
        "I. Công tác giám sát:",
        "1. Hồ sơ:",
        "2. Quan trắc:",
        "3. Camera:",
        "4. Phản ánh:",
        "PHỤ LỤC: SỐ LIỆU QUAN TRẮC MÔI TRƯỜNG",
    ]
    assert "Trên đây là tình hình trong tuần./." in lines
    assert lines.index("Trên đây là tình hình trong tuần./.") < lines.index(headings[-1])


def test_what_nobody_handed_in_is_said_and_carried_over_is_marked(document: DocumentType) -> None:
    lines = lines_of(document)
    assert "- Trong tuần có 835 hồ sơ mới; (chưa có số liệu)." in lines
    assert "(Số liệu kỳ trước, chưa được xác nhận cho kỳ này.)" in lines
    assert "Đến thời điểm lập báo cáo chưa nhận được số liệu của phan-anh." in lines


def test_tables_repeat_their_head_and_keep_their_rows_whole(document: DocumentType) -> None:
    figures = [t for t in document.tables if t.rows[0].cells[0].text == "Thông số"]
    assert [cell.text for cell in figures[0].rows[1].cells] == [
        "COD",
        "mg/l",
        "50,00",
        "54,99",
        "60,00",
        "≤ 75",
        "89,2 %",
    ]
    for table in figures:
        assert table.rows[0]._tr.find(".//" + qn("w:tblHeader")) is not None
        assert all(row._tr.find(".//" + qn("w:cantSplit")) is not None for row in table.rows)


def test_every_channel_has_its_chart(document: DocumentType) -> None:
    assert len(document.inline_shapes) == 2


def test_the_foot_names_recipients_and_the_signatory(document: DocumentType) -> None:
    foot = next(t for t in document.tables if t.rows[0].cells[0].text.startswith("Nơi nhận"))
    left, right = foot.rows[0].cells
    assert [p.text for p in left.paragraphs] == ["Nơi nhận:", "- Như trên;", "- Lưu: VT."]
    assert [p.text for p in right.paragraphs if p.text] == ["TỔ TRƯỞNG", "Nguyễn Văn Mẫu"]


def test_before_it_is_issued_number_and_day_are_left_open(tmp_path: Path) -> None:
    draft = letter_of(tmp_path)
    head = Document(io.BytesIO(write_letter(draft))).tables[0].rows[1].cells
    assert head[0].paragraphs[0].text.replace("\u00a0", " ").split() == ["Số:", "/ĐTTM"]
    assert "tháng" in head[1].paragraphs[0].text
    assert "20 " not in head[1].paragraphs[0].text


def test_the_result_follows_the_data(letter: Letter) -> None:
    words = [block.text for block in letter.body if isinstance(block, Paragraph)]
    assert any("đều trong ngưỡng (COD)" in text for text in words)
    assert not any("các trạm quan trắc hoạt động ổn định" in text for text in words)
    tables = [block for block in letter.annex if isinstance(block, Table)]
    assert tables[0].rows == [
        ["Toàn trạm", "06:00\u00a019/12", "00:00\u00a020/12", "18 giờ", "Không có số liệu từ trạm"]
    ]


def test_changed_figures_are_found_by_their_place(tmp_path: Path, letter: Letter) -> None:
    draft = letter_of(tmp_path)
    found = changes(draft, letter)
    assert {(one.where, one.after) for one in found} == {
        ("Số", "128/ĐTTM"),
        ("Ngày ban hành", "2024-12-20"),
    }
    assert changes(letter, letter) == []
