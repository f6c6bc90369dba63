"""How people sign in, and which machines may ask without a person."""

from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from gateway.access.names import PersonName
from gateway.access.permissions import Permission
from quantrac_core.config.secrets import Secret
from quantrac_core.config.strict import StrictModel
from quantrac_core.contracts.identifiers import STATION_ID_RULE, is_station_id

LEAST_TOKEN_CHARACTERS: Final = 32


def _long_enough(token: Secret) -> Secret:
    text = token.reveal()
    if len(text) < LEAST_TOKEN_CHARACTERS or not text.isascii() or not text.isprintable():
        least = LEAST_TOKEN_CHARACTERS
        raise ValueError(f"a token of at least {least} printable ASCII characters")
    return token


def _identifier(text: str) -> str:
    if not is_station_id(text):
        raise ValueError(STATION_ID_RULE)
    return text


Reach = Annotated[list[Annotated[str, AfterValidator(_identifier)]], Field(max_length=1_000)]


class ServiceToken(StrictModel):
    """A machine that asks with ``Authorization: Bearer``, such as Prometheus (``see_system``).

    ``stations`` and ``cameras`` are what it reaches; left out, all.
    """

    name: PersonName
    token: Annotated[Secret, AfterValidator(_long_enough)]
    may: list[Permission] = Field(min_length=1, max_length=50)
    stations: Reach | None = None
    cameras: Reach | None = None


class PasswordSettings(StrictModel):
    """Cost of Argon2id (RFC 9106): the second recommended choice, 64 MiB and 3 passes."""

    memory_kib: int = Field(default=65_536, ge=8, le=4_194_304)
    passes: int = Field(default=3, ge=1, le=100)
    lanes: int = Field(default=4, ge=1, le=64)

    @model_validator(mode="after")
    def _has_memory_for_its_lanes(self) -> "PasswordSettings":
        if self.memory_kib < 8 * self.lanes:
            raise ValueError("memory_kib: at least 8 for each of the lanes")
        return self


def _by_tls(url: str) -> str:
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise ValueError("an https:// address (http:// on this machine only)")
    return url


Address = Annotated[str, Field(max_length=300), AfterValidator(_by_tls)]


class OidcSettings(StrictModel):
    """An OpenID Connect provider; accounts name their person's ``claim`` in ``oidc_claim``.

    ``page_url`` is how browsers reach this page; the provider has to know
    ``<page_url>/api/v1/session/oidc/callback``.
    """

    name: PersonName
    issuer: Address
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: Secret | None = None
    page_url: Address
    claim: str = Field(default="sub", pattern=r"^[A-Za-z0-9_.:/-]{1,100}$")
    scopes: list[str] = Field(default=["openid", "profile", "email"], min_length=1, max_length=20)


class AccessSettings(StrictModel):
    """Sessions, passwords and tokens.

    Args:
        idle_hours: a session that nobody uses ends; an open page counts as use.
        longest_days: every session ends, used or not; a wall display signs in anew then.
        first_password_file: where the first start leaves the administrator's one-time password;
            beside the database's file if left out.
    """

    idle_hours: float = Field(default=12.0, gt=0, le=8_760)
    longest_days: float = Field(default=31.0, gt=0, le=366)
    password: PasswordSettings = PasswordSettings()
    service_tokens: list[ServiceToken] = Field(default=[], max_length=100)
    first_password_file: Path | None = None
    oidc: OidcSettings | None = None

    @model_validator(mode="after")
    def _names_each_machine_once(self) -> "AccessSettings":
        names = [one.name for one in self.service_tokens]
        if len(set(names)) != len(names):
            raise ValueError("service_tokens: a name is listed twice")
        return self
