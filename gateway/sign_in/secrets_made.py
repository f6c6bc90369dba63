"""Random secrets, and the hashes that are kept of them."""

import secrets
from hashlib import sha256
from typing import Final

SECRET_BYTES: Final = 32
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is mistaken for something else when it is read out or typed from paper."""


def new_secret() -> str:
    """Return 256 random bits as 43 URL-safe characters."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_id() -> str:
    """Return a random id of 16 characters."""
    return secrets.token_hex(8)


def one_time_password() -> str:
    """Return a password for one use: 16 characters in groups of four, 79 random bits."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(16))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def hash_of(secret: str) -> str:
    """Return the SHA-256 of a random secret in hexadecimal; passwords need `Passwords`."""
    return sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def csrf_of(session_secret: str) -> str:
    """Return what unsafe requests of a session carry; it tells nothing of the session's secret."""
    return hash_of(f"csrf {session_secret}")
