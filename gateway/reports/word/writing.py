"""Writes a letter as a .docx file."""

import io
from itertools import groupby

from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.shared import Mm

from gateway.reports.blocks import Block, Chart, Heading, Letter, Paragraph, Table
from gateway.reports.word.charts import WIDTH_MM as CHART_MM
from gateway.reports.word.charts import draw
from gateway.reports.word.letterhead import add_foot, add_head
from gateway.reports.word.page import TEXT_PT, WIDTH_MM, lay_out, new_document, set_font
from gateway.reports.word.tables import add_table

FIRST_LINE_MM = 12.7
_JUSTIFY = WD_ALIGN_PARAGRAPH.JUSTIFY


def write_letter(letter: Letter) -> bytes:
    """Return the letter as the bytes of a .docx file."""
    document = new_document(letter.subject, " ".join(letter.agency))
    # A new document begins with nothing, so the head is its first element.
    add_head(document, letter)
    _add_blocks(document, letter.body)
    lay_out(document.add_paragraph(), after_pt=2)
    add_foot(document, letter)
    if letter.annex:
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        _add_blocks(document, letter.annex)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _add_blocks(document: DocumentType, blocks: list[Block]) -> None:
    for is_chart, group in groupby(blocks, lambda block: isinstance(block, Chart)):
        if is_chart:
            _add_charts(document, [one for one in group if isinstance(one, Chart)])
            continue
        for block in group:
            match block:
                case Heading():
                    _add_heading(document, block)
                case Paragraph():
                    _add_paragraph(document, block)
                case Table():
                    add_table(document, block)
                case Chart():
                    pass


def _add_heading(document: DocumentType, heading: Heading) -> None:
    paragraph = document.add_paragraph(style=f"Heading {heading.level}")
    if heading.level == 3:
        lay_out(paragraph, before_pt=0, after_pt=6)
    else:
        lay_out(paragraph, _JUSTIFY, before_pt=5, after_pt=3, first_line_mm=FIRST_LINE_MM)
    paragraph.paragraph_format.keep_with_next = True
    set_font(paragraph.add_run(heading.text), TEXT_PT, bold=True)


def _add_paragraph(document: DocumentType, block: Paragraph) -> None:
    paragraph = document.add_paragraph()
    lay_out(paragraph, _JUSTIFY, before_pt=2, after_pt=3, first_line_mm=FIRST_LINE_MM)
    quiet = block.style in ("note", "missing")
    size_pt = 12 if block.style == "note" else TEXT_PT
    set_font(paragraph.add_run(block.text), size_pt, italic=quiet)


def _add_charts(document: DocumentType, charts: list[Chart]) -> None:
    """Add charts two abreast."""
    table = document.add_table((len(charts) + 1) // 2, 2)
    table.autofit = False
    for index, chart in enumerate(charts):
        cell = table.cell(index // 2, index % 2)
        cell.width = Mm(WIDTH_MM / 2)
        run = lay_out(cell.paragraphs[0]).add_run()
        run.add_picture(io.BytesIO(draw(chart)), width=Mm(CHART_MM - 2))
    lay_out(document.add_paragraph())
