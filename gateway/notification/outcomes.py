"""How an attempt to deliver may fail, and what every channel is."""

from typing import Protocol

from gateway.database.notice_queue import Delivery
from gateway.notification.message import Message
from quantrac_core.contracts.errors import QuantracError


class TryAgain(QuantracError):
    """The other side did not answer or asks for patience; its words hold no secret."""


class Refused(QuantracError):
    """The other side will never take this: trying again is of no use."""


class Sender(Protocol):
    """One way out; may be called from several tasks at once."""

    async def send(self, delivery: Delivery, message: Message) -> None:
        """Deliver once.

        Raises:
            TryAgain: nothing is known to have arrived.
            Refused: it never will.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and threads."""
        ...
