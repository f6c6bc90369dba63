"""What the machine itself costs meanwhile: how late a sleeper wakes, how long an fsync takes.

``python -m benchmarks.machine_noise FOLDER`` prints ``late_ms fsync_ms`` every 50 ms. A figure
in milliseconds means little on a shared machine without these beside it.
"""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import percentile
from benchmarks.plant import python_child

INTERVAL_S = 0.05


class Noise:
    """Samples of one run, in milliseconds."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self.fsync_ms: list[float] = []

    def take(self, lines: Iterator[str]) -> None:
        """Take what the probe prints, until it ends."""
        for line in lines:
            late, fsync = line.split()
            self.late_ms.append(float(late))
            self.fsync_ms.append(float(fsync))

    def line(self) -> str:
        """Return one line for the table."""
        if not self.late_ms:
            return "the machine meanwhile: not measured"
        late, fsync = self.late_ms, self.fsync_ms
        return (
            "the machine meanwhile: a sleeper wakes late by "
            f"p50 {percentile(late, 0.5):.1f} p99 {percentile(late, 0.99):.1f} ms, one fsync "
            f"p50 {percentile(fsync, 0.5):.1f} p99 {percentile(fsync, 0.99):.1f} ms"
        )


@contextlib.contextmanager
def machine_noise(folder: Path) -> Iterator[Noise]:
    """Watch the machine while something else is measured."""
    noise = Noise()
    with python_child("benchmarks.machine_noise", str(folder)) as child:
        assert child.stdout is not None
        reader = threading.Thread(target=noise.take, args=(child.stdout,), name="machine-noise")
        reader.start()
        yield noise
    reader.join(10)


def main(folder: Path) -> None:
    """Probe until killed."""
    with (folder / "noise-probe").open("wb") as file:
        while True:
            due_s = time.monotonic() + INTERVAL_S
            time.sleep(INTERVAL_S)
            woken_s = time.monotonic()
            file.seek(0)
            file.write(os.urandom(4096))
            file.flush()
            os.fsync(file.fileno())
            fsync_s = time.monotonic() - woken_s
            print(f"{(woken_s - due_s) * 1000:.3f} {fsync_s * 1000:.3f}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
