"""Tables of what stations and cameras sent: readings, completeness, alarms, events."""

from collections.abc import Iterable

from gateway.api.models import StationView
from gateway.database.alarms import AlarmRecord
from gateway.database.events import EventRecord
from gateway.exports.table import ExportTable
from gateway.exports.words import (
    LEVELS,
    LOW_LEVELS,
    PRIORITIES,
    QUALITIES,
    STATES,
    STATIONS,
    VERDICTS,
    in_words,
)
from gateway.reports.wording import basis_text
from gateway.stores.interface import Series
from quantrac_core.contracts.messages import utc_from_ms
from quantrac_core.contracts.quality import QUALITY_OF_CODE, STATE_OF_CODE


def readings_table(station: str, channel: str, unit: str, series: Series) -> ExportTable:
    """Return a channel's history."""
    of = f" ({unit})" if unit else ""
    return ExportTable(
        f"{station} {channel}",
        [
            "Thời điểm",
            f"Giá trị{of}",
            f"Nhỏ nhất{of}",
            f"Lớn nhất{of}",
            "Số giá trị",
            "Trạng thái",
            "Chất lượng",
        ],
        [
            [
                utc_from_ms(at_ms),
                v,
                low,
                high,
                count,
                STATES[STATE_OF_CODE[s].value] if s in STATE_OF_CODE else str(s),
                QUALITIES[QUALITY_OF_CODE[q].value] if q in QUALITY_OF_CODE else str(q),
            ]
            for at_ms, v, low, high, count, s, q in zip(
                series.at_ms,
                series.v,
                series.v_min,
                series.v_max,
                series.count,
                series.s,
                series.q,
                strict=True,
            )
        ],
    )


def alarms_table(records: Iterable[AlarmRecord]) -> ExportTable:
    """Return alarms, in the order given."""
    return ExportTable(
        "Cảnh báo",
        [
            "Trạm",
            "Thông số",
            "Mức",
            "Ưu tiên",
            "Cơ sở so sánh",
            "Ngưỡng",
            "Cực trị",
            "Đơn vị",
            "Bắt đầu",
            "Trở lại",
            "Tiếp nhận lúc",
            "Người tiếp nhận",
            "Ghi chú",
            "Số liệu bổ sung",
        ],
        [
            [
                one.station,
                one.channel,
                in_words(LOW_LEVELS if one.side == "low" else LEVELS, one.level),
                in_words(PRIORITIES, one.priority),
                "" if one.level == "fault" else basis_text(one.basis),
                None if one.level == "fault" else one.limit_value,
                one.peak_value,
                one.unit,
                utc_from_ms(one.raised_at_ms),
                None if one.returned_at_ms is None else utc_from_ms(one.returned_at_ms),
                None if one.acknowledged_at_ms is None else utc_from_ms(one.acknowledged_at_ms),
                one.acknowledged_by,
                one.note,
                "có" if one.backfill else "",
            ]
            for one in records
        ],
    )


def events_table(records: Iterable[EventRecord]) -> ExportTable:
    """Return security events without their evidence."""
    return ExportTable(
        "Sự kiện an ninh",
        [
            "Mã",
            "Camera",
            "Quy tắc",
            "Loại",
            "Ưu tiên",
            "Bắt đầu",
            "Kết thúc",
            "Kết luận",
            "Người kết luận",
            "Ghi chú",
        ],
        [
            [
                one.message.id,
                one.message.camera,
                one.message.name_vi or one.message.rule,
                one.message.kind,
                in_words(PRIORITIES, one.message.priority),
                one.message.began_at,
                one.message.ended_at,
                VERDICTS.get(one.verdict, one.verdict),
                one.verdict_by,
                one.note,
            ]
            for one in records
        ],
    )


def completeness_table(stations: Iterable[StationView]) -> ExportTable:
    """Return how whole each station's data are."""
    return ExportTable(
        "Tính đầy đủ",
        ["Trạm", "Tên", "Trạng thái", "Đã lưu đến số", "Số lớn nhất", "Còn thiếu", "Đã mất"],
        [
            [
                one.id,
                one.name_vi,
                in_words(STATIONS, one.state),
                one.completeness.durable_seq if one.completeness else None,
                one.completeness.highest_seq if one.completeness else None,
                one.completeness.missing if one.completeness else None,
                one.completeness.lost if one.completeness else None,
            ]
            for one in stations
        ],
    )
