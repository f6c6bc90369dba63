"""Sign-in names, persons' names and passwords: what is allowed."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

ACCOUNT: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
LEAST_PASSWORD: Final = 10
MOST_PASSWORD: Final = 200


def _printable(text: str) -> str:
    plain = " ".join(text.split())
    if not plain or not plain.isprintable():
        raise ValueError("a name without control characters")
    return plain


AccountName = Annotated[str, Field(pattern=rf"^{ACCOUNT.pattern}$", max_length=40)]
PersonName = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_printable)]


def password_fault(password: str, account: str) -> str | None:
    """Return why a new password is not good enough, or None.

    Length is what counts (NIST SP 800-63B 5.1.1); composition rules make passwords worse.
    """
    if len(password) < LEAST_PASSWORD:
        return f"a password has at least {LEAST_PASSWORD} characters"
    if len(set(password)) < 5:
        return "a password has at least 5 different characters"
    if account in password.lower() or password.lower() in account:
        return "a password does not contain the account's name"
    return None
