"""The kinds of a station's entries, and the numbers that one of them stands for."""

from quantrac_core.contracts.messages import Scan, decode
from quantrac_core.runtime.outbox.entries import Entry

SCAN = 0
ALARM = 1


def first_covered(entry: Entry) -> int:
    """Return the first sequence number that an entry stands for: thinned scans cover a range."""
    if entry.kind != SCAN or b'"from_seq":' not in entry.payload:
        return entry.seq
    return decode(Scan, entry.payload).from_seq or entry.seq
