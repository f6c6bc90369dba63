"""When to make room on the disk: hysteresis between a low and a high mark of free bytes."""

from dataclasses import dataclass


@dataclass(slots=True)
class DiskGuard:
    """Tight from below ``low_bytes`` free until at least ``high_bytes`` are free again."""

    low_bytes: int = 100_000_000
    high_bytes: int = 150_000_000
    tight: bool = False

    def update(self, free_bytes: int) -> bool:
        """Take a reading of the free space and return whether room must be made."""
        if free_bytes < self.low_bytes:
            self.tight = True
        elif free_bytes >= self.high_bytes:
            self.tight = False
        return self.tight
