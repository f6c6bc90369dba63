"""What the links count about themselves."""

from dataclasses import dataclass


@dataclass(slots=True)
class LinkCounters:
    """Totals of one link since the start; ``busy_s`` is time spent in scans."""

    requests: int = 0
    timeouts: int = 0
    bad_replies: int = 0
    exceptions: int = 0
    lost_connections: int = 0
    connects: int = 0
    failed_connects: int = 0
    skipped_scans: int = 0
    restarts: int = 0
    busy_s: float = 0.0

    @property
    def errors(self) -> int:
        """Exchanges without a usable answer."""
        return self.timeouts + self.bad_replies + self.exceptions + self.lost_connections
