"""Lines are what the stores expect, whatever the readings are."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.stores.interface import StoredScan
from gateway.stores.line_protocol import LineWriter
from quantrac_core.contracts.messages import Reading
from quantrac_core.contracts.quality import (
    QUALITY_CODE,
    REASON_CODE,
    STATE_CODE,
    Quality,
    Reason,
    State,
)

LINE = re.compile(
    r"readings,channel=(?P<channel>[a-z0-9_]+),station=(?P<station>[a-z0-9-]+)"
    r" (?:(?P<field>[vx])=(?P<v>[^,]+),)?s=(?P<s>\d)i,q=(?P<q>\d)i,r=(?P<r>\d+)i"
    r",seq=(?P<seq>\d+)i,bf=(?P<bf>[01])i,clk=(?P<clk>[012])i (?P<at>\d+)"
)

readings = st.lists(
    st.builds(
        Reading,
        st.sampled_from(["cod", "ph", "nh4_n"]),
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.just("mg/l"),
        st.sampled_from(State),
        st.sampled_from(Quality),
        st.none() | st.sampled_from(Reason),
    ),
    max_size=6,
)


@settings(max_examples=200)
@given(readings, st.booleans(), st.integers(0, 2), st.integers(1, 2**53 - 1))
def test_every_reading_is_one_line_that_says_all(
    given_readings: list[Reading], backfill: bool, clock: int, seq: int
) -> None:
    scan = StoredScan("thanh-hai", 1_700_000_000_123, seq, seq, backfill, clock, given_readings)

    lines = LineWriter().encode([scan]).decode().splitlines()

    assert len(lines) == len(given_readings)
    for line, reading in zip(lines, given_readings, strict=True):
        match = LINE.fullmatch(line)
        assert match is not None, line
        assert match["channel"] == reading.c
        assert (None if match["v"] is None else float(match["v"])) == reading.v
        enters_means = reading.s is State.MEASURING and reading.q is not Quality.BAD
        assert match["field"] in (None, "v" if enters_means else "x")
        assert int(match["s"]) == STATE_CODE[reading.s]
        assert int(match["q"]) == QUALITY_CODE[reading.q]
        assert int(match["r"]) == REASON_CODE[reading.r]
        assert (int(match["seq"]), int(match["bf"]), int(match["clk"])) == (seq, backfill, clock)
        assert match["at"] == "1700000000123"


def test_many_channels_do_not_grow_the_memory_for_ever() -> None:
    import gateway.stores.line_protocol as module

    writer = LineWriter()
    for index in range(module.MAX_KNOWN_PREFIXES + 10):
        reading = Reading(f"c{index}", 1.0, "", State.MEASURING, Quality.GOOD)
        writer.encode([StoredScan("s", 1, 1, 1, False, 0, [reading])])

    assert sum(len(known) for known in writer._prefixes.values()) <= module.MAX_KNOWN_PREFIXES
