"""One process to a data folder: two of them would write over one another."""

import fcntl
import os
from pathlib import Path

from quantrac_core.contracts.errors import ConfigError, ConfigErrors


def claim_data_folder(folder: Path, lock_name: str, config_file: Path, owner: str) -> int:
    """Lock ``folder`` for this process; return the descriptor that holds the lock.

    Args:
        folder: made where it is missing.
        lock_name: for example ``agent.lock``.
        config_file: names it, for the error.
        owner: who else might be using it, for example ``agent``.

    Raises:
        ConfigErrors: the folder cannot be written, or another process holds it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / lock_name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        allowed = f"a writable folder ({error.strerror})"
        raise _refused(config_file, folder, allowed) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        allowed = f"a folder that no other {owner} is using now"
        raise _refused(config_file, folder, allowed) from error
    return lock


def _refused(file: Path, folder: Path, allowed: str) -> ConfigErrors:
    return ConfigErrors([ConfigError(str(file), "data_dir", str(folder), allowed)])
