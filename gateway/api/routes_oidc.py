"""To the identity provider and back."""

import logging
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from gateway.api.access import Anybody
from gateway.api.faults import Fault
from gateway.api.routes_session import set_session_cookie, visitor_of
from gateway.api.services import InjectedServices, Services
from gateway.sign_in.doors import SignInRefused
from gateway.sign_in.oidc import FLOW_MS, IdentityProvider, ProviderFailed

log = logging.getLogger(__name__)
router = APIRouter(prefix="/api/v1/session/oidc", tags=["session"])
FAILED: Final = "/#/sign-in-failed"
_Word = Annotated[str, Query(max_length=2_000)]


@router.get("", response_class=RedirectResponse, status_code=303)
async def go_to_provider(services: InjectedServices, _anybody: Anybody) -> RedirectResponse:
    """Send the browser to the identity provider."""
    part = services.sign_in
    provider = _provider(services)
    try:
        address, state = await part.slow.call(provider.begin)
    except ProviderFailed as error:
        log.warning("identity provider: %s", error)
        return RedirectResponse(FAILED, 303)
    answer = RedirectResponse(address, 303)
    # Lax: the way back comes from the provider's site.
    answer.set_cookie(
        _flow_cookie(services),
        state,
        max_age=FLOW_MS // 1000,
        path="/",
        secure=part.is_secure,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/callback", response_class=RedirectResponse, status_code=303)
async def come_back(
    services: InjectedServices,
    request: Request,
    _anybody: Anybody,
    code: _Word = "",
    state: _Word = "",
) -> RedirectResponse:
    """Sign in whoever the provider names, and show the page."""
    part = services.sign_in
    provider = _provider(services)
    bound = request.cookies.get(_flow_cookie(services), "")
    try:
        claim = await part.slow.call(provider.finish, state, bound, code)
        secret = await part.slow.call(part.doors.by_provider, claim, visitor_of(request))
    except (ProviderFailed, SignInRefused) as error:
        log.warning("sign-in by the identity provider failed: %s", error)
        answer = RedirectResponse(FAILED, 303)
    else:
        answer = RedirectResponse("/", 303)
        set_session_cookie(services, answer, secret)
    answer.delete_cookie(_flow_cookie(services), path="/", secure=part.is_secure, httponly=True)
    return answer


def _provider(services: Services) -> IdentityProvider:
    provider = services.sign_in.provider
    if provider is None:
        raise Fault(404, "not_found", "no identity provider is configured (access.oidc)")
    return provider


def _flow_cookie(services: Services) -> str:
    return f"{services.sign_in.cookie}-oidc"
