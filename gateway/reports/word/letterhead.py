"""The letter's head (agency left, national heading right), addressees, and its foot."""

from datetime import date
from typing import Final

from docx.document import Document as DocumentType
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from gateway.reports.blocks import Letter
from gateway.reports.word.page import TEXT_PT, WIDTH_MM, lay_out, rule_below, set_font

NATION: Final = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO: Final = "Độc lập - Tự do - Hạnh phúc"
LEFT_MM: Final = 74
# The head may reach a little into both margins: agency and nation need one line each.
RIGHT_MM: Final = WIDTH_MM - LEFT_MM + 10
_LEFT: Final = WD_ALIGN_PARAGRAPH.LEFT


def add_head(document: DocumentType, letter: Letter) -> None:
    """Add agency, national heading, number, place and date, subject and addressees."""
    table = _columns(document, LEFT_MM, RIGHT_MM, 2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    agency, nation = table.rows[0].cells
    for line in letter.parent_agency:
        set_font(_line(agency).add_run(line.upper()), 12)
    for line in letter.agency:
        set_font(_line(agency).add_run(line.upper()), 12, bold=True)
    rule_below(agency.add_paragraph(), LEFT_MM * 0.3, LEFT_MM * 0.3)
    set_font(_line(nation).add_run(NATION), 12, bold=True)
    set_font(_line(nation).add_run(MOTTO), 13, bold=True)
    rule_below(nation.add_paragraph(), RIGHT_MM * 0.2, RIGHT_MM * 0.2)
    number, where = table.rows[1].cells
    # A hand writes the number in before the letter is issued here.
    shown = letter.number if letter.issued_on else "\u00a0" * 12 + letter.number
    set_font(lay_out(_line(number), before_pt=4).add_run(f"Số: {shown}"), 13)
    set_font(lay_out(_line(number), before_pt=4).add_run(f"V/v {letter.subject}"), 12)
    dated = f"{letter.place}, {_date_words(letter)}"
    set_font(lay_out(_line(where), before_pt=4).add_run(dated), 13, italic=True)
    _add_addressees(document, letter.addressees)


def add_foot(document: DocumentType, letter: Letter) -> None:
    """Add who receives it and who signs it; both stay on one page."""
    table = _columns(document, WIDTH_MM / 2, WIDTH_MM / 2, 1)
    receives, signs = table.rows[0].cells
    set_font(_line(receives, _LEFT).add_run("Nơi nhận:"), 12, bold=True, italic=True)
    for number, line in enumerate(letter.recipients):
        last = number == len(letter.recipients) - 1
        end = "." if last else ";"
        text = f"- {line.rstrip('.;')}{end}"
        set_font(_line(receives, _LEFT).add_run(text), 11)
    for line in letter.signatory_title:
        set_font(_line(signs).add_run(line.upper()), TEXT_PT, bold=True)
    for _ in range(4):
        set_font(_line(signs).add_run(), TEXT_PT)
    set_font(_line(signs).add_run(letter.signatory_name), TEXT_PT, bold=True)
    for cell in (receives, signs):
        for paragraph in cell.paragraphs[:-1]:
            paragraph.paragraph_format.keep_with_next = True
    _keep_row_whole(table)


def _add_addressees(document: DocumentType, addressees: list[str]) -> None:
    lay_out(document.add_paragraph(), after_pt=4)
    if len(addressees) == 1:
        only = lay_out(document.add_paragraph(), after_pt=8)
        set_font(only.add_run(f"Kính gửi: {addressees[0].rstrip('.;')}."), TEXT_PT)
        return
    table = _columns(document, 52, WIDTH_MM - 52, 1)
    label, names = table.rows[0].cells
    set_font(_line(label, WD_ALIGN_PARAGRAPH.RIGHT).add_run("Kính gửi:"), TEXT_PT)
    for number, name in enumerate(addressees):
        end = "." if number == len(addressees) - 1 else ";"
        set_font(
            lay_out(_line(names), _LEFT, left_mm=3).add_run(f"- {name.rstrip('.;')}{end}"), TEXT_PT
        )
    lay_out(document.add_paragraph(), after_pt=2)


def _date_words(letter: Letter) -> str:
    if letter.issued_on is None:
        return f"ngày\u00a0\u00a0\u00a0\u00a0 tháng\u00a0\u00a0\u00a0\u00a0 năm {letter.year}"
    day = date.fromisoformat(letter.issued_on)
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def _columns(document: DocumentType, left_mm: float, right_mm: float, rows: int) -> Table:
    table: Table = document.add_table(rows, 2)
    table.autofit = False
    _without_padding(table)
    for row in table.rows:
        for cell, width_mm in zip(row.cells, (left_mm, right_mm), strict=True):
            cell.width = Mm(width_mm)
    for column, width_mm in zip(table.columns, (left_mm, right_mm), strict=True):
        column.width = Mm(width_mm)
    return table


def _without_padding(table: Table) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "20")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    # The schema wants the margins before the look of the table.
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")


def _line(cell: _Cell, align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.CENTER) -> Paragraph:
    first = cell.paragraphs[0]
    fresh = len(cell.paragraphs) == 1 and not first.runs
    return lay_out(first if fresh else cell.add_paragraph(), align)


def _keep_row_whole(table: Table) -> None:
    row = table.rows[0]._tr.get_or_add_trPr()
    mark = row.makeelement(qn("w:cantSplit"), {})
    row.append(mark)
