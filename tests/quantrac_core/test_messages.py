"""Messages keep the contract in both directions, and what does not is refused by name."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantrac_core.contracts import messages
from quantrac_core.contracts.errors import MessageRejected
from quantrac_core.contracts.messages import AlarmTransition, Reading, Scan
from quantrac_core.contracts.quality import (
    QUALITY_CODE,
    REASON_CODE,
    STATE_CODE,
    Quality,
    Reason,
    State,
)

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
SCAN = Scan(
    station="thanh-hai",
    outbox_id="o",
    boot_id="b",
    seq=1041,
    at=NOW,
    clock="synced",
    readings=[Reading("cod", 52.5, "mg/l", State.MEASURING, Quality.GOOD)],
)


def refusal(payload: bytes) -> str:
    with pytest.raises(MessageRejected) as caught:
        messages.check_scan(messages.decode(Scan, payload), "thanh-hai", NOW)
    return caught.value.reason


def changed(**fields: object) -> bytes:
    document = msgspec.json.decode(messages.encode(SCAN))
    return msgspec.json.encode({**document, **fields})


def test_a_scan_looks_on_the_wire_as_the_design_says() -> None:
    document = msgspec.json.decode(messages.encode(SCAN))
    assert document == {
        "station": "thanh-hai",
        "outbox_id": "o",
        "boot_id": "b",
        "seq": 1041,
        "at": "2026-11-22T03:04:05Z",
        "clock": "synced",
        "readings": [{"c": "cod", "v": 52.5, "u": "mg/l", "s": "measuring", "q": "good"}],
        "v": 1,
    }


@given(
    st.lists(
        st.builds(
            Reading,
            c=st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True),
            v=st.none() | st.floats(allow_nan=False, allow_infinity=False),
            u=st.text(max_size=10),
            s=st.sampled_from(State),
            q=st.sampled_from(Quality),
            r=st.none() | st.sampled_from(Reason),
        ),
        max_size=20,
        unique_by=lambda reading: reading.c,
    ),
    st.datetimes(datetime(2021, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)),
)
def test_every_scan_survives_the_wire(readings: list[Reading], at: datetime) -> None:
    scan = msgspec.structs.replace(SCAN, readings=readings, at=at)
    again = messages.decode(Scan, messages.encode(scan))
    assert again == scan
    messages.check_scan(again, "thanh-hai", NOW)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\x00\xff", "not_json"),
        (b"[" * 100_000, "wrong_shape"),
        (b"{", "not_json"),
        (b"[]", "wrong_shape"),
        (b" " * (messages.MAX_PAYLOAD_BYTES + 1), "too_large"),
        (changed(v=2), "wrong_version"),
        (b'{"v":2}', "wrong_version"),
        (changed(station="other"), "wrong_station"),
        (changed(seq=0), "out_of_bounds"),
        (changed(seq=1 << 60), "out_of_bounds"),
        (changed(at="2027-01-01T00:00:00Z"), "far_future"),
        (changed(at="1999-01-01T00:00:00Z"), "out_of_bounds"),
        (changed(at="2026-11-22T03:04:05"), "wrong_shape"),
        (changed(at="yesterday"), "wrong_shape"),
        (changed(readings=[{"c": "cod"}]), "wrong_shape"),
        (changed(from_seq=2000), "out_of_bounds"),
        (
            messages.encode(SCAN).replace(b"52.5", b"NaN"),
            "not_json",
        ),
        (messages.encode(SCAN).replace(b'"cod"', b'"c o d"'), "wrong_shape"),
        (messages.encode(SCAN).replace(b"measuring", b"dreaming"), "wrong_shape"),
    ],
)
def test_what_breaks_the_contract_is_refused_with_its_reason(payload: bytes, reason: str) -> None:
    assert refusal(payload) == reason


def test_a_channel_twice_in_one_scan_is_refused() -> None:
    doubled = msgspec.structs.replace(SCAN, readings=SCAN.readings * 2)
    assert refusal(messages.encode(doubled)) == "wrong_shape"


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused_and_never_crash(payload: bytes) -> None:
    with pytest.raises(MessageRejected):
        messages.decode(AlarmTransition, payload)


def test_an_alarm_that_began_after_it_happened_is_refused() -> None:
    alarm = AlarmTransition(
        station="thanh-hai", outbox_id="o", boot_id="b", seq=1, at=NOW,
        alarm="cod.high.limit.value", channel="cod", level="limit", side="high", basis="value",
        transition="raised", value=80.0, limit=75.0, unit="mg/l", since=NOW + timedelta(1),
    )  # fmt: skip
    with pytest.raises(MessageRejected, match="since lies after at"):
        messages.check_alarm(alarm, "thanh-hai", NOW)
    messages.check_alarm(msgspec.structs.replace(alarm, since=NOW), "thanh-hai", NOW)


def test_every_state_quality_and_reason_has_its_own_code() -> None:
    assert set(STATE_CODE) == set(State)
    assert set(QUALITY_CODE) == set(Quality)
    assert set(REASON_CODE) == {None, *Reason}
    for table in (STATE_CODE, QUALITY_CODE, REASON_CODE):
        assert len(set(table.values())) == len(table)


@given(st.integers(1_577_836_800_000, 4_000_000_000_000))
def test_milliseconds_survive_the_way_to_a_date_and_back(epoch_ms: int) -> None:
    assert messages.ms_from_utc(messages.utc_from_ms(epoch_ms)) == epoch_ms
