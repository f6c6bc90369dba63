"""Shapes of signing in and out."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from gateway.access.names import MOST_PASSWORD
from gateway.access.permissions import Permission, Role

Password = Annotated[str, Field(min_length=1, max_length=MOST_PASSWORD)]


class SignInRequest(BaseModel):
    """Account, password, and the one-time code where the account has one."""

    model_config = {"extra": "forbid"}

    account: Annotated[str, Field(min_length=1, max_length=60)]
    password: Password
    code: Annotated[str, Field(max_length=40)] = ""


class LinkRequest(BaseModel):
    """The secret of a link that signs in once, and the one-time code where the account has one."""

    model_config = {"extra": "forbid"}

    link: Annotated[str, Field(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
    code: Annotated[str, Field(max_length=40)] = ""


class PasswordRequest(BaseModel):
    """A change of the own password."""

    model_config = {"extra": "forbid"}

    current: Annotated[str, Field(max_length=MOST_PASSWORD)] = ""
    new: Password


class SessionView(BaseModel):
    """Who is signed in, and what the page may show them.

    ``csrf`` goes into the header X-CSRF-Token of every request that changes something.
    """

    account: str
    name: str
    kind: Literal["session", "token", "service"]
    roles: list[Role]
    permissions: list[Permission]
    stations: list[str] | None
    cameras: list[str] | None
    must_change_password: bool
    csrf: str
    expires_at: datetime | None


class SignInWays(BaseModel):
    """How people may sign in here; ``provider`` is the name of the identity provider, or null."""

    password: bool
    provider: str | None
