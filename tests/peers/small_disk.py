"""A real file system of a few megabytes, and a neighbour that takes all that is free on it."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

BLOCK = bytes(4096)


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a tmpfs for the time of a test; skip where mounting is not allowed."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a full disk needs the right to mount a tmpfs: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


class Neighbour:
    """Another program that writes until the disk is full."""

    def __init__(self, disk: Path) -> None:
        self._file = disk / "neighbour"

    def take_all(self, leave_bytes: int = 0) -> None:
        """Write until at most ``leave_bytes`` are free."""
        with contextlib.suppress(OSError), self._file.open("ab", buffering=0) as file:
            while self.free_bytes() > leave_bytes:
                file.write(BLOCK)

    def free_bytes(self) -> int:
        """Bytes free on the disk."""
        disk = os.statvfs(self._file.parent)
        return disk.f_bavail * disk.f_frsize

    def leave(self) -> None:
        """Give everything back."""
        self._file.unlink(missing_ok=True)
