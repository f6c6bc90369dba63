"""Tokens for programs: one's own, and for administrators those of others."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from gateway.access.permissions import Permission
from gateway.access.principal import Identity
from gateway.api.access import Self
from gateway.api.account_models import NewToken, TokenList, TokenView, TokenWithSecret
from gateway.api.faults import Fault
from gateway.api.services import InjectedServices
from gateway.database import api_tokens
from gateway.database.api_tokens import TokenRecord
from gateway.database.engine import Database
from quantrac_core.contracts.messages import utc_from_ms

router = APIRouter(prefix="/api/v1/tokens", tags=["tokens"])


@router.get("")
async def list_tokens(services: InjectedServices, caller: Self, all: bool = False) -> TokenList:
    """Return the own tokens; ``all`` is for those who manage accounts."""
    person = _person(caller)
    if all and not person.principal.may(Permission.MANAGE_ACCOUNTS):
        raise Fault(403, "not_allowed", "this account sees its own tokens only")
    account = None if all else person.principal.account
    tokens = await services.threads.call(_search, services.database, account)
    return TokenList(tokens=[token_view(token) for token in tokens])


@router.post("", status_code=201)
async def create_token(services: InjectedServices, caller: Self, body: NewToken) -> TokenWithSecret:
    """Make a token of the own account; its secret is in this answer and nowhere else."""
    person = _person(caller)
    beyond = frozenset(body.permissions) - person.principal.permissions
    if beyond:
        named = ", ".join(sorted(beyond))
        raise Fault(403, "not_allowed", f"this account does not have: {named}")
    registry = services.sign_in.registry
    token, secret = await services.sign_in.threads.call(
        registry.create_token, person.principal, body.name, body.permissions, body.days
    )
    return TokenWithSecret(token=token_view(token), secret=secret)


@router.post("/{token_id}/revoke", status_code=204)
async def revoke_token(
    services: InjectedServices,
    caller: Self,
    token_id: Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", max_length=16)],
) -> Response:
    """Let a token be good for nothing any more."""
    person = _person(caller)
    token = await services.threads.call(_find, services.database, token_id)
    manages = person.principal.may(Permission.MANAGE_ACCOUNTS)
    if token is None or not (manages or token.account == person.principal.account):
        raise Fault(404, "not_found", "there is no such token")
    registry = services.sign_in.registry
    await services.sign_in.threads.call(registry.revoke_token, person.principal.account, token)
    services.sign_in.identities.forget(token.account)
    return Response(status_code=204)


def token_view(token: TokenRecord) -> TokenView:
    """Return a token as the API shows it."""
    return TokenView(
        id=token.id,
        account=token.account,
        name=token.name,
        permissions=sorted(token.permissions),
        created_at=utc_from_ms(token.created_at_ms),
        expires_at=utc_from_ms(token.expires_at_ms),
        used_at=None if token.used_at_ms is None else utc_from_ms(token.used_at_ms),
    )


def _person(caller: Identity) -> Identity:
    """A token makes no tokens: who steals one must not be able to keep the rights for ever."""
    if caller.kind != "session" or caller.must_change_password:
        raise Fault(403, "not_allowed", "only a person who is signed in sees to tokens")
    return caller


def _search(database: Database, account: str | None) -> list[TokenRecord]:
    with database.reading() as connection:
        return api_tokens.search(connection, account)


def _find(database: Database, token_id: str) -> TokenRecord | None:
    with database.reading() as connection:
        return api_tokens.find(connection, token_id)
