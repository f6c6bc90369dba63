"""Tables about people: who was told of what, and who did what."""

from collections.abc import Iterable, Mapping

from gateway.database.custody import CustodyRecord
from gateway.database.notice_queue import Delivery
from gateway.exports.table import ExportTable
from gateway.exports.words import CHANNELS, DELIVERIES, PRIORITIES, in_words
from gateway.notification.message import Message
from quantrac_core.contracts.messages import utc_from_ms


def deliveries_table(deliveries: Iterable[Delivery], names: Mapping[str, str]) -> ExportTable:
    """Return deliveries in the order given; ``names`` are the recipients' by id."""
    return ExportTable(
        "Thông báo đã gửi",
        [
            "Lúc",
            "Nội dung",
            "Người nhận",
            "Kênh",
            "Địa chỉ",
            "Ưu tiên",
            "Trạng thái",
            "Số lần thử",
            "Xong lúc",
            "Lỗi",
        ],
        [
            [
                utc_from_ms(one.created_at_ms),
                Message.model_validate_json(one.message).title,
                names.get(one.recipient, one.recipient),
                in_words(CHANNELS, one.channel),
                # The address of a browser is a secret of its push service.
                "" if one.channel == "push" else one.target,
                in_words(PRIORITIES, one.priority),
                in_words(DELIVERIES, one.state),
                one.attempts,
                None if one.done_at_ms is None else utc_from_ms(one.done_at_ms),
                one.last_error,
            ]
            for one in deliveries
        ],
    )


def audit_table(lines: Iterable[CustodyRecord]) -> ExportTable:
    """Return lines of the audit as the page lists them; actions in words of the API."""
    return ExportTable(
        "Nhật ký",
        ["Số", "Lúc", "Người", "Việc", "Đối tượng", "Chi tiết", "Mã băm"],
        [
            [
                one.number,
                utc_from_ms(one.at_ms),
                one.person,
                one.action,
                one.event or one.subject,
                one.detail,
                one.hash,
            ]
            for one in lines
        ],
    )
