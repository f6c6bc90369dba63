"""Measurement state, our judgement of quality, and their numeric codes in the stores.

The state is what the device (or the lack of an answer) says; the quality is what we
make of the value. Stores keep numbers because some drop strings; the tables below are
append-only: a code, once given, never changes its meaning.
"""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Measurement state of one channel at one instant."""

    MEASURING = "measuring"
    CALIBRATING = "calibrating"
    MAINTENANCE = "maintenance"
    FAULT = "fault"
    STOPPED = "stopped"
    COMMS_LOST = "comms_lost"


class Quality(StrEnum):
    """Our own judgement of one value."""

    GOOD = "good"
    SUSPECT = "suspect"
    BAD = "bad"


class Reason(StrEnum):
    """Why a value is not good, or why there is none."""

    OUT_OF_RANGE = "out_of_range"
    STUCK = "stuck"
    SPIKE = "spike"
    RATE = "rate"
    NOT_A_NUMBER = "not_a_number"
    TIMEOUT = "timeout"
    NO_CONNECTION = "no_connection"
    MODBUS_EXCEPTION = "modbus_exception"
    BAD_REPLY = "bad_reply"
    QUARANTINED = "quarantined"
    DEVICE_FAULT = "device_fault"
    UNKNOWN_STATE = "unknown_state"
    NOT_MEASURING = "not_measuring"


STATE_CODE: Final[dict[State, int]] = {
    State.MEASURING: 0,
    State.CALIBRATING: 1,
    State.FAULT: 2,
    State.MAINTENANCE: 3,
    State.STOPPED: 4,
    State.COMMS_LOST: 5,
}
QUALITY_CODE: Final[dict[Quality, int]] = {Quality.GOOD: 0, Quality.SUSPECT: 1, Quality.BAD: 2}
REASON_CODE: Final[dict[Reason | None, int]] = {
    None: 0,
    Reason.OUT_OF_RANGE: 1,
    Reason.STUCK: 2,
    Reason.SPIKE: 3,
    Reason.RATE: 4,
    Reason.NOT_A_NUMBER: 5,
    Reason.TIMEOUT: 6,
    Reason.NO_CONNECTION: 7,
    Reason.MODBUS_EXCEPTION: 8,
    Reason.BAD_REPLY: 9,
    Reason.QUARANTINED: 10,
    Reason.DEVICE_FAULT: 11,
    Reason.UNKNOWN_STATE: 12,
    Reason.NOT_MEASURING: 13,
}
STATE_OF_CODE: Final = {code: state for state, code in STATE_CODE.items()}
QUALITY_OF_CODE: Final = {code: quality for quality, code in QUALITY_CODE.items()}
REASON_OF_CODE: Final = {code: reason for reason, code in REASON_CODE.items()}
