"""A process of its own that turns a letter (JSON on stdin) into a .docx file at a path."""

import contextlib
import os
import sys
from pathlib import Path

import msgspec

from gateway.reports.blocks import Letter
from gateway.reports.word import FOLDER_FAILED
from gateway.reports.word.writing import write_letter


def main() -> int:
    """Write the file; return the exit code."""
    # Readings go first; a hardened service may not let it change.
    with contextlib.suppress(OSError):
        os.nice(10)
    letter = msgspec.json.decode(sys.stdin.buffer.read(), type=Letter)
    content = write_letter(letter)
    try:
        Path(sys.argv[1]).write_bytes(content)
    except OSError as error:
        print(error.strerror, file=sys.stderr)
        return FOLDER_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
