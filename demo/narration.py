"""What the demo tells at the terminal: one line, Vietnamese first, English after it."""

import sys
import time
from typing import Protocol


class Say(Protocol):
    """Tells one thing in both languages."""

    def __call__(self, vietnamese: str, english: str) -> None: ...


def say(vietnamese: str, english: str) -> None:
    """Print one line with the time of day."""
    print(f"{time.strftime('%H:%M:%S')}  {vietnamese}  |  {english}", flush=True)


def prepare_terminal() -> None:
    """Let a terminal without Vietnamese letters show question marks instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
