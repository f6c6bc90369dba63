"""Tables with a caption and a head that is repeated on every page."""

from docx.document import Document as DocumentType
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import _Cell, _Row

from gateway.reports.blocks import Table
from gateway.reports.word.page import TABLE_PT, WIDTH_MM, lay_out, set_font


def add_table(document: DocumentType, table: Table) -> None:
    """Add a table; its head is repeated where it goes on, and no row is torn apart."""
    if table.caption:
        caption = lay_out(document.add_paragraph(style="Caption"), before_pt=4, after_pt=3)
        set_font(caption.add_run(table.caption), TABLE_PT + 1, italic=True)
        caption.paragraph_format.keep_with_next = True
    made = document.add_table(1, len(table.head), style="Table Grid")
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    widths_mm = [WIDTH_MM * share for share in table.shares]
    for column, width_mm in zip(made.columns, widths_mm, strict=True):
        column.width = Mm(width_mm)
    for cell, text in zip(made.rows[0].cells, table.head, strict=True):
        _fill(cell, text, WD_ALIGN_PARAGRAPH.CENTER, bold=True)
    _mark(made.rows[0], "w:cantSplit")
    _mark(made.rows[0], "w:tblHeader")
    for number, row in enumerate(table.rows):
        added = made.add_row()
        _mark(added, "w:cantSplit")
        is_total = table.has_total and number == len(table.rows) - 1
        for cell, text, numeric in zip(added.cells, row, table.numeric, strict=True):
            align = WD_ALIGN_PARAGRAPH.RIGHT if numeric else WD_ALIGN_PARAGRAPH.LEFT
            _fill(cell, text, align, bold=is_total)
            # The first rows stay with the head, so that no head stands alone at a page's foot.
            cell.paragraphs[0].paragraph_format.keep_with_next = number == 0
    for each in made.rows:
        for cell, width_mm in zip(each.cells, widths_mm, strict=True):
            cell.width = Mm(width_mm)
    lay_out(document.add_paragraph(), after_pt=2).paragraph_format.line_spacing = 0.5


def _fill(cell: _Cell, text: str, align: WD_ALIGN_PARAGRAPH, *, bold: bool) -> None:
    paragraph = lay_out(cell.paragraphs[0], align, before_pt=1, after_pt=1)
    if bold:
        paragraph.paragraph_format.keep_with_next = True
    set_font(paragraph.add_run(text), TABLE_PT, bold=bold)


def _mark(row: _Row, name: str) -> None:
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
