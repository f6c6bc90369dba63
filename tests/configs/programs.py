"""The programs started with a configuration, as a person or systemd would."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

MODULES = {"agent": "edge_agent.app", "gateway": "gateway.app", "vision": "vision.app"}


class Answer(NamedTuple):
    """How a program ended."""

    code: int
    out: str
    lines: list[str]


def start(
    program: str,
    config: Path,
    *arguments: str,
    folder: Path | None = None,
    command: str | None = None,
) -> Answer:
    """Run a program, or one of its commands, until it ends by itself; fail after 30 s."""
    called = [sys.executable, "-m", MODULES[program], *([command] if command else [])]
    ended = subprocess.run(
        [*called, "--config", str(config), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return Answer(ended.returncode, ended.stdout, ended.stderr.splitlines())
