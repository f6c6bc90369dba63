"""The programs started with a configuration, as a person or systemd would."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

PATIENCE_S = 120
"""Before a program that does not end is given up; a loaded machine starts one in half a minute."""
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
    """Run a program, or one of its commands, until it ends by itself."""
    called = [sys.executable, "-m", MODULES[program], *([command] if command else [])]
    ended = subprocess.run(
        [*called, "--config", str(config), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Answer(ended.returncode, ended.stdout, ended.stderr.splitlines())
