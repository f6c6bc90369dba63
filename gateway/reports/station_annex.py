"""The annex: where values are missing and why, and a chart of every channel that has any."""

from typing import Final

from gateway.reports.blocks import Block, Chart, Heading, Paragraph, Table
from gateway.reports.downtime import total_s
from gateway.reports.figures import CAUSES, ReportFigures, StationFigures
from gateway.reports.wording import CAUSE_WORDS, counted, short_moment, span_text

MAX_LISTED: Final = 20


def annex_blocks(figures: ReportFigures, least_s: int) -> list[Block]:
    """Return the annex; downtimes shorter than ``least_s`` are summed up only."""
    stations = [one for one in figures.stations if one.channels]
    if not stations:
        return []
    blocks: list[Block] = [Heading(3, "PHỤ LỤC: SỐ LIỆU QUAN TRẮC MÔI TRƯỜNG")]
    for station in stations:
        blocks.append(Heading(2, station.name))
        blocks += _downtime_blocks(station, least_s)
        empty = [one.label for one in station.channels if not one.count]
        if empty:
            blocks.append(Paragraph(f"Không có số liệu để vẽ biểu đồ: {', '.join(empty)}.", "note"))
        blocks += [
            Chart(one.label, one.unit, one.decimals, one.curve, one.limits)
            for one in station.channels
            if one.count
        ]
    return blocks


def _downtime_blocks(station: StationFigures, least_s: int) -> list[Block]:
    if not station.downtimes:
        return [Paragraph("Không có khoảng thời gian nào thiếu số liệu.")]
    totals = total_s(station.downtimes, len(station.delivered))
    words = "; ".join(
        f"{CAUSE_WORDS[cause].lower()} {span_text(totals[cause])}"
        for cause in CAUSES
        if cause in totals
    )
    blocks: list[Block] = [
        Paragraph(f"Thời gian thiếu số liệu (trung bình mỗi thông số): {words}.")
    ]
    long = [one for one in station.downtimes if one.ended_ms - one.began_ms >= least_s * 1000]
    longest = sorted(long, key=lambda one: one.began_ms - one.ended_ms)[:MAX_LISTED]
    symbols = {one.name: one.symbol for one in station.channels}
    rows = [
        [
            ", ".join(symbols.get(name, name) for name in one.channels) or "Toàn trạm",
            short_moment(one.began_ms),
            short_moment(one.ended_ms),
            span_text((one.ended_ms - one.began_ms) / 1000),
            CAUSE_WORDS[one.cause],
        ]
        for one in sorted(longest, key=lambda one: one.began_ms)
    ]
    if rows:
        blocks.append(
            Table(
                "Các khoảng thời gian thiếu số liệu",
                ["Thông số", "Từ", "Đến", "Thời lượng", "Nguyên nhân"],
                rows,
                [0.26, 0.17, 0.17, 0.16, 0.24],
                [False] * 5,
            )
        )
    left = len(station.downtimes) - len(rows)
    if left:
        blocks.append(Paragraph(f"Không liệt kê {counted(left)} khoảng ngắn hơn.", "note"))
    return blocks
