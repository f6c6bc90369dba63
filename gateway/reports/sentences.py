"""The sentences of result: they follow from the figures and claim no more than these show."""

from typing import Final

from gateway.reports.figures import (
    CameraFigures,
    ChannelFigures,
    EventCount,
    LimitFigure,
    StationFigures,
)
from gateway.reports.wording import counted, moment_text, number, percent, with_unit

NOT_ENOUGH: Final = "chưa đủ số liệu để kết luận"
WITHIN: Final = "các giá trị đo đều trong ngưỡng"
STABLE: Final = "hoạt động ổn định"
UNVERIFIED: Final = "ngưỡng so sánh chưa được xác minh"
NO_LONGER: Final = "không còn được trạm gửi"
NO_DISTURBANCE: Final = "không có sự kiện nào được xác nhận là đúng"


def limited(station: StationFigures) -> list[ChannelFigures]:
    """Return the channels that have a limit to compare with."""
    return [one for one in station.channels if _limits(one)]


def went_beyond(channel: ChannelFigures) -> bool:
    """Tell whether any valid value lay beyond one of the channel's limits on the value itself."""
    if channel.most is None or channel.least is None:
        return False
    return any(
        channel.most > limit.value if limit.side == "high" else channel.least < limit.value
        for limit in channel.limits
        if limit.level == "limit"
    )


def is_stable(station: StationFigures, stable_capture: float) -> bool:
    """Tell whether a station may be called stable: every channel captured, nothing in fault."""
    troubles = ("fault", "comms_lost", "no_data", "stopped")
    return bool(station.delivered) and (
        all(one.capture >= stable_capture for one in station.delivered)
        and not any(one.cause in troubles for one in station.downtimes)
    )


def station_result(station: StationFigures, enough: float, stable: float) -> str:
    """Return what may be said of a station, as one sentence without its name.

    Args:
        enough: least capture (0 … 1) of a channel for any conclusion about it.
        stable: least capture of every channel for the word stable.
    """
    if not station.channels or all(one.count == 0 for one in station.channels):
        return f"không có số liệu trong kỳ, {NOT_ENOUGH}."
    parts = [STABLE] if is_stable(station, stable) else []
    if not parts:
        parts.append(f"tỷ lệ thu nhận số liệu {percent(station.capture)}")
    exceeded = [one for one in station.exceedances if one.level == "limit"]
    compared = limited(station)
    scarce = [one for one in compared if one.capture < enough]
    if exceeded:
        parts.append(_exceedance_words(station))
    beyond = [one for one in compared if went_beyond(one)]
    fleeting = [one for one in beyond if one.name not in {e.channel for e in exceeded}]
    if fleeting:
        parts.append(f"có giá trị đo vượt ngưỡng nhưng chưa thành cảnh báo: {_symbols(fleeting)}")
    if scarce:
        parts.append(f"{NOT_ENOUGH} đối với {_symbols(scarce)}")
    if not compared:
        parts.append("chưa cài ngưỡng so sánh, không kết luận về mức vượt ngưỡng")
    elif not exceeded and not beyond and not scarce:
        parts.append(f"{WITHIN} ({_symbols(compared)})")
    if any(not limit.verified for one in compared for limit in _limits(one)):
        parts.append(UNVERIFIED)
    for one in station.former:
        until = moment_text(one.delivered_until_ms or 0)
        parts.append(f"thông số {one.symbol} {NO_LONGER}, số liệu trong kỳ đến {until}")
    return "; ".join(parts) + "."


def stations_result(stations: list[StationFigures], enough: float, stable: float) -> str:
    """Return the closing sentence about all stations."""
    if not stations:
        return f"Không có trạm quan trắc nào gửi số liệu về trung tâm, {NOT_ENOUGH}."
    steady = [one for one in stations if is_stable(one, stable)]
    exceeded = sum(1 for s in stations for e in s.exceedances if e.level == "limit")
    if len(steady) == len(stations):
        first = f"Trong kỳ các trạm quan trắc {STABLE}"
    else:
        others = ", ".join(one.name for one in stations if one not in steady)
        first = (
            f"Trong kỳ có {counted(len(steady))}/{counted(len(stations))} trạm {STABLE}; "
            f"các trạm có gián đoạn hoặc thiếu số liệu: {others}"
        )
    scarce = [s for s in stations if not s.channels or any(c.capture < enough for c in s.channels)]
    if exceeded:
        second = f"ghi nhận {counted(exceeded)} lượt cảnh báo vượt ngưỡng"
    elif scarce:
        second = f"{NOT_ENOUGH} về mức vượt ngưỡng đối với {counted(len(scarce))} trạm"
    else:
        second = "không ghi nhận cảnh báo vượt ngưỡng"
    return f"{first}; {second}."


def cameras_result(cameras: list[CameraFigures], events: list[EventCount], stable: float) -> str:
    """Return the closing sentence about the cameras."""
    if not cameras:
        return "Không có camera nào kết nối với trung tâm."
    unknown = [one for one in cameras if one.uptime is None]
    steady = [one for one in cameras if one.uptime is not None and one.uptime >= stable]
    if unknown:
        first = f"Chưa đủ số liệu về thời gian hoạt động của {counted(len(unknown))} camera"
    elif len(steady) == len(cameras):
        first = "Hệ thống camera hoạt động ổn định và liên tục"
    else:
        weak = ", ".join(
            f"{one.name} ({percent(one.uptime or 0)})" for one in cameras if one not in steady
        )
        first = f"Camera hoạt động gián đoạn: {weak}"
    return f"{first}. {_events_words(events)}"


def _events_words(events: list[EventCount]) -> str:
    total = sum(one.total for one in events)
    if total == 0:
        return "Trong kỳ hệ thống không ghi nhận sự kiện an ninh nào."
    confirmed = sum(one.true for one in events)
    unjudged = sum(one.unjudged + one.unclear for one in events)
    words = f"Trong kỳ hệ thống ghi nhận {counted(total)} sự kiện, "
    if confirmed:
        words += f"trong đó {counted(confirmed)} sự kiện được xác nhận là đúng"
    else:
        words += NO_DISTURBANCE
    if unjudged:
        words += f"; còn {counted(unjudged)} sự kiện chưa xác minh xong"
    return words + "."


def _exceedance_words(station: StationFigures) -> str:
    labels = {one.name: one for one in station.channels}
    parts = []
    for channel in dict.fromkeys(e.channel for e in station.exceedances if e.level == "limit"):
        of = [e for e in station.exceedances if e.channel == channel and e.level == "limit"]
        known = labels.get(channel)
        words = f"{known.symbol if known else channel} {counted(len(of))} lượt"
        for side, word in (("high", "cao nhất"), ("low", "thấp nhất")):
            peaks = [e.peak for e in of if e.peak is not None and e.side == side]
            if peaks:
                peak = max(peaks) if side == "high" else min(peaks)
                decimals = known.decimals if known else 2
                words += f", {word} {with_unit(number(peak, decimals), of[0].unit)}"
        parts.append(words)
    return f"ghi nhận cảnh báo vượt ngưỡng: {'; '.join(parts)}"


def _symbols(channels: list[ChannelFigures]) -> str:
    return ", ".join(one.symbol for one in channels)


def _limits(channel: ChannelFigures) -> list[LimitFigure]:
    return [one for one in channel.limits if one.level == "limit"]
