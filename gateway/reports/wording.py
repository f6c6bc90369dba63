"""Numbers, units, times and states as an official Vietnamese report writes them."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from gateway.reports.figures import Cause, LimitFigure
from gateway.reports.period import Period, site_time

NO_FIGURE: Final = "–"
CAUSE_WORDS: Final[dict[Cause, str]] = {
    "no_data": "Không có số liệu từ trạm",
    "comms_lost": "Mất kết nối thiết bị đo",
    "fault": "Thiết bị đo báo lỗi",
    "stopped": "Thiết bị đo dừng hoạt động",
    "maintenance": "Bảo trì",
    "calibrating": "Hiệu chuẩn",
    "invalid": "Số liệu không hợp lệ",
}
_HUGE: Final = 1e15
_UNITS: Final = {"oC": "°C", "degC": "°C", "C": "°C", "percent": "%"}


def number(value: float | None, decimals: int) -> str:
    """Return ``value`` in Vietnamese notation, ``1.234,50``; a dash for None."""
    if value is None:
        return NO_FIGURE
    if not abs(value) < _HUGE:
        return f"{value:.3g}".replace(".", ",")
    step = Decimal(1).scaleb(-max(0, min(6, decimals)))
    rounded = Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP)
    if rounded == 0:
        rounded = abs(rounded)
    return f"{rounded:,f}".translate(str.maketrans(",.", ".,"))


def plain_number(value: float) -> str:
    """Return ``value`` without trailing zeros, at most four places: ``1.600``, ``0,05``."""
    text = number(value, 4)
    return text.rstrip("0").rstrip(",") if "," in text else text


def counted(value: int) -> str:
    """Return a count as official letters write it: two digits below ten (``03``)."""
    return f"{value:02d}" if 0 <= value < 10 else number(value, 0)


def percent(share: float) -> str:
    """Return a share (0 … 1) in percent with one place; never rounded up to 100 %."""
    tenths = int(share * 1000) if share < 1 else 1000
    return f"{plain_number(tenths / 10)} %"


def unit_text(unit: str) -> str:
    """Return a unit in its printed form: ``m3/h`` as m³/h, ``oC`` as °C."""
    return _UNITS.get(unit, unit.replace("m3", "m³").replace("m2", "m²"))


def with_unit(text: str, unit: str) -> str:
    """Return a number with its unit behind it, held together in one line."""
    printed = unit_text(unit)
    return f"{text}\u00a0{printed}" if printed and text != NO_FIGURE else text


def day_text(day: date) -> str:
    """Return ``19/12/2024``."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def moment_text(at_ms: int) -> str:
    """Return ``14:05 ngày 19/12`` on the site's clock."""
    at = site_time(at_ms)
    return f"{at.hour:02d}:{at.minute:02d} ngày {at.day:02d}/{at.month:02d}"


def short_moment(at_ms: int) -> str:
    """Return ``14:05 19/12`` held together in one line, for tables."""
    return moment_text(at_ms).replace(" ngày ", "\u00a0")


def span_text(seconds: float) -> str:
    """Return a length of time: ``45 phút``, ``3 giờ 05 phút``, ``2 ngày 4 giờ``."""
    minutes = max(0, round(seconds / 60))
    if minutes < 60:
        return f"{minutes} phút" if minutes or seconds <= 0 else "dưới 1 phút"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} giờ {rest:02d} phút" if rest else f"{hours} giờ"
    days, hours = divmod(hours, 24)
    return f"{days} ngày {hours} giờ" if hours else f"{days} ngày"


def period_text(period: Period) -> str:
    """Return ``từ ngày 13/12 đến ngày 19/12/2024`` or ``tháng 12 năm 2024``."""
    if period.kind == "month":
        return f"tháng {period.first.month:02d} năm {period.first.year}"
    first = f"{period.first.day:02d}/{period.first.month:02d}"
    if period.first.year != period.last.year:
        first = day_text(period.first)
    return f"từ ngày {first} đến ngày {day_text(period.last)}"


def report_title(period: Period) -> str:
    """Return what a period's report is called in lists: ``Báo cáo tháng 12 năm 2024``."""
    word = "Báo cáo tuần" if period.kind == "week" else "Báo cáo"
    return f"{word} {period_text(period)}"


def basis_text(basis: str) -> str:
    """Return what a limit is compared with: ``giá trị đo`` or ``trung bình 1 giờ``."""
    seconds = basis.removeprefix("mean_").removesuffix("s")
    if not basis.startswith("mean_") or not seconds.isdigit():
        return "giá trị đo"
    return f"trung bình {span_text(int(seconds))}"


def limit_text(limits: list[LimitFigure]) -> str:
    """Return the limits of level ``limit``: ``≤ 75``, ``6 – 9``; ``*`` marks an unverified one."""
    real = [one for one in limits if one.level == "limit"]
    parts = []
    lows = [one for one in real if one.side == "low" and one.basis == "value"]
    highs = [one for one in real if one.side == "high" and one.basis == "value"]
    if len(lows) == 1 and len(highs) == 1:
        both = f"{plain_number(lows[0].value)} – {plain_number(highs[0].value)}"
        parts.append(both + _mark(lows[0].verified and highs[0].verified))
        real = [one for one in real if one not in (lows[0], highs[0])]
    for one in real:
        sign = "≤" if one.side == "high" else "≥"
        basis = "" if one.basis == "value" else f" ({basis_text(one.basis)})"
        parts.append(f"{sign} {plain_number(one.value)}{basis}{_mark(one.verified)}")
    return "; ".join(parts) if parts else NO_FIGURE


def _mark(verified: bool) -> str:
    return "" if verified else "*"
