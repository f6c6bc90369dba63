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


def start(program: str, config: Path, *arguments: str, folder: Path | None = None) -> Answer:
    """Run a program until it ends by itself; fail where it does not within 30 s."""
    command = [sys.executable, "-m", MODULES[program], "--config", str(config), *arguments]
    ended = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=30, check=False
    )
    return Answer(ended.returncode, ended.stdout, ended.stderr.splitlines())
