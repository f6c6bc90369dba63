"""Who is asking, what they may do, and which stations and cameras they reach."""

from dataclasses import dataclass
from typing import Literal

from gateway.access.permissions import Permission


@dataclass(slots=True, frozen=True)
class Principal:
    """An account (or its token) behind a request.

    Args:
        account: sign-in name, such as ``nguyen.van.a``; what logs and the audit keep.
        name: the person's name as the pages show it.
        permissions: what may be done; a token has at most those of its account.
        stations, cameras: what is reached; None is all, also those to come.
    """

    account: str
    name: str
    permissions: frozenset[Permission]
    stations: frozenset[str] | None = None
    cameras: frozenset[str] | None = None

    def may(self, permission: Permission) -> bool:
        """Tell whether this one thing may be done."""
        return permission in self.permissions

    def reaches_station(self, station: str) -> bool:
        """Tell whether a station may be seen."""
        return self.stations is None or station in self.stations

    @property
    def reaches_everything(self) -> bool:
        """Tell whether no place is withheld, so that what concerns the whole centre may be seen."""
        return self.stations is None and self.cameras is None

    def reaches_camera(self, camera: str) -> bool:
        """Tell whether a camera may be seen."""
        return self.cameras is None or camera in self.cameras


@dataclass(slots=True, frozen=True)
class Identity:
    """How a request proved who asks.

    Args:
        kind: a browser's session, an account's token, or a token of the configuration.
        key: SHA-256 of the secret that was shown, in hexadecimal.
        csrf: what unsafe requests of a session carry besides the cookie.
        must_change_password: nothing else may be done before.
        expires_at_ms: end of the session or token, milliseconds since 1970.
    """

    principal: Principal
    kind: Literal["session", "token", "service"]
    key: str
    csrf: str = ""
    must_change_password: bool = False
    expires_at_ms: int | None = None
