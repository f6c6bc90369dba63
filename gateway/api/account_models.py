"""Shapes of accounts, tokens and links."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from gateway.access.names import AccountName, PersonName
from gateway.access.permissions import Permission, Role
from quantrac_core.contracts.identifiers import STATION_ID_RULE, is_station_id


def _identifier(text: str) -> str:
    if not is_station_id(text):
        raise ValueError(STATION_ID_RULE)
    return text


Reach = Annotated[list[Annotated[str, AfterValidator(_identifier)]], Field(max_length=1_000)]
Roles = Annotated[list[Role], Field(min_length=1, max_length=len(Role))]
Claim = Annotated[str, Field(min_length=1, max_length=200)]


class NewAccount(BaseModel):
    """An account to make; ``stations`` and ``cameras`` null is all, also those to come."""

    model_config = {"extra": "forbid"}

    account: AccountName
    name: PersonName
    roles: Roles
    stations: Reach | None = None
    cameras: Reach | None = None
    oidc_claim: Claim | None = None
    with_password: bool = True
    """False: the account signs in by links or by the identity provider only."""


class AccountChange(BaseModel):
    """What is to be changed of an account; all of it is set anew."""

    model_config = {"extra": "forbid"}

    name: PersonName
    roles: Roles
    stations: Reach | None
    cameras: Reach | None
    oidc_claim: Claim | None = None
    disabled: bool = False


class AccountView(BaseModel):
    """An account as administrators see it."""

    account: str
    name: str
    roles: list[Role]
    stations: list[str] | None
    cameras: list[str] | None
    has_password: bool
    must_change_password: bool
    disabled: bool
    has_totp: bool
    oidc_claim: str | None
    created_at: datetime
    signed_in_at: datetime | None
    sessions: int


class AccountList(BaseModel):
    """Every account, by its name."""

    accounts: list[AccountView]


class AccountWithPassword(BaseModel):
    """An account and its one-time password, which is shown this once."""

    account: AccountView
    one_time_password: str | None


class LinkView(BaseModel):
    """A link that signs in once: the page's address, ``#/sign-in/`` and this secret."""

    link: str
    expires_at: datetime


class NewToken(BaseModel):
    """A token for a program, with at most the permissions of its account."""

    model_config = {"extra": "forbid"}

    name: PersonName
    permissions: Annotated[list[Permission], Field(min_length=1, max_length=len(Permission))]
    days: Annotated[int, Field(ge=1, le=730)] = 90


class TokenView(BaseModel):
    """A token; nobody can see its secret again."""

    id: str
    account: str
    name: str
    permissions: list[Permission]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class TokenList(BaseModel):
    """Tokens, newest first."""

    tokens: list[TokenView]


class TokenWithSecret(BaseModel):
    """A new token and its secret, which is shown this once."""

    token: TokenView
    secret: str
