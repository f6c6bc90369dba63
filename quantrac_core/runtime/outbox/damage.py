"""A damaged outbox is set aside, never deleted: an unattended station must go on measuring."""

import logging
import sqlite3
from pathlib import Path

from quantrac_core.contracts.errors import QuantracError

log = logging.getLogger(__name__)
DAMAGE_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
COMPANIONS = ("", "-wal", "-shm")


class OutboxDamaged(QuantracError):
    """The outbox file is no sound database any more; the next start sets it aside."""

    def __init__(self, path: Path, error: Exception) -> None:
        super().__init__(f"{path}: {error}; the next start sets it aside and begins a new one")


def is_damage(error: sqlite3.Error) -> bool:
    """Tell a damaged file from a disk that refuses."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE_CODES


def mark_damaged(path: Path) -> None:
    """Leave a note for the next start: damage may lie where opening does not look."""
    _note(path).touch()


def is_marked(path: Path) -> bool:
    """Tell whether an earlier run found the file damaged."""
    return _note(path).exists()


def set_aside(path: Path) -> Path:
    """Rename the outbox and its companions to the first free ``….damaged-<n>``; return that."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    for companion in COMPANIONS:
        file = path.with_name(path.name + companion)
        if file.exists():
            file.rename(aside.with_name(aside.name + companion))
    _note(path).unlink(missing_ok=True)
    log.error(
        "the outbox was damaged and is now %s; a new one begins, and what was not sent can be "
        "brought back from that file with sqlite3's .recover",
        aside,
    )
    return aside


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.is-damaged")
