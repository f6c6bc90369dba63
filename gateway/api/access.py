"""Who asks, and whether they may: every route names its rule here, and a test reads them all."""

from hmac import compare_digest
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from gateway.access.permissions import Permission
from gateway.access.principal import Identity, Principal
from gateway.api.faults import Fault
from gateway.api.protection import SAFE_METHODS
from gateway.api.services import Services

CSRF_HEADER: Final = "x-csrf-token"


class Rule:
    """What a route asks of its caller; exactly one belongs to every route."""


class Needs(Rule):
    """Dependency: the caller is signed in and has a permission; gives the `Principal`."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> Principal:
        """Return who asks.

        Raises:
            Fault: 401 nobody is signed in; 403 it is not allowed, or the password has to be
                changed first, or the request does not come from our own page.
        """
        identity = await signed_in_identity(request)
        if identity.must_change_password:
            raise Fault(403, "password_must_change", "change the one-time password first")
        if not identity.principal.may(self.permission):
            raise Fault(
                403,
                "not_allowed",
                f"this account may not do that ({self.permission.value})",
                permission=self.permission.value,
            )
        return identity.principal


class SignedIn(Rule):
    """Dependency: anybody who is signed in, also with a one-time password; gives the `Identity`."""

    async def __call__(self, request: Request) -> Identity:
        """Return who asks, and how they proved it (raises `Fault` as `Needs` does)."""
        return await signed_in_identity(request)


class OpenToAll(Rule):
    """Dependency: everybody may ask; gives the `Identity` of those who are signed in."""

    async def __call__(self, request: Request) -> Identity | None:
        """Return who asks, or None."""
        return await identity_of(request)


class UploadToken(Rule):
    """Dependency: the route itself looks at the token of a vision machine."""

    async def __call__(self) -> None:
        """Leave it to the route."""


def needs(permission: Permission) -> Any:
    """Return the FastAPI dependency, for ``Annotated[Principal, needs(…)]``."""
    return Depends(Needs(permission))


Anybody = Annotated[Identity | None, Depends(OpenToAll())]
Self = Annotated[Identity, Depends(SignedIn())]
UPLOADS: Final = Depends(UploadToken())


async def identity_of(request: Request) -> Identity | None:
    """Return who asks, or None."""
    services: Services = request.app.state.services
    sign_in = services.sign_in
    cookie = request.cookies.get(sign_in.cookie)
    return await sign_in.identities.of_request(cookie, request.headers.get("authorization"))


async def signed_in_identity(request: Request) -> Identity:
    """Return who asks.

    Raises:
        Fault: 401; 403 where an unsafe request of a session lacks its token.
    """
    identity = await identity_of(request)
    if identity is None:
        # No challenge: a browser would show its own dialogue.
        raise Fault(401, "not_signed_in", "sign in first")
    if identity.kind == "session" and request.method not in SAFE_METHODS:
        shown = request.headers.get(CSRF_HEADER, "")
        if not compare_digest(shown.encode(), identity.csrf.encode()):
            raise Fault(403, "csrf", "the request lacks the token of its session: reload the page")
    return identity
