"""A serial line without hardware: two pseudo-terminals joined like a null-modem cable."""

import asyncio
import os
import tty
from pathlib import Path

CHUNK_BYTES = 4096


class PtyLine:
    """Two joined pseudo-terminals: the station opens ``near``, the simulated device ``far``."""

    def __init__(self, link_path: Path | None = None) -> None:
        self._masters: list[int] = []
        self._slaves: list[int] = []
        for _ in range(2):
            master, slave = os.openpty()
            tty.setraw(slave)
            os.set_blocking(master, False)
            self._masters.append(master)
            # Keeping the far ends open here spares both sides a hang-up when one closes.
            self._slaves.append(slave)
        self.near = os.ttyname(self._slaves[0])
        self.far = os.ttyname(self._slaves[1])
        self._link_path = link_path
        if link_path is not None:
            link_path.unlink(missing_ok=True)
            link_path.symlink_to(self.near)
            self.near = str(link_path)

    def connect(self) -> None:
        """Begin to carry bytes both ways on the running event loop."""
        loop = asyncio.get_running_loop()
        for source, target in ((0, 1), (1, 0)):
            loop.add_reader(
                self._masters[source], _carry, self._masters[source], self._masters[target]
            )

    def close(self) -> None:
        """Stop carrying and release both terminals."""
        loop = asyncio.get_running_loop()
        for master in self._masters:
            loop.remove_reader(master)
        for descriptor in (*self._masters, *self._slaves):
            os.close(descriptor)
        if self._link_path is not None:
            self._link_path.unlink(missing_ok=True)


def _carry(source: int, target: int) -> None:
    try:
        data = os.read(source, CHUNK_BYTES)
        os.write(target, data)
    except BlockingIOError:
        # Nobody reads the other end: a wire drops such bytes too.
        return
