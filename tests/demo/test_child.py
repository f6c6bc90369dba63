"""Children of the demo: restarted, given up, ended, and never left behind."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from demo.bounded_log import BoundedLog
from demo.child import Child, ChildGaveUp, ChildSpec, end_all
from tests.peers.process import eventually

SLEEPER = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPER
REFUSER = "import sys; print('gateway.yaml: http.port: 0 is not allowed'); sys.exit(2)"
KEEPER = """
import asyncio, sys
from pathlib import Path
from demo.child import Child, ChildSpec
folder = Path(sys.argv[1])
spec = ChildSpec("sleeper", [sys.executable, "-c", sys.argv[2]], folder / "sleeper.log")
child = Child(spec, print, on_line=lambda line: print(child.pid, flush=True))
asyncio.run(child.run())
"""


class Terminal:
    """Keeps what the demo would print."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, vietnamese: str, english: str) -> None:
        self.lines.append(english)


def make_child(
    folder: Path,
    code: str,
    say: Callable[[str, str], None],
    on_line: Callable[[bytes], None] | None = None,
) -> Child:
    return Child(ChildSpec("part", [sys.executable, "-c", code], folder / "part.log"), say, on_line)


async def test_a_killed_child_is_started_again_and_the_person_is_told(tmp_path: Path) -> None:
    terminal = Terminal()
    child = make_child(tmp_path, SLEEPER, terminal)
    task = asyncio.create_task(child.run(), name="part")
    await eventually(lambda: child.pid is not None, "the child runs")
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: child.pid not in (None, first), "the child runs again")
    await end_all([child], [], [task])
    assert child.starts == 2
    assert "part ended unexpectedly (code -9)" in terminal.lines[0]


async def test_a_refused_configuration_is_not_tried_again(tmp_path: Path) -> None:
    child = make_child(tmp_path, REFUSER, Terminal())
    with pytest.raises(ChildGaveUp, match=r"http\.port: 0 is not allowed"):
        await child.run()
    assert child.starts == 1


async def test_a_child_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    lines: list[bytes] = []
    child = make_child(tmp_path, STUBBORN, Terminal(), lines.append)
    task = asyncio.create_task(child.run(), name="part")
    await eventually(lambda: lines == [b"up"], "the child is up")
    pid = child.pid
    await end_all([child], [], [task])
    assert task.done()
    assert pid is not None
    assert not psutil.pid_exists(pid)


async def test_a_child_asked_to_end_while_it_waits_for_its_next_start_does_not_start(
    tmp_path: Path,
) -> None:
    terminal = Terminal()
    child = make_child(tmp_path, "raise SystemExit(1)", terminal)
    task = asyncio.create_task(child.run(), name="part")
    await eventually(lambda: bool(terminal.lines), "the child has ended once")
    starts = child.starts
    await end_all([child], [], [task])
    assert child.starts == starts


async def test_no_child_outlives_a_demo_that_was_killed(tmp_path: Path) -> None:
    keeper = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KEEPER, str(tmp_path), STUBBORN), stdout=asyncio.subprocess.PIPE
    )
    assert keeper.stdout is not None
    pid = int(await asyncio.wait_for(keeper.stdout.readline(), 20))
    keeper.kill()
    await keeper.wait()
    await eventually(lambda: not _is_running(pid), "the child is gone")
    assert not _is_running(pid)


def test_a_log_never_grows_beyond_twice_its_bound(tmp_path: Path) -> None:
    log = BoundedLog(tmp_path / "logs" / "part.log", max_bytes=1_000)
    for number in range(200):
        log.write(b"line %d of many\n" % number)
    log.close()
    sizes = [path.stat().st_size for path in (tmp_path / "logs").iterdir()]
    assert len(sizes) == 2
    assert max(sizes) <= 1_000
    assert b"line 199" in (tmp_path / "logs" / "part.log").read_bytes()


def _is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
