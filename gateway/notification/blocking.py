"""Runs a library that blocks for the event loop, and leaves it alone when it hangs."""

import asyncio
from abc import ABC, abstractmethod

from gateway.database.notice_queue import Delivery
from gateway.notification.message import Message
from gateway.notification.outcomes import TryAgain
from gateway.threads import WorkerThreads


class BlockingSender(ABC):
    """A channel whose library blocks.

    Args:
        timeout_s: for each step of the library; a whole attempt may take three times as long.
        threads: how many attempts at a time.
    """

    def __init__(self, name: str, timeout_s: float, threads: int) -> None:
        self.timeout_s = timeout_s
        self._name = f"notice-{name}"
        self._count = threads
        self._threads = WorkerThreads(self._name, threads)

    @abstractmethod
    def deliver(self, delivery: Delivery, message: Message) -> None:
        """Deliver once; blocks; raises as `Sender.send`."""

    async def send(self, delivery: Delivery, message: Message) -> None:
        """Deliver once, in a thread."""
        threads = self._threads
        try:
            async with asyncio.timeout(3 * self.timeout_s):
                await threads.call(self.deliver, delivery, message)
        except TimeoutError as error:
            if self._threads is threads:
                # The thread may hang for as long as the other side likes; the next attempt
                # must not queue behind it.
                threads.close(0)
                self._threads = WorkerThreads(self._name, self._count)
            raise TryAgain(f"no answer within {3 * self.timeout_s:g} s") from error

    async def close(self) -> None:
        """Let the threads end."""
        self._threads.close(0)
