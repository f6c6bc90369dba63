"""Paper, type and page numbers as Nghị định 30/2020/NĐ-CP (annex I) has them."""

from typing import Final

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from docx.text.run import Run

FONT: Final = "Times New Roman"
TEXT_PT: Final = 14
TABLE_PT: Final = 11
WIDTH_MM: Final = 210 - 30 - 20
"""A4 between the margins: 30 mm left, 20 mm right, top and bottom."""


def new_document(title: str, author: str) -> DocumentType:
    """Return an empty A4 document with a number at the top of every page but the first."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    _number_pages(section.header.paragraphs[0])
    _set_type(document)
    document.core_properties.title = title[:250]
    document.core_properties.author = author[:250]
    document.core_properties.language = "vi-VN"
    return document


def set_font(run: Run, size_pt: float, *, bold: bool = False, italic: bool = False) -> Run:
    """Give a run its size and weight."""
    run.font.size = Pt(size_pt)
    run.bold, run.italic = bold, italic
    return run


def lay_out(
    paragraph: Paragraph,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.CENTER,
    before_pt: float = 0,
    after_pt: float = 0,
    first_line_mm: float = 0,
    left_mm: float = 0,
) -> Paragraph:
    """Set a paragraph's alignment and spacing."""
    form = paragraph.paragraph_format
    paragraph.alignment = align
    form.space_before, form.space_after = Pt(before_pt), Pt(after_pt)
    form.first_line_indent, form.left_indent = Mm(first_line_mm), Mm(left_mm)
    return paragraph


def rule_below(paragraph: Paragraph, left_mm: float, right_mm: float) -> None:
    """Draw a thin line across an empty paragraph between two indents."""
    lay_out(paragraph, before_pt=2, left_mm=left_mm)
    paragraph.paragraph_format.right_indent = Mm(right_mm)
    paragraph.paragraph_format.line_spacing = Pt(3)
    set_font(paragraph.add_run(), 2)
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    # The schema wants borders before spacing and indents.
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _set_type(document: DocumentType) -> None:
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3", "Caption"):
        style = document.styles[name]
        assert isinstance(style, ParagraphStyle)
        style.font.name, style.font.size = FONT, Pt(TEXT_PT)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(script), FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        style.font.color.rgb = None
        colour = style.element.rPr.find(qn("w:color"))
        if colour is not None:
            style.element.rPr.remove(colour)
        style.font.italic = False
        style.paragraph_format.space_before = Pt(0)
        style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing = 1.05


def _number_pages(paragraph: Paragraph) -> None:
    lay_out(paragraph)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = set_font(paragraph.add_run(), TEXT_PT - 1)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)
