"""The section about environmental monitoring, in words and tables that follow the figures."""

from typing import Final

from gateway.reports.blocks import Block, Paragraph, Table
from gateway.reports.figures import (
    ChannelFigures,
    Exceedance,
    ReportFigures,
    StationFigures,
)
from gateway.reports.sentences import station_result, stations_result
from gateway.reports.settings import ReportSettings
from gateway.reports.wording import (
    NO_FIGURE,
    basis_text,
    counted,
    limit_text,
    moment_text,
    number,
    percent,
    plain_number,
    short_moment,
    unit_text,
    with_unit,
)

KIND_WORDS: Final = {"wastewater": "Nước thải", "stack": "Khí thải", "other": "Quan trắc khác"}
MAX_LISTED: Final = 25


def station_blocks(figures: ReportFigures, settings: ReportSettings, word: str) -> list[Block]:
    """Return the blocks of the section, station by station, waste water before stack gas."""
    enough, stable = settings.enough_capture, settings.stable_capture
    if not figures.stations:
        result = stations_result([], enough, stable)
        return [Paragraph(f"- Kết quả: {result}", "item")]
    number_of_stations = counted(len(figures.stations))
    blocks: list[Block] = [
        Paragraph(
            f"Trên địa bàn có {number_of_stations} trạm quan trắc tự động gửi số liệu về trung "
            f"tâm; số liệu thu được trong {word} của từng trạm như sau:"
        )
    ]
    for kind, kind_words in KIND_WORDS.items():
        of_kind = [one for one in figures.stations if one.kind == kind]
        if not of_kind:
            continue
        blocks.append(Paragraph(f"- {kind_words}: có {counted(len(of_kind))} trạm.", "item"))
        for station in of_kind:
            result = station_result(station, enough, stable)
            blocks.append(Paragraph(f"+ {station.name}: {result}", "subitem"))
            if station.channels:
                blocks.append(_channel_table(station))
    if any(_has_unverified(one) for one in figures.stations):
        blocks.append(
            Paragraph(
                "Dấu * chỉ ngưỡng chưa được xác minh với giấy phép; giá trị vượt ngưỡng trong bảng "
                "là cảnh báo vận hành, không phải kết luận vi phạm.",
                "note",
            )
        )
    blocks += _exceedance_blocks(figures)
    result = stations_result(figures.stations, enough, stable)
    blocks.append(Paragraph(f"- Kết quả: {result}", "item"))
    return blocks


def done_words(one: Exceedance) -> str:
    """Return what was done about an alarm."""
    if one.taken_ms is None:
        return "Chưa tiếp nhận"
    words = f"{one.taken_by} tiếp nhận {moment_text(one.taken_ms)}"
    return f"{words}: {one.note}" if one.note else words


def _channel_table(station: StationFigures) -> Table:
    return Table(
        f"Số liệu {station.name}",
        ["Thông số", "Đơn vị", "Nhỏ nhất", "Trung bình", "Lớn nhất", "Ngưỡng", "Thu nhận"],
        [_channel_row(channel) for channel in station.channels],
        [0.2, 0.11, 0.13, 0.14, 0.13, 0.16, 0.13],
        [False, False, True, True, True, True, True],
    )


def _channel_row(channel: ChannelFigures) -> list[str]:
    return [
        channel.label,
        unit_text(channel.unit) or NO_FIGURE,
        number(channel.least, channel.decimals),
        number(channel.mean, channel.decimals),
        number(channel.most, channel.decimals),
        limit_text(channel.limits),
        percent(channel.capture),
    ]


def _exceedance_blocks(figures: ReportFigures) -> list[Block]:
    rows = []
    every = [
        one for station in figures.stations for one in station.exceedances if one.level == "limit"
    ]
    listed = set(map(id, sorted(every, key=_beyond, reverse=True)[:MAX_LISTED]))
    for station in figures.stations:
        labels = {one.name: one for one in station.channels}
        for one in station.exceedances:
            if id(one) not in listed:
                continue
            known = labels.get(one.channel)
            sign = "≤" if one.side == "high" else "≥"
            rows.append(
                [
                    station.name,
                    f"{known.label if known else one.channel} ({basis_text(one.basis)})",
                    short_moment(one.began_ms),
                    "chưa trở lại" if one.ended_ms is None else short_moment(one.ended_ms),
                    f"{number(one.peak, known.decimals if known else 2)} "
                    f"({sign}\u00a0{with_unit(plain_number(one.limit), one.unit)})",
                    done_words(one) + (" (số liệu bổ sung)" if one.late else ""),
                ]
            )
    if not rows:
        return []
    blocks: list[Block] = [
        Table(
            "Các lượt cảnh báo vượt ngưỡng",
            ["Trạm", "Thông số", "Từ", "Đến", "Cực trị (ngưỡng)", "Xử lý"],
            rows,
            [0.16, 0.14, 0.16, 0.16, 0.17, 0.21],
            [False] * 6,
        )
    ]
    if len(every) > len(rows):
        left = counted(len(every) - len(rows))
        words = f"Bảng ghi {counted(len(rows))} lượt vượt xa ngưỡng nhất; còn {left} lượt khác."
        blocks.append(Paragraph(words, "note"))
    return blocks


def _beyond(one: Exceedance) -> float:
    """Return how far beyond its limit an alarm went, as a share of the limit."""
    if one.peak is None:
        return 0.0
    return abs(one.peak - one.limit) / (abs(one.limit) or 1.0)


def _has_unverified(station: StationFigures) -> bool:
    return any(
        limit.level == "limit" and not limit.verified
        for channel in station.channels
        for limit in channel.limits
    )
