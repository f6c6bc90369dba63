"""Bad maps and links are refused with a sentence that says what is allowed."""

from typing import Any

import pytest
from pydantic import ValidationError

from quantrac_core.runtime.clock import SystemClock
from station_drivers.links import LinkSettings
from station_drivers.reader import StationReader
from station_drivers.register_map import RegisterMap
from tests.station_drivers.modbus_setups import floats_map, tcp_link


def refused(model: Any, document: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(document)
    return str(caught.value)


def map_of(*channels: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"device": "test", "channels": list(channels), **more}


COD = {"name": "cod", "address": 0}


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (map_of(COD, adress=3), "Extra inputs are not permitted"),
        (map_of({**COD, "valid_min": 5, "valid_max": 1}), "valid_min below valid_max"),
        (map_of({**COD, "scale": 0}), "a scale other than 0"),
        (map_of({**COD, "address": 65535}), "at most 65535"),
        (map_of({**COD, "address": -1}), "greater than or equal to 0"),
        (map_of({**COD, "name": "C O D"}), "beginning with a letter"),
        (map_of(COD, {"name": "ph", "address": 1}), "do not overlap"),
        (map_of(COD, {"name": "cod", "address": 8}), "cod appears twice"),
        (map_of({**COD, "type": "bit"}), "bit: 0..15"),
        (map_of({**COD, "bit": 3}), "bit: 0..15"),
        (map_of({**COD, "function": "coil"}), "type bit, the only one"),
        (map_of({**COD, "type": "string"}), "length"),
        (map_of({**COD, "type": "float16"}), "'float32'"),
        (map_of({**COD, "scale": float("nan")}), "finite"),
        (map_of(COD, max_registers=126), "less than or equal to 125"),
        (map_of(COD, max_registers=1), "max_registers of at least 2"),
        (map_of(), "at least 1"),
        (map_of(COD, state={"address": 1, "values": {}}), "at least 1"),
        (map_of(COD, state={"address": 1, "values": {0: "comms_lost"}}), "can report"),
        (map_of(COD, state={"address": 1, "values": {0: "asleep"}}), "'measuring'"),
        (map_of(COD, state={"address": 1, "type": "float32", "values": {0: "fault"}}), "uint16"),
    ],
)
def test_an_impossible_map_is_refused(document: dict[str, Any], sentence: str) -> None:
    assert sentence in refused(RegisterMap, document)


def link_of(**changes: Any) -> dict[str, Any]:
    settings = {
        "name": "line",
        "transport": "tcp",
        "host": "127.0.0.1",
        "units": [{"unit_id": 1, "map": floats_map("cod")}],
    }
    return {**settings, **changes}


TWICE = [{"unit_id": 1, "map": floats_map("cod")}, {"unit_id": 1, "map": floats_map("ph")}]
CLASH = [{"unit_id": 1, "map": floats_map("cod")}, {"unit_id": 2, "map": floats_map("cod")}]
UNKNOWN = [{"unit_id": 1, "map": floats_map("cod"), "rename": {"ph": "ph_out"}}]
MERGED = [{"unit_id": 1, "map": floats_map("a", "b"), "rename": {"a": "b"}}]


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (link_of(units=TWICE), "unit ids once each"),
        (link_of(units=CLASH), "cod is in line unit 1 and in line unit 2: use rename"),
        (link_of(units=UNKNOWN), "rename only of channels of the map"),
        (link_of(units=MERGED), "different names"),
        (link_of(transport="rtu"), "device (a serial path"),
        (link_of(host=None), "host for transport tcp"),
        (link_of(device="/dev/ttyS0"), "host alone"),
        (link_of(worst_reply_s=0.5), "worst_reply_s of at least timeout_s"),
        (link_of(port=70000), "less than or equal to 65535"),
        (link_of(timeout_s=0), "greater than 0"),
        (link_of(transport="rtu_over_tcp", units=[{"unit_id": 0, "map": floats_map("a")}]), "247"),
        (link_of(paceing_s=1), "Extra inputs"),
    ],
)
def test_an_impossible_link_is_refused(document: dict[str, Any], sentence: str) -> None:
    assert sentence in refused(LinkSettings, document)


def test_two_units_of_one_map_live_together_by_rename() -> None:
    units = [
        {"unit_id": 1, "map": floats_map("cod")},
        {"unit_id": 2, "map": floats_map("cod"), "rename": {"cod": "cod_out"}},
    ]
    reader = StationReader([tcp_link(502, units=units)], clock=SystemClock())
    assert [channel.name for channel in reader.channels] == ["cod", "cod_out"]


def test_channels_of_two_links_must_not_share_a_name() -> None:
    links = [tcp_link(502, floats_map("cod"), name=name) for name in ("one", "two")]
    with pytest.raises(ValueError, match="cod is in one unit 1 and in two unit 1"):
        StationReader(links, clock=SystemClock())


def test_the_quiet_time_defaults_to_twice_the_timeout() -> None:
    assert tcp_link(502, floats_map("a"), timeout_s=0.4).quiet_s == 0.8
