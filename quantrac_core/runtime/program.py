"""How every program starts and ends: signals, exit codes, no traceback for a person's mistake."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable

from quantrac_core.contracts.errors import ConfigErrors, QuantracError
from quantrac_core.runtime import systemd

EXIT_OK = 0
EXIT_FAILURE = 1
EXIT_CONFIG = 2
"""systemd must not restart on it: another start would fail in the same way."""


def run_program(serve: Callable[[asyncio.Event], Awaitable[None]]) -> int:
    """Run ``serve(stop)`` until SIGTERM or SIGINT sets ``stop``; return the exit code.

    `ConfigErrors` gives 2 and one line each on stderr; another `QuantracError` gives 1 and
    one line. Anything else is a defect and keeps its traceback.
    """

    async def body() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        try:
            await serve(stop)
        finally:
            systemd.notify("STOPPING=1")

    return report_errors(lambda: asyncio.run(body()))


def report_errors(work: Callable[[], None]) -> int:
    """Call ``work`` and turn expected errors into lines on stderr and an exit code."""
    try:
        work()
    except ConfigErrors as errors:
        for error in errors.errors:
            print(error, file=sys.stderr)
        return EXIT_CONFIG
    except QuantracError as error:
        print(error, file=sys.stderr)
        return EXIT_FAILURE
    return EXIT_OK
