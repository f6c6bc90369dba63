"""Time as a dependency, so that logic can be tested without waiting."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What a program may ask about time."""

    def monotonic(self) -> float:
        """Seconds that only go forward; unaffected by steps of the wall clock."""
        ...

    def now_ms(self) -> int:
        """Wall clock: milliseconds since 1970 UTC; may step."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait at least ``seconds``."""
        ...


class SystemClock:
    """The machine's clocks."""

    def monotonic(self) -> float:
        return time.monotonic()

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
