"""Puts the parts of sign-in together from their settings."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.access.settings import AccessSettings
from gateway.database.engine import Database, DatabaseUnavailable
from gateway.sign_in.doors import Doors
from gateway.sign_in.first_account import FirstAccount
from gateway.sign_in.identities import Identities
from gateway.sign_in.oidc import IdentityProvider
from gateway.sign_in.registry import Registry
from gateway.sign_in.second_factor import SecondFactor
from gateway.threads import WorkerThreads
from quantrac_core.runtime.clock import Clock

log = logging.getLogger(__name__)
FORGET_EVERY_S: Final = 3_600.0
MOST_WAITING: Final = 20
"""Sign-ins that wait for their turn; each turn costs a good part of a second of one core."""


@dataclass(slots=True)
class SignIn:
    """What the routes of sign-in use.

    Args:
        threads: where look-ups run, apart from the work of the API.
        slow: one thread for passwords, so that a flood of them takes one core at most.
        is_secure: the page is served by TLS, so cookies may insist on it.
    """

    settings: AccessSettings
    identities: Identities
    doors: Doors
    first: FirstAccount
    registry: Registry
    second_factor: SecondFactor
    provider: IdentityProvider | None
    threads: WorkerThreads
    slow: WorkerThreads
    is_secure: bool
    waiting: int = 0

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; browsers hold ``__Host-`` to TLS and to this host."""
        return "__Host-quantrac" if self.is_secure else "quantrac"

    async def forget_ended(self) -> None:
        """Clear away what is over, for ever."""
        while True:
            try:
                await self.threads.call(self.doors.forget_ended)
            except DatabaseUnavailable as error:
                log.warning("what is over stays for another hour: %s", error)
            await asyncio.sleep(FORGET_EVERY_S)

    def close(self) -> None:
        """End the threads."""
        self.threads.close()
        self.slow.close()


def open_sign_in(
    settings: AccessSettings,
    password_file: Path,
    database: Database,
    clock: Clock,
    *,
    is_secure: bool,
) -> SignIn:
    """Return the parts; nothing is asked of the database yet."""
    threads = WorkerThreads("sign-in", threads=2)
    slow = WorkerThreads("passwords")
    doors = Doors(settings, database, clock)
    return SignIn(
        settings=settings,
        identities=Identities(settings, database, threads, clock),
        doors=doors,
        first=FirstAccount(password_file, database, doors.passwords, slow, clock),
        registry=Registry(database, doors.passwords, clock),
        second_factor=SecondFactor(database, doors.codes, clock),
        provider=None
        if settings.oidc is None
        else IdentityProvider(settings.oidc, database, clock),
        threads=threads,
        slow=slow,
        is_secure=is_secure,
    )
