"""The first start makes an administrator, whose one-time password lies in a file for its owner."""

import logging
import os
from pathlib import Path
from typing import Final

from gateway.access.permissions import Role
from gateway.database import accounts, audit
from gateway.database.engine import Database, DatabaseUnavailable
from gateway.sign_in.passwords import Passwords
from gateway.sign_in.secrets_made import one_time_password
from gateway.threads import WorkerThreads
from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.clock import Clock

log = logging.getLogger(__name__)
FIRST: Final = "admin"


class FirstAccount:
    """Makes the account where there is none at all, and takes its file away in the end."""

    def __init__(
        self, file: Path, database: Database, passwords: Passwords, threads: WorkerThreads,
        clock: Clock,
    ) -> None:  # fmt: skip
        self.file = file
        self._database = database
        self._passwords = passwords
        self._threads = threads
        self._clock = clock

    async def make(self) -> None:
        """Make it as soon as the database answers."""
        backoff = Backoff(first_s=0.5, most_s=10.0)
        while True:
            try:
                if await self._threads.call(self._make):
                    log.warning(
                        "there were no accounts: %r was made, its one-time password is in %s",
                        FIRST,
                        self.file,
                    )
                return
            except DatabaseUnavailable as error:
                log.warning("cannot look for accounts: %s", error)
            except OSError as error:
                log.error("the first account needs a file for its password: %s", error)
            await self._clock.sleep(backoff.next_delay_s())

    def password_changed(self, account: str) -> None:
        """Take the file away once its password is worth nothing."""
        if account == FIRST:
            try:
                self.file.unlink(missing_ok=True)
            except OSError as error:
                log.warning("the file of the first password stays: %s", error)

    def _make(self) -> bool:
        with self._database.reading() as connection:
            if accounts.count(connection):
                return False
        password = one_time_password()
        hashed = self._passwords.hash(password)
        now_ms = self._clock.now_ms()
        with self._database.writing() as connection:
            everything = [Role.ADMINISTRATOR]
            if not accounts.create(connection, FIRST, "Quản trị viên", everything, hashed, now_ms):
                return False
            audit.record(
                connection, "account_created", "quantrac-gateway", f"account/{FIRST}",
                "first start", now_ms,
            )  # fmt: skip
            # Inside the transaction: no account without a password that somebody can read.
            write_secret(self.file, f"{password}\n")
        return True


def write_secret(file: Path, text: str) -> None:
    """Write a file that only its owner may read.

    Raises:
        OSError: it cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        opened.write(text)
