"""How figures are summed up and printed: percentiles, and the machine they were taken on."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` (0..1) of the values do not exceed.

    Raises:
        ValueError: without values.
    """
    if not values:
        raise ValueError("no values to take a percentile of")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def verdict(figure: float, target: float) -> str:
    """Say whether ``figure`` keeps a target that it may not exceed."""
    return "met" if figure <= target else f"MISSED, {figure / target:.2f} x"


def load_line() -> str:
    """Return the load average: what else this machine was doing."""
    one, five, _ = os.getloadavg()
    return f"load average {one:.1f} (1 min) {five:.1f} (5 min)"


def machine_line() -> str:
    """Return date, processor, cores, memory and Python of this run."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_processor()}, {os.cpu_count()} cores, "
        f"{memory_gb:.0f} GB, Linux {platform.release()}, Python {platform.python_version()}"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
