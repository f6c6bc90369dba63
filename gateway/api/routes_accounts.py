"""Accounts: list, make, change, reset, end sessions, links that sign in once."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path

from gateway.access.names import ACCOUNT
from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.api.access import needs
from gateway.api.account_models import (
    AccountChange,
    AccountList,
    AccountView,
    AccountWithPassword,
    LinkView,
    NewAccount,
)
from gateway.api.faults import Fault
from gateway.api.services import InjectedServices, Services
from gateway.database import accounts, sessions
from gateway.database.accounts import AccountRecord
from gateway.database.engine import Database
from gateway.sign_in.registry import AccountRefused
from quantrac_core.contracts.messages import utc_from_ms

router = APIRouter(prefix="/api/v1/accounts", tags=["accounts"])
Manages = Annotated[Principal, needs(Permission.MANAGE_ACCOUNTS)]
AccountInPath = Annotated[str, Path(pattern=f"^{ACCOUNT.pattern}$", max_length=40)]
STATUS_OF: Final = {
    "unknown_account": 404,
    "name_taken": 409,
    "claim_taken": 409,
    "last_administrator": 409,
}


@router.get("")
async def list_accounts(services: InjectedServices, _caller: Manages) -> AccountList:
    """Return every account."""
    return AccountList(accounts=await services.threads.call(_all, services.database))


@router.post("", status_code=201)
async def create_account(
    services: InjectedServices, caller: Manages, body: NewAccount
) -> AccountWithPassword:
    """Make an account; its one-time password is in this answer and nowhere else."""
    password = await _slowly(
        services,
        lambda: services.sign_in.registry.create(
            caller.account,
            body.account,
            body.name,
            body.roles,
            stations=body.stations,
            cameras=body.cameras,
            oidc_claim=body.oidc_claim,
            with_password=body.with_password,
        ),
    )
    view = await _view(services, body.account)
    return AccountWithPassword(account=view, one_time_password=password)


@router.put("/{account}")
async def change_account(
    services: InjectedServices, caller: Manages, account: AccountInPath, body: AccountChange
) -> AccountView:
    """Set what an account is, may and reaches; it counts from the next request on."""
    await _slowly(
        services,
        lambda: services.sign_in.registry.change(
            caller.account,
            account,
            body.name,
            body.roles,
            stations=body.stations,
            cameras=body.cameras,
            oidc_claim=body.oidc_claim,
            disabled=body.disabled,
        ),
    )
    services.sign_in.identities.forget(account)
    return await _view(services, account)


@router.post("/{account}/reset")
async def reset_account(
    services: InjectedServices, caller: Manages, account: AccountInPath
) -> AccountWithPassword:
    """Give a new one-time password; the second factor and every session are gone."""
    registry = services.sign_in.registry
    password = await _slowly(services, lambda: registry.reset(caller.account, account))
    services.sign_in.identities.forget(account)
    view = await _view(services, account)
    return AccountWithPassword(account=view, one_time_password=password)


@router.post("/{account}/end-sessions")
async def end_sessions(
    services: InjectedServices, caller: Manages, account: AccountInPath
) -> AccountView:
    """End every session of an account."""
    registry = services.sign_in.registry
    await _slowly(services, lambda: registry.end_sessions(caller.account, account))
    services.sign_in.identities.forget(account)
    return await _view(services, account)


@router.post("/{account}/link")
async def make_link(
    services: InjectedServices, caller: Manages, account: AccountInPath
) -> LinkView:
    """Make a link that signs in once, within a day."""
    registry = services.sign_in.registry
    link, until_ms = await _slowly(services, lambda: registry.make_link(caller.account, account))
    return LinkView(link=link, expires_at=utc_from_ms(until_ms))


def account_view(record: AccountRecord, session_count: int) -> AccountView:
    """Return an account as administrators see it."""
    signed_in_ms = record.signed_in_at_ms
    return AccountView(
        account=record.account,
        name=record.name,
        roles=sorted(record.roles),
        stations=None if record.stations is None else sorted(record.stations),
        cameras=None if record.cameras is None else sorted(record.cameras),
        has_password=record.password_hash is not None,
        must_change_password=record.must_change_password,
        disabled=record.disabled,
        has_totp=record.totp_secret is not None,
        oidc_claim=record.oidc_claim,
        created_at=utc_from_ms(record.created_at_ms),
        signed_in_at=None if signed_in_ms is None else utc_from_ms(signed_in_ms),
        sessions=session_count,
    )


async def _slowly(services: Services, act: Callable[[], Any]) -> Any:
    try:
        return await services.sign_in.slow.call(act)
    except AccountRefused as refused:
        raise Fault(STATUS_OF[refused.code], refused.code, str(refused)) from refused


async def _view(services: Services, account: str) -> AccountView:
    views = await services.threads.call(_all, services.database)
    for view in views:
        if view.account == account:
            return view
    raise Fault(404, "unknown_account", f"there is no account {account!r}")


def _all(database: Database) -> list[AccountView]:
    with database.reading() as connection:
        counts = sessions.counts(connection)
        return [
            account_view(record, counts.get(record.account, 0))
            for record in accounts.all_accounts(connection)
        ]
