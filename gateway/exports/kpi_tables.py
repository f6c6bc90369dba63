"""The alarm figures of a period, a table for each part of their page."""

from collections.abc import Iterable

from gateway.alarms.kpis import Actor, Kpis
from gateway.exports.table import ExportTable
from gateway.exports.words import LEVELS, LOW_LEVELS, PRIORITIES, in_words
from quantrac_core.contracts.messages import utc_from_ms


def kpi_tables(kpis: Kpis, from_ms: int, to_ms: int, operators: int) -> list[ExportTable]:
    """Return the figures; shares in percent, times to acknowledge in seconds."""
    figures = ExportTable(
        "Chỉ số cảnh báo",
        ["Chỉ số", "Giá trị", "Đơn vị"],
        [
            ["Từ", utc_from_ms(from_ms), ""],
            ["Đến", utc_from_ms(to_ms), ""],
            ["Số người trực", operators, "người"],
            ["Cảnh báo phát sinh", kpis.raised, "lượt"],
            ["Cảnh báo đã báo cho người trực", kpis.announced, "lượt"],
            ["Cảnh báo mỗi giờ mỗi người trực", kpis.per_hour_and_operator, "lượt/giờ"],
            ["Nhiều nhất trong 10 phút", kpis.peak_10_min, "lượt"],
            ["Số đợt dồn dập", kpis.floods, "đợt"],
            ["Đã tiếp nhận", kpis.acknowledged, "lượt"],
            ["Thời gian tiếp nhận, trung vị", kpis.acknowledge_median_s, "giây"],
            ["Thời gian tiếp nhận, 90 %", kpis.acknowledge_p90_s, "giây"],
            ["Đang kéo dài cuối kỳ", kpis.standing, "lượt"],
            ["Kéo dài hơn 24 giờ", len(kpis.stale), "lượt"],
            ["Đang gác lại", kpis.shelved, "lượt"],
            ["Đến muộn", kpis.late, "lượt"],
        ],
    )
    priorities = ExportTable(
        "Theo mức ưu tiên",
        ["Ưu tiên", "Số lượt"],
        [[in_words(PRIORITIES, name), count] for name, count in kpis.by_priority.items()],
    )
    stale = ExportTable(
        "Kéo dài hơn 24 giờ",
        ["Trạm", "Thông số", "Mức", "Ưu tiên", "Từ"],
        [
            [
                one.station,
                one.channel,
                level_words(one.level, one.alarm),
                in_words(PRIORITIES, one.priority),
                utc_from_ms(one.raised_at_ms),
            ]
            for one in kpis.stale
        ],
    )
    stations = ExportTable(
        "Theo trạm",
        ["Trạm", "Số lượt", "Thời gian tiếp nhận, trung vị (giây)"],
        [[one.station, one.announced, one.acknowledge_median_s] for one in kpis.by_station],
    )
    return [
        figures,
        priorities,
        _actors("Báo nhiều nhất", kpis.bad_actors),
        _actors("Báo liên tục", kpis.chattering),
        stale,
        stations,
    ]


def level_words(level: str, alarm: str) -> str:
    """Return a level in words; the alarm's own name tells which side it is on."""
    return in_words(LOW_LEVELS if ".low." in alarm else LEVELS, level)


def _actors(name: str, actors: Iterable[Actor]) -> ExportTable:
    return ExportTable(
        name,
        ["Trạm", "Thông số", "Mức", "Số lượt", "Tỷ lệ (%)"],
        [
            [
                one.station,
                one.channel,
                level_words(one.level, one.alarm),
                one.count,
                round(one.share * 100, 1),
            ]
            for one in actors
        ],
    )
