"""One child process of the demo: started, logged, restarted within bounds, ended in order."""

import asyncio
import contextlib
import os
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from demo import bound_to_parent
from demo.bounded_log import BoundedLog
from demo.narration import Say
from quantrac_core.contracts.errors import QuantracError
from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.program import EXIT_CONFIG

CHUNK_BYTES = 16_384
MAX_LINE_BYTES = 65_536
MAX_RESTARTS = 5
HEALTHY_AFTER_S = 60.0
LAST_LINES = 5


class ChildGaveUp(QuantracError):
    """A child that ends again and again, or that refuses its configuration."""


@dataclass(frozen=True)
class ChildSpec:
    """What to run: ``argv[0]`` is an absolute path; output goes to ``log_path``."""

    name: str
    argv: Sequence[str]
    log_path: Path


class Child:
    """Keeps one process running until `terminate`.

    Args:
        say: tells the person at the terminal.
        on_line: called with each complete line of the child's output.
    """

    def __init__(
        self, spec: ChildSpec, say: Say, on_line: Callable[[bytes], None] | None = None
    ) -> None:
        self.spec = spec
        self.starts = 0
        self._say = say
        self._on_line = on_line
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._last_lines: deque[str] = deque(maxlen=LAST_LINES)

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and running else None

    async def run(self) -> None:
        """Start the process and start it again when it ends unasked.

        Raises:
            ChildGaveUp: it refused its configuration, or ended too often in a row.
        """
        backoff = Backoff(first_s=0.5, most_s=8.0)
        clock = asyncio.get_running_loop().time
        while not self._stopping.is_set():
            began_s = clock()
            code = await self._live_once()
            if self._stopping.is_set():
                return
            if clock() - began_s > HEALTHY_AFTER_S:
                backoff.reset()
            if code == EXIT_CONFIG or backoff.failures >= MAX_RESTARTS:
                raise ChildGaveUp(self._epitaph(code))
            delay_s = backoff.next_delay_s()
            self._say(
                f"{self.spec.name} dừng đột ngột (mã {code}), chạy lại sau {delay_s:.1f} s",
                f"{self.spec.name} ended unexpectedly (code {code}), starts again in "
                f"{delay_s:.1f} s; log: {self.spec.log_path}",
            )
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay_s):
                    await self._stopping.wait()

    def write_line(self, line: bytes) -> bool:
        """Send one line to the child's standard input; False when it does not run."""
        process = self._process
        if process is None or process.stdin is None or process.returncode is not None:
            return False
        process.stdin.write(line + b"\n")
        return True

    def terminate(self) -> None:
        """Ask the process to end, and do not start it again."""
        self._stopping.set()
        with contextlib.suppress(ProcessLookupError):
            if self.pid is not None and self._process is not None:
                self._process.terminate()

    def kill(self) -> None:
        """End the process at once."""
        self._stopping.set()
        with contextlib.suppress(ProcessLookupError):
            if self.pid is not None and self._process is not None:
                self._process.kill()

    async def _live_once(self) -> int:
        log = BoundedLog(self.spec.log_path)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-ES", bound_to_parent.__file__, str(os.getpid())),
                *self.spec.argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                # Ctrl-C reaches the whole terminal group; the children wait for our word.
                start_new_session=True,
            )
            self.starts += 1
            if self._stopping.is_set():
                self.terminate()
            await self._pump(self._process, log)
            return await self._process.wait()
        finally:
            if self._process is not None and self._process.returncode is None:
                self.kill()
                await self._process.wait()
            log.close()

    async def _pump(self, process: asyncio.subprocess.Process, log: BoundedLog) -> None:
        assert process.stdout is not None
        rest = b""
        while chunk := await process.stdout.read(CHUNK_BYTES):
            log.write(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            rest = rest[-MAX_LINE_BYTES:]
            for line in lines:
                self._last_lines.append(line.decode(errors="replace"))
                if self._on_line is not None:
                    self._on_line(line)

    def _epitaph(self, code: int) -> str:
        tail = "\n".join(f"    {line}" for line in self._last_lines)
        return f"{self.spec.name} ended with code {code}; log: {self.spec.log_path}\n{tail}"


async def end_all(
    first: Sequence[Child], last: Sequence[Child], tasks: Sequence[asyncio.Task[None]]
) -> None:
    """End ``first``, then ``last``; whoever does not go within 3 s and 1 s is killed."""
    for children, patience_s in ((first, 3.0), (last, 1.0)):
        for child in children:
            child.terminate()
        names = {child.spec.name for child in children}
        waiting = [task for task in tasks if task.get_name() in names]
        if waiting:
            _, stubborn = await asyncio.wait(waiting, timeout=patience_s)
            for child in children:
                child.kill()
            if stubborn:
                await asyncio.wait(stubborn)
