"""Puts the whole letter together from the form and a version's content."""

from gateway.reports.blocks import Block, Heading, Letter, Paragraph, Table
from gateway.reports.camera_section import camera_blocks
from gateway.reports.content import Content
from gateway.reports.form import ReportForm, SectionForm
from gateway.reports.section_values import (
    SectionValues,
    missing_fields,
    section_lines,
    table_rows,
)
from gateway.reports.settings import ReportSettings
from gateway.reports.station_annex import annex_blocks
from gateway.reports.station_section import station_blocks
from gateway.reports.wording import moment_text, period_text

PERIOD_WORDS = {"week": "tuần", "month": "tháng"}


def compose(settings: ReportSettings, content: Content) -> Letter:
    """Return the letter; nothing in it comes from elsewhere than form and content."""
    form, period = settings.form, content.period
    words = {"ky": PERIOD_WORDS[content.kind], "thoi_gian": period_text(period)}
    body: list[Block] = [Paragraph(_filled(text, words)) for text in form.legal_bases]
    body.append(Paragraph(_filled(form.opening, words)))
    body.append(Heading(1, form.part_title))
    for number, section in enumerate(form.sections, start=1):
        body.append(Heading(2, f"{number}. {section.title}:"))
        kept = content.sections.get(section.key, SectionValues())
        body.extend(_section_blocks(settings, section, kept, content))
    if content.figures.until_ms < period.to_ms:
        until = moment_text(content.figures.until_ms)
        body.append(Paragraph(f"Số liệu mục quan trắc và camera tính đến {until}.", "note"))
    body.append(Paragraph(_filled(form.closing, words) + "./."))
    subject = form.subject_week if content.kind == "week" else form.subject_month
    return Letter(
        parent_agency=form.parent_agency,
        agency=form.agency,
        number=content.number or form.number_pattern.replace("{number}", ""),
        subject=_filled(subject, words),
        place=form.place,
        issued_on=content.issued_on,
        addressees=form.addressees,
        body=body,
        recipients=form.recipients,
        signatory_title=form.signatory_title,
        signatory_name=form.signatory_name,
        annex=annex_blocks(content.figures, settings.least_downtime_min * 60),
        year=period.last.year,
    )


def owner_words(section: SectionForm) -> str:
    """Return who owes a section, as the report names them."""
    return section.owner_name or section.owner or "đơn vị phụ trách"


def is_owed(section: SectionForm, kept: SectionValues) -> bool:
    """Tell whether somebody still has to hand in or confirm a section."""
    if section.is_data or not (section.fields or section.tables or section.owner):
        return False
    return kept.state in ("missing", "carried") or bool(missing_fields(section, kept))


def form_sections(form: ReportForm) -> list[SectionForm]:
    """Return the sections that people or sources hand in."""
    return [section for section in form.sections if not section.is_data]


def _section_blocks(
    settings: ReportSettings, section: SectionForm, kept: SectionValues, content: Content
) -> list[Block]:
    word = PERIOD_WORDS[content.kind]
    if section.source.kind == "stations":
        blocks = _words(section_lines(section, kept, word))
        blocks += station_blocks(content.figures, settings, word)
    elif section.source.kind == "cameras":
        blocks = _words(section_lines(section, kept, word))
        blocks += camera_blocks(content.figures, settings.stable_capture)
    else:
        blocks = _handed_in(section, kept, word)
    if kept.text:
        style = "Ghi chú: " if section.is_data else ""
        blocks += _words([style + kept.text] if style else kept.text.splitlines())
    return blocks


def _handed_in(section: SectionForm, kept: SectionValues, word: str) -> list[Block]:
    nothing = not kept.values and not kept.text
    if nothing and (section.fields or section.tables or not section.lines):
        owed = f"Đến thời điểm lập báo cáo chưa nhận được số liệu của {owner_words(section)}."
        return [Paragraph(owed, "missing")]
    blocks: list[Block] = []
    if section.fields or section.tables or not kept.text:
        blocks += _words(section_lines(section, kept, word))
    for table in section.tables:
        numbers = kept.values.get(table.key)
        if isinstance(numbers, list):
            width = len(table.columns) - 1
            blocks.append(
                Table(
                    "",
                    table.columns,
                    table_rows(table, numbers),
                    [0.3, *([0.7 / width] * width)],
                    [False, *([True] * width)],
                    table.total,
                )
            )
        else:
            blocks.append(Paragraph(f"Chưa nhận được bảng {table.columns[0]}.", "missing"))
    if kept.state == "carried":
        since = "Số liệu kỳ trước, chưa được xác nhận cho kỳ này."
        blocks.append(Paragraph(f"({since})", "missing"))
    return blocks


def _words(lines: list[str]) -> list[Block]:
    blocks: list[Block] = []
    for line in lines:
        text = line.strip()
        if text.startswith("- "):
            blocks.append(Paragraph(text, "item"))
        elif text.startswith("+ "):
            blocks.append(Paragraph(text, "subitem"))
        elif text:
            blocks.append(Paragraph(text))
    return blocks


def _filled(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return text
