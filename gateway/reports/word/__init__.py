"""The Word document: paper and type as Nghị định 30/2020/NĐ-CP has them."""

from typing import Final

FOLDER_FAILED: Final = 74
"""Exit code of the writing process where the file could not be put down (``EX_IOERR``)."""
