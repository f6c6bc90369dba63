"""Passwords as Argon2id hashes; the one file that knows the library."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.access.settings import PasswordSettings


class Passwords:
    """Hashes and verifies; each call takes the time and memory of the settings, and blocks."""

    def __init__(self, settings: PasswordSettings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.passes,
            memory_cost=settings.memory_kib,
            parallelism=settings.lanes,
        )
        self._nobodys = self._hasher.hash("nobody's password")

    def hash(self, password: str) -> str:
        """Return the encoded hash, with its own salt."""
        return self._hasher.hash(password)

    def is_right(self, kept: str | None, password: str) -> bool:
        """Tell whether a password fits; without a hash it takes as long and does not."""
        try:
            self._hasher.verify(self._nobodys if kept is None else kept, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Tell whether a hash was made with other costs than are configured now."""
        return self._hasher.check_needs_rehash(kept)
