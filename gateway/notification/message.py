"""What a recipient reads: title, text and the things that it is about, in one language."""

from collections.abc import Mapping
from typing import Final, Literal

from gateway.notification.bundling import Bundle, Waiting
from gateway.notification.notifiable import Kind, Language, Notifiable, Priority, State
from gateway.notification.timetable import site_time
from gateway.reports.wording import span_text
from quantrac_core.config.strict import StrictModel

SHOWN: Final = 10
WORTH_A_WORD_MS: Final = 300_000
"""From then on a message says that nobody has taken the thing yet."""
MAX_ITEMS: Final = 200
"""What a message lists for machines; above it, it only counts."""

MessageKind = Literal["single", "group", "digest", "overflow", "test"]
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "vi": {
        "urgent": "KHẨN CẤP",
        "repeat": "NHẮC LẦN {}",
        "alarm.resolved": "ĐÃ TRỞ LẠI BÌNH THƯỜNG",
        "event.resolved": "ĐÃ XONG",
        "reminder.resolved": "ĐÃ XONG",
        "acknowledged": "ĐÃ TIẾP NHẬN",
        "alarm.waits": "Đã {}, chưa ai tiếp nhận.",
        "event.waits": "Đã {}, chưa ai kết luận.",
        "group": "{} thông báo: {}",
        "mixed": "{} thông báo ({} phát sinh, {} đã hết): {}",
        "digest": "Tổng hợp sau giờ yên lặng: {} thông báo",
        "overflow": "{} thông báo được gộp lại",
        "more": "và {} thông báo khác",
        "id": "Mã tin: {}",
    },
    "en": {
        "urgent": "URGENT",
        "repeat": "REMINDER {}",
        "alarm.resolved": "BACK TO NORMAL",
        "event.resolved": "OVER",
        "reminder.resolved": "DONE",
        "acknowledged": "ACKNOWLEDGED",
        "alarm.waits": "{} without acknowledgement.",
        "event.waits": "{} without a verdict.",
        "group": "{} notices: {}",
        "mixed": "{} notices ({} begun, {} over): {}",
        "digest": "Digest after quiet hours: {} notices",
        "overflow": "{} notices put together",
        "more": "and {} more",
        "id": "Message id: {}",
    },
}
TEST_WORDS: Final[dict[Language, tuple[str, str]]] = {
    "vi": (
        "Tin thử từ hệ thống quan trắc",
        "Nếu bạn đọc được tin này thì kênh nhận thông báo đã hoạt động.",
    ),
    "en": ("Test message from Quan Trắc", "If you can read this, this channel works."),
}


class MessageItem(StrictModel):
    """One thing in a message; ``round`` numbers repetitions, 0 is the first time."""

    id: str
    kind: Kind
    station: str | None
    camera: str | None
    priority: Priority
    phase: State
    round: int
    at_ms: int
    title_vi: str
    title_en: str
    text_vi: str
    text_en: str
    url: str


class Message(StrictModel):
    """A message as queued; every channel makes its own form of it.

    Args:
        thread: the same for everything about one thing to one recipient; empty for several.
        more: how many things ``items`` leaves out.
    """

    kind: MessageKind
    phase: Literal["firing", "acknowledged", "resolved", "test"]
    priority: Priority
    language: Language
    title: str
    text: str
    url: str
    thread: str
    items: list[MessageItem]
    more: int
    created_at_ms: int


def compose(
    bundle: Bundle,
    known: Mapping[str, Notifiable],
    language: Language,
    thread: str,
    now_ms: int,
) -> Message:
    """Return the message of a bundle whose things are all in ``known``."""
    words = _WORDS[language]
    pairs = [(item, known[item.incident]) for item in bundle.items]
    lines = [_line(item, news, language) for item, news in pairs]
    items = [_item(item, news) for item, news in pairs[:MAX_ITEMS]]
    first_item, first = pairs[0]
    if len(pairs) == 1:
        title = headline(first_item, first, language)
        text = "\n".join([*_waits(first_item, first, language, now_ms), first.text(language)])
    else:
        shown = lines[:SHOWN]
        if len(lines) > SHOWN:
            shown.append(words["more"].format(len(lines) - SHOWN))
        text = "\n".join(shown)
        title = _title_of_many(bundle, first_item, first, language)
    phases = {item.phase for item in bundle.items}
    ranks = sorted((news.priority for _, news in pairs), key=_rank)
    return Message(
        kind=bundle.kind,
        phase=phases.pop() if len(phases) == 1 else "firing",
        priority=ranks[-1],
        language=language,
        title=title,
        text=text,
        url=first.url if len(pairs) == 1 else _common_url(first),
        thread=thread,
        items=items,
        more=len(pairs) - len(items),
        created_at_ms=now_ms,
    )


