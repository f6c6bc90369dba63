"""What can go wrong in one exchange with a device, as typed errors with a reason code."""

from typing import ClassVar

from quantrac_core.contracts.errors import QuantracError
from quantrac_core.contracts.quality import Reason


class ExchangeFault(QuantracError):
    """A request that brought no usable answer; ``reason`` goes with its channels."""

    reason: ClassVar[Reason] = Reason.BAD_REPLY


class ReplyTimeout(ExchangeFault):
    """Not a byte of an answer came within the link's ``timeout_s``."""

    reason = Reason.TIMEOUT


class BadReply(ExchangeFault):
    """Something came, but not the answer: damaged, short, of another unit or function."""

    reason = Reason.BAD_REPLY


class ConnectionGone(ExchangeFault):
    """There is no connection to the peer."""

    reason = Reason.NO_CONNECTION


class RefusedByDevice(ExchangeFault):
    """The device answered with a Modbus exception.

    Args:
        code: the exception code, 1..255 (2 illegal address, 3 illegal value).
    """

    reason = Reason.MODBUS_EXCEPTION

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"Modbus exception {code}")

    @property
    def names_a_range(self) -> bool:
        """Whether the device objects to the addresses (2) or their number (3)."""
        return self.code in (2, 3)

    @property
    def is_silence(self) -> bool:
        """Whether a gateway says that the unit behind it did not answer (10, 11)."""
        return self.code in (10, 11)
