"""The own account: second factor, recovery codes, sessions."""

from datetime import datetime
from typing import Annotated

import segno
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from gateway.access.principal import Identity
from gateway.api.access import Self
from gateway.api.faults import Fault
from gateway.api.routes_session import fault_of
from gateway.api.services import InjectedServices, Services
from gateway.database import accounts, sessions
from gateway.database.sessions import SessionRecord
from gateway.sign_in.doors import SignInRefused
from quantrac_core.contracts.messages import utc_from_ms

router = APIRouter(prefix="/api/v1/session", tags=["session"])


class CodeRequest(BaseModel):
    """A one-time code, or a recovery code where that is good enough."""

    model_config = {"extra": "forbid"}

    code: Annotated[str, Field(min_length=1, max_length=40)]


class TotpBegun(BaseModel):
    """What a telephone needs: the address as text, and as a QR code (an SVG as data URL)."""

    uri: str
    qr: str


class RecoveryCodes(BaseModel):
    """Codes for the day when the telephone is lost; each is good once, and shown this once."""

    recovery_codes: list[str]


class OwnSession(BaseModel):
    """A browser in which the account is signed in."""

    method: str
    address: str
    agent: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


class OwnAccount(BaseModel):
    """The second factor and the sessions of the own account."""

    has_totp: bool
    recovery_codes_left: int
    sessions: list[OwnSession]


@router.get("/own")
async def get_own_account(services: InjectedServices, caller: Self) -> OwnAccount:
    """Return how the own account is protected, and where it is signed in."""
    return await services.threads.call(_load, services, _person(caller))


@router.post("/totp")
async def begin_totp(services: InjectedServices, caller: Self) -> TotpBegun:
    """Make a secret for the telephone; nothing changes until a code of it has come."""
    account = _person(caller).principal.account
    uri = await services.sign_in.threads.call(services.sign_in.second_factor.begin, account)
    return TotpBegun(uri=uri, qr=segno.make(uri, error="m").svg_data_uri(scale=5, border=4))


@router.post("/totp/confirm")
async def confirm_totp(
    services: InjectedServices, caller: Self, body: CodeRequest
) -> RecoveryCodes:
    """Turn the second factor on."""
    account = _person(caller).principal.account
    confirm = services.sign_in.second_factor.confirm
    try:
        codes = await services.sign_in.threads.call(confirm, account, body.code)
    except SignInRefused as refused:
        raise _unprocessed(refused) from refused
    return RecoveryCodes(recovery_codes=codes)


@router.post("/totp/end", status_code=204)
async def end_totp(services: InjectedServices, caller: Self, body: CodeRequest) -> Response:
    """Turn the second factor off."""
    account = _person(caller).principal.account
    try:
        await services.sign_in.threads.call(services.sign_in.second_factor.end, account, body.code)
    except SignInRefused as refused:
        raise _unprocessed(refused) from refused
    return Response(status_code=204)


@router.post("/end-others", status_code=204)
async def end_other_sessions(services: InjectedServices, caller: Self) -> Response:
    """End the sessions of the own account in other browsers."""
    account = _person(caller).principal.account
    registry = services.sign_in.registry
    await services.sign_in.threads.call(registry.end_sessions, account, account, caller.key)
    services.sign_in.identities.forget(account)
    return Response(status_code=204)


def _person(caller: Identity) -> Identity:
    if caller.kind != "session" or caller.must_change_password:
        raise Fault(403, "not_allowed", "only a person who is signed in has an own account")
    return caller


def _unprocessed(refused: SignInRefused) -> Fault:
    fault = fault_of(refused)
    # Not 401: the page would take the session for ended.
    return fault if refused.code == "totp_not_begun" else Fault(422, refused.code, fault.detail)


def _load(services: Services, caller: Identity) -> OwnAccount:
    account = caller.principal.account
    with services.database.reading() as connection:
        kept = accounts.find(connection, account)
        left = accounts.recovery_codes_left(connection, account)
        found = sessions.of_account(connection, account)
    return OwnAccount(
        has_totp=kept is not None and kept.totp_secret is not None,
        recovery_codes_left=left,
        sessions=[_own_session(one, caller.key) for one in found[:100]],
    )


def _own_session(session: SessionRecord, key: str) -> OwnSession:
    return OwnSession(
        method=session.method,
        address=session.address,
        agent=session.agent,
        created_at=utc_from_ms(session.created_at_ms),
        seen_at=utc_from_ms(session.seen_at_ms),
        is_this=session.hash == key,
    )
