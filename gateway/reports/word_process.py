"""Runs the writer of the Word document in a process of its own.

matplotlib's memory and computing time stay out of the process that takes in readings.
"""

import asyncio
import contextlib
import logging
import os
import sys
from pathlib import Path

import msgspec

from gateway.reports.archive import ArchiveUnavailable
from gateway.reports.blocks import Letter
from gateway.reports.word import FOLDER_FAILED
from quantrac_core.contracts.errors import QuantracError

log = logging.getLogger(__name__)


class WritingFailed(QuantracError):
    """The document could not be written; the log says more."""


class WritingTooSlow(WritingFailed):
    """The document took longer than it may."""


def _environment(folder: Path) -> dict[str, str]:
    # A service has no home, and without this list the fonts are looked for every time.
    return {"MPLCONFIGDIR": str(folder / ".matplotlib"), "OPENBLAS_NUM_THREADS": "1"}


async def write_file(letter: Letter, path: Path, timeout_s: float) -> None:
    """Write ``letter`` as .docx to ``path``.

    Raises:
        WritingFailed: it failed, or (`WritingTooSlow`) took longer than ``timeout_s``.
        ArchiveUnavailable: the file could not be put down.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway.reports.word",
        str(path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **_environment(path.parent)},
    )
    try:
        async with asyncio.timeout(timeout_s):
            _, words = await process.communicate(msgspec.json.encode(letter))
    except TimeoutError as error:
        raise WritingTooSlow(f"the document took longer than {timeout_s:g} s") from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode == FOLDER_FAILED:
        raise ArchiveUnavailable(f"{path.parent}: {words.decode(errors='replace').strip()[-200:]}")
    if process.returncode != 0:
        log.error("writing %s failed: %s", path.name, words.decode(errors="replace")[-2_000:])
        raise WritingFailed("the document could not be written")
