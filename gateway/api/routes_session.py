"""Signing in and out, and the own password."""

from typing import Final

from fastapi import APIRouter, Request, Response

from gateway.access.names import ACCOUNT
from gateway.access.principal import Identity
from gateway.api.access import Anybody, Self
from gateway.api.faults import Fault
from gateway.api.services import InjectedServices, Services
from gateway.api.session_models import (
    LinkRequest,
    PasswordRequest,
    SessionView,
    SignInRequest,
    SignInWays,
)
from gateway.database import accounts
from gateway.database.accounts import AccountRecord
from gateway.sign_in.doors import DAY_MS, PasswordRefused, SignInCode, SignInRefused, Visitor
from gateway.sign_in.opening import MOST_WAITING
from quantrac_core.contracts.messages import utc_from_ms

router = APIRouter(prefix="/api/v1/session", tags=["session"])
SENTENCES: Final[dict[SignInCode, tuple[int, str]]] = {
    "wrong": (401, "the account or the password is wrong"),
    "code_needed": (401, "the one-time code of the account is needed too"),
    "code_wrong": (401, "the one-time code is wrong or was used"),
    "link_used": (401, "this link was used already, or is too old"),
    "locked": (429, "too many attempts; wait"),
    "totp_not_begun": (409, "ask for a QR code first"),
}
MAX_AGENT: Final = 200


@router.get("/ways")
async def get_ways(services: InjectedServices, _anybody: Anybody) -> SignInWays:
    """Return how people may sign in here."""
    oidc = services.sign_in.settings.oidc
    return SignInWays(password=True, provider=None if oidc is None else oidc.name)


@router.get("")
async def get_session(services: InjectedServices, caller: Self) -> SessionView:
    """Return who is signed in, and what they may do."""
    return await session_view(services, caller)


@router.post("")
async def sign_in(
    services: InjectedServices,
    request: Request,
    response: Response,
    body: SignInRequest,
    _anybody: Anybody,
) -> SessionView:
    """Sign in; the cookie is the session."""
    name = body.account.strip().lower()
    # What can be no account is treated like one that is not there, at the same cost.
    name = name if ACCOUNT.fullmatch(name) else "?"
    part = services.sign_in
    _refuse_a_crowd(services)
    part.waiting += 1
    try:
        secret = await part.slow.call(
            part.doors.by_password, name, body.password, body.code, visitor_of(request)
        )
    except SignInRefused as refused:
        raise fault_of(refused) from refused
    finally:
        part.waiting -= 1
    return await _admitted(services, response, secret)


@router.post("/link")
async def sign_in_by_link(
    services: InjectedServices,
    request: Request,
    response: Response,
    body: LinkRequest,
    _anybody: Anybody,
) -> SessionView:
    """Sign in with a link that works once."""
    part = services.sign_in
    try:
        secret = await part.threads.call(
            part.doors.by_link, body.link, body.code, visitor_of(request)
        )
    except SignInRefused as refused:
        raise fault_of(refused) from refused
    return await _admitted(services, response, secret)


@router.post("/end", status_code=204)
async def sign_out(services: InjectedServices, caller: Self) -> Response:
    """End the session; a token is not a session and stays."""
    part = services.sign_in
    account = caller.principal.account
    if caller.kind == "session":
        await part.threads.call(part.doors.sign_out, caller.key, account)
        part.identities.forget(account)
    response = Response(status_code=204)
    _set_cookie(services, response, "", 0)
    return response


@router.post("/password", status_code=204)
async def change_password(
    services: InjectedServices, caller: Self, body: PasswordRequest
) -> Response:
    """Change the own password; every other session of the account ends."""
    if caller.kind != "session":
        raise Fault(403, "not_allowed", "only a person who is signed in changes a password")
    part = services.sign_in
    account = caller.principal.account
    _refuse_a_crowd(services)
    part.waiting += 1
    try:
        await part.slow.call(
            part.doors.change_password, account, body.current, body.new, caller.key
        )
    except PasswordRefused as refused:
        raise Fault(422, refused.code, str(refused)) from refused
    except SignInRefused as refused:
        raise fault_of(refused) from refused
    finally:
        part.waiting -= 1
    await part.threads.call(part.first.password_changed, account)
    part.identities.forget(account)
    return Response(status_code=204)


async def session_view(services: Services, identity: Identity) -> SessionView:
    """Return what the page needs to know of who is signed in."""
    principal = identity.principal
    record = None
    if identity.kind != "service":
        record = await services.sign_in.threads.call(_find, services, principal.account)
    expires = identity.expires_at_ms
    return SessionView(
        account=principal.account,
        name=principal.name,
        kind=identity.kind,
        roles=[] if record is None else sorted(record.roles),
        permissions=sorted(principal.permissions),
        stations=None if principal.stations is None else sorted(principal.stations),
        cameras=None if principal.cameras is None else sorted(principal.cameras),
        must_change_password=identity.must_change_password,
        csrf=identity.csrf,
        expires_at=None if expires is None else utc_from_ms(expires),
    )


def visitor_of(request: Request) -> Visitor:
    """Return where a request comes from."""
    address = "?" if request.client is None else request.client.host
    agent = request.headers.get("user-agent", "")[:MAX_AGENT]
    return Visitor(address, "".join(c for c in agent if c.isprintable()))


def fault_of(refused: SignInRefused) -> Fault:
    """Return the answer to a sign-in that did not succeed."""
    status, sentence = SENTENCES[refused.code]
    if refused.code != "locked":
        return Fault(status, refused.code, sentence)
    return Fault(
        status,
        refused.code,
        f"{sentence} {refused.wait_s} s",
        {"Retry-After": str(refused.wait_s)},
        wait_s=refused.wait_s,
    )


async def _admitted(services: Services, response: Response, secret: str) -> SessionView:
    part = services.sign_in
    set_session_cookie(services, response, secret)
    identity = await part.identities.of_request(secret, None)
    if identity is None:
        raise Fault(401, "not_signed_in", "the account was disabled meanwhile")
    return await session_view(services, identity)


def set_session_cookie(services: Services, response: Response, secret: str) -> None:
    """Let the browser keep its session."""
    longest_s = int(services.sign_in.settings.longest_days * DAY_MS / 1000)
    _set_cookie(services, response, secret, longest_s)


def _set_cookie(services: Services, response: Response, value: str, max_age_s: int) -> None:
    part = services.sign_in
    response.set_cookie(
        part.cookie,
        value,
        max_age=max_age_s,
        path="/",
        secure=part.is_secure,
        httponly=True,
        samesite="strict",
    )


def _refuse_a_crowd(services: Services) -> None:
    if services.sign_in.waiting >= MOST_WAITING:
        detail = "too many people sign in at once; try again"
        raise Fault(503, "unavailable", detail, {"Retry-After": "5"})


def _find(services: Services, account: str) -> AccountRecord | None:
    with services.database.reading() as connection:
        return accounts.find(connection, account)
