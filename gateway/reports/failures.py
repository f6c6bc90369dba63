"""Why a report could not be made, as a word that is kept, and when it is tried again."""

from typing import Final

from gateway.database.engine import DatabaseUnavailable
from gateway.database.reports import Failure, ReportRecord
from gateway.reports.archive import ArchiveUnavailable
from gateway.reports.word_process import WritingFailed, WritingTooSlow
from gateway.stores.interface import StoreUnavailable
from quantrac_core.contracts.errors import QuantracError

FIRST_WAIT_MS: Final = 60_000
LONGEST_WAIT_MS: Final = 3_600_000
# The first that fits: what is too slow is a failure to write, too.
_FAILURES: Final[tuple[tuple[type[QuantracError], Failure], ...]] = (
    (StoreUnavailable, "store"),
    (DatabaseUnavailable, "database"),
    (ArchiveUnavailable, "folder"),
    (WritingTooSlow, "too_slow"),
    (WritingFailed, "document"),
)


def failure_of(error: Exception) -> tuple[Failure, str]:
    """Return what failed, and a line for whoever looks into it."""
    for kind, failure in _FAILURES:
        if isinstance(error, kind):
            return failure, str(error)
    return "defect", f"{type(error).__name__}: {error}"


def try_again_ms(record: ReportRecord) -> int:
    """Return from when the schedule may try again; people may at any time.

    A report that fails takes its time from the readings, so the wait doubles up to an hour.
    """
    if record.failed_at_ms is None:
        return 0
    doublings = min((record.failed_times or 1) - 1, 10)
    return record.failed_at_ms + min(LONGEST_WAIT_MS, FIRST_WAIT_MS << doublings)