def test_message(language: Language, now_ms: int) -> Message:
    """Return the message behind the button «send a test message»."""
    title, text = TEST_WORDS[language]
    return Message(
        kind="test",
        phase="test",
        priority="low",
        language=language,
        title=title,
        text=text,
        url="#/notices",
        thread="",
        items=[],
        more=0,
        created_at_ms=now_ms,
    )


def headline(item: Waiting, news: Notifiable, language: Language) -> str:
    """Return the title of one thing with what has become of it in front."""
    words = _WORDS[language]
    marks = []
    if item.phase == "resolved":
        marks.append(words[f"{news.kind}.resolved"])
    elif item.phase == "acknowledged" or news.state == "acknowledged":
        marks.append(words["acknowledged"])
    else:
        if news.priority == "urgent":
            marks.append(words["urgent"])
        if item.round > 0:
            marks.append(words["repeat"].format(item.round))
    prefix = "".join(f"[{mark}] " for mark in marks)
    return prefix + news.title(language)


def footer(delivery_id: str, language: Language) -> str:
    """Return the line by which people see that a message came twice."""
    return _WORDS[language]["id"].format(delivery_id[:12])


def link_of(message: Message, public_url: str | None) -> str:
    """Return the whole address that a message leads to, or an empty text."""
    if public_url is None or not message.url:
        return ""
    return f"{public_url.rstrip('/')}/{message.url}"


def _waits(item: Waiting, news: Notifiable, language: Language, now_ms: int) -> list[str]:
    """Say for how long nobody has taken it, once that is worth a word."""
    words = _WORDS[language].get(f"{news.kind}.waits")
    waited_ms = now_ms - news.at_ms
    taken = news.state == "acknowledged" or item.phase != "firing"
    # A sink is given time before it counts as broken: this is the first that anybody hears.
    is_early = waited_ms < WORTH_A_WORD_MS or news.avoid != ""
    if words is None or taken or (item.round == 0 and is_early):
        return []
    span = span_text(waited_ms / 1000)
    return [words.format(span if language == "vi" else f"{waited_ms // 60_000} min")]


def _title_of_many(bundle: Bundle, item: Waiting, first: Notifiable, language: Language) -> str:
    words = _WORDS[language]
    number = len(bundle.items)
    if bundle.kind == "group":
        over = sum(one.phase == "resolved" for one in bundle.items)
        if 0 < over < number:
            return words["mixed"].format(number, number - over, over, first.title(language))
        return words["group"].format(number, headline(item, first, language))
    return words[bundle.kind].format(number)


def _line(item: Waiting, news: Notifiable, language: Language) -> str:
    figure = news.figure(language) if item.phase == "firing" else ""
    line = f"• {site_time(news.at_ms):%H:%M %d/%m} {headline(item, news, language)}"
    return f"{line} ({figure})" if figure else line


def _common_url(first: Notifiable) -> str:
    return first.url.partition("?")[0] if first.kind == "alarm" else "#/events"


def _item(item: Waiting, news: Notifiable) -> MessageItem:
    return MessageItem(
        id=news.id,
        kind=news.kind,
        station=news.station,
        camera=news.camera,
        priority=news.priority,
        phase=item.phase,
        round=item.round,
        at_ms=news.at_ms,
        title_vi=news.title_vi,
        title_en=news.title_en,
        text_vi=news.text_vi,
        text_en=news.text_en,
        url=news.url,
    )


def _rank(priority: Priority) -> int:
    return ("low", "medium", "high", "urgent").index(priority)
