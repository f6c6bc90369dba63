"""The contract's words as the people who open a file say them."""

from collections.abc import Mapping
from typing import Final

STATES: Final[Mapping[str, str]] = {
    "measuring": "đang đo",
    "calibrating": "hiệu chuẩn",
    "maintenance": "bảo trì",
    "fault": "lỗi thiết bị",
    "stopped": "dừng đo",
    "comms_lost": "mất tín hiệu đo",
}
QUALITIES: Final[Mapping[str, str]] = {
    "good": "tốt",
    "suspect": "nghi ngờ",
    "bad": "không tin cậy",
}
LEVELS: Final[Mapping[str, str]] = {
    "warn": "sắp vượt ngưỡng",
    "limit": "vượt ngưỡng",
    "fault": "sự cố giám sát",
}
LOW_LEVELS: Final[Mapping[str, str]] = {
    "warn": "sắp dưới ngưỡng",
    "limit": "dưới ngưỡng",
    "fault": "sự cố giám sát",
}
PRIORITIES: Final[Mapping[str, str]] = {
    "low": "thấp",
    "medium": "vừa",
    "high": "cao",
    "urgent": "khẩn cấp",
}
VERDICTS: Final[Mapping[str | None, str]] = {
    "true": "đúng",
    "false": "sai",
    "unclear": "chưa rõ",
    None: "chưa xem xét",
}
STATIONS: Final[Mapping[str, str]] = {
    "online": "đang hoạt động",
    "silent": "mất kết nối",
    "offline": "đã ngừng",
    "unknown": "chưa rõ",
}
DELIVERIES: Final[Mapping[str, str]] = {
    "waiting": "đang chờ",
    "sent": "đã gửi",
    "failed": "không gửi được",
    "dropped": "bỏ vì quá nhiều",
}
CHANNELS: Final[Mapping[str, str]] = {
    "email": "thư điện tử",
    "webhook": "hệ thống ngoài",
    "apprise": "tin nhắn",
    "push": "trình duyệt",
}


def in_words(words: Mapping[str, str], word: str) -> str:
    """Return a word of the contract in Vietnamese, itself where it is not known."""
    return words.get(word, word)
