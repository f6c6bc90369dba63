"""The sentences of result never claim more than the figures show."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gateway.reports.blocks import Paragraph, Table
from gateway.reports.figures import (
    CameraFigures,
    ChannelFigures,
    Curve,
    Downtime,
    EventCount,
    Exceedance,
    LimitFigure,
    ReportFigures,
    StationFigures,
)
from gateway.reports.sentences import (
    NO_DISTURBANCE,
    NOT_ENOUGH,
    STABLE,
    UNVERIFIED,
    WITHIN,
    cameras_result,
    station_result,
    stations_result,
)
from gateway.reports.station_section import station_blocks
from tests.gateway.report_samples import report_settings

ENOUGH, STEADY = 0.8, 0.95
NAMES = ["cod", "tss", "ph"]
LIMITS = st.lists(
    st.builds(
        LimitFigure,
        st.sampled_from(["limit", "warn"]),
        st.sampled_from(["high", "low"]),
        st.floats(0, 200),
        verified=st.booleans(),
    ),
    max_size=2,
)


@st.composite
def channels(draw: st.DrawFn, name: str) -> ChannelFigures:
    count = draw(st.integers(0, 5))
    low, high = sorted((draw(st.floats(0, 200)), draw(st.floats(0, 200))))
    some = count > 0
    return ChannelFigures(
        name,
        name.upper(),
        name.upper(),
        "mg/l",
        2,
        count,
        low if some else None,
        low if some else None,
        high if some else None,
        draw(st.floats(0, 1)) if some else 0.0,
        draw(LIMITS),
        Curve(0, 3600, [], [], []),
    )


@st.composite
def stations(draw: st.DrawFn) -> StationFigures:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
    made = [draw(channels(name)) for name in names]
    exceedances = draw(
        st.lists(
            st.builds(
                Exceedance,
                st.sampled_from(NAMES),
                st.sampled_from(["limit", "warn"]),
                st.sampled_from(["high", "low"]),
                st.just("value"),
                st.just(75.0),
                st.none() | st.floats(0, 500),
                st.just("mg/l"),
                st.just(0),
                st.none(),
            ),
            max_size=3,
        )
    )
    causes = st.sampled_from(["fault", "calibrating", "no_data", "maintenance"])
    downtimes = draw(
        st.lists(st.builds(Downtime, st.just([]), st.just(0), st.just(60_000), causes), max_size=2)
    )
    capture = sum(one.capture for one in made) / len(made) if made else 0.0
    return StationFigures("s", "Trạm", "wastewater", capture, made, exceedances, downtimes)


@given(stations())
def test_a_station_is_called_within_its_limits_only_where_all_of_it_is_shown(
    station: StationFigures,
) -> None:
    words = station_result(station, ENOUGH, STEADY)
    limited = [c for c in station.channels if any(x.level == "limit" for x in c.limits)]
    if WITHIN in words:
        assert limited
        assert not any(e.level == "limit" for e in station.exceedances)
        for channel in limited:
            assert channel.capture >= ENOUGH
            assert channel.most is not None
            assert channel.least is not None
            for limit in channel.limits:
                if limit.level == "limit" and limit.side == "high":
                    assert channel.most <= limit.value
                if limit.level == "limit" and limit.side == "low":
                    assert channel.least >= limit.value
    if any(c.capture < ENOUGH for c in limited):
        assert NOT_ENOUGH in words


@given(stations())
def test_a_station_is_called_stable_only_with_full_data_and_without_faults(
    station: StationFigures,
) -> None:
    if STABLE in station_result(station, ENOUGH, STEADY):
        assert all(c.capture >= STEADY for c in station.channels)
        assert not any(d.cause in ("fault", "no_data") for d in station.downtimes)


@given(stations())
def test_every_alarm_and_every_unverified_limit_is_named(station: StationFigures) -> None:
    words = station_result(station, ENOUGH, STEADY)
    if not any(c.count for c in station.channels):
        assert NOT_ENOUGH in words
        return
    if any(e.level == "limit" for e in station.exceedances):
        assert "vượt ngưỡng" in words
    unverified = [
        limit
        for channel in station.channels
        for limit in channel.limits
        if limit.level == "limit" and not limit.verified
    ]
    assert (UNVERIFIED in words) == bool(unverified)
    assert "vi phạm" not in words


@given(st.lists(stations(), max_size=3))
def test_all_stations_together_are_not_called_better_than_each(
    several: list[StationFigures],
) -> None:
    words = stations_result(several, ENOUGH, STEADY)
    if "các trạm quan trắc hoạt động ổn định" in words:
        assert all(STABLE in station_result(one, ENOUGH, STEADY) for one in several)
    if "không ghi nhận cảnh báo vượt ngưỡng" in words:
        assert several
        assert not any(e.level == "limit" for one in several for e in one.exceedances)
        assert all(c.capture >= ENOUGH for one in several for c in one.channels)


COUNTS = st.builds(
    lambda true, false, unclear, open_: EventCount(
        "c", "r", "k", true + false + unclear + open_, true, false, unclear
    ),
    *[st.integers(0, 3)] * 4,
)
CAMERAS = st.lists(
    st.builds(CameraFigures, st.just("c"), st.just("C"), st.none() | st.floats(0, 1)), max_size=3
)


@given(CAMERAS, st.lists(COUNTS, max_size=3))
def test_cameras_are_not_called_steady_or_quiet_without_proof(
    cameras: list[CameraFigures], events: list[EventCount]
) -> None:
    words = cameras_result(cameras, events, STEADY)
    if "ổn định và liên tục" in words:
        assert cameras
        assert all(c.uptime is not None and c.uptime >= STEADY for c in cameras)
    if "không ghi nhận sự kiện" in words:
        assert sum(e.total for e in events) == 0
    if NO_DISTURBANCE in words:
        assert sum(e.true for e in events) == 0
    if cameras and any(e.unjudged or e.unclear for e in events):
        assert "chưa xác minh xong" in words


def test_of_too_many_alarms_those_farthest_beyond_their_limit_are_listed(tmp_path: Path) -> None:
    def alarm(number: int) -> Exceedance:
        return Exceedance("cod", "limit", "high", "value", 75.0, 76.0 + number, "mg/l", number, 9)

    first = StationFigures("a", "Trạm A", "wastewater", 1, [], [alarm(n) for n in range(40)])
    other = StationFigures("b", "Trạm B", "wastewater", 1, [], [alarm(n) for n in range(40, 50)])
    blocks = station_blocks(ReportFigures(0, 9, [first, other]), report_settings(tmp_path), "tuần")
    (table,) = [one for one in blocks if isinstance(one, Table)]
    assert [row[0] for row in table.rows] == ["Trạm A"] * 15 + ["Trạm B"] * 10
    notes = [one.text for one in blocks if isinstance(one, Paragraph) and one.style == "note"]
    assert notes == ["Bảng ghi 25 lượt vượt xa ngưỡng nhất; còn 25 lượt khác."]
