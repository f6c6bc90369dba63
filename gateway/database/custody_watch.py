"""Whether the custody chain still holds, for pages that ask often."""

from collections.abc import Callable
from threading import Lock
from typing import Final

from gateway.database.custody import BEGINNING, intact_from
from gateway.database.engine import Database

WHOLE_EVERY_S: Final = 3_600.0


class CustodyWatch:
    """Checks what is new since the last look, and everything once an hour.

    A chain of some years takes seconds to check. Safe from any thread.

    Args:
        now_s: monotonic seconds.
    """

    def __init__(self, database: Database, now_s: Callable[[], float]) -> None:
        self._database = database
        self._now_s = now_s
        self._lock = Lock()
        self._checked = BEGINNING
        self._whole_s = float("-inf")

    def is_intact(self) -> bool:
        """Tell whether the chain holds; an old line that was changed shows within the hour."""
        # Each look begins after the one before has ended, so it sees at least as many lines.
        with self._lock, self._database.reading() as connection:
            now_s = self._now_s()
            whole = now_s - self._whole_s >= WHOLE_EVERY_S
            end = intact_from(connection, BEGINNING if whole else self._checked)
            if end is None:
                # What is broken is looked at as a whole each time, until somebody mended it.
                self._whole_s = float("-inf")
                return False
            self._checked = end
            if whole:
                self._whole_s = now_s
            return True
