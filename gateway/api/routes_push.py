"""What every account sets for itself: notices in its browsers, language and quiet hours."""

from fastapi import APIRouter

from gateway.api.access import Self
from gateway.api.faults import Fault
from gateway.api.notification_models import (
    Done,
    ForgetRequest,
    MineRequest,
    MineView,
    PushRequest,
    PushView,
)
from gateway.api.services import InjectedServices
from gateway.database import notice_people
from gateway.database.notice_people import PushSubscription
from gateway.database.notice_queue import delivery_id
from gateway.ingest.commits import now_ms
from gateway.notification.people import Recipient

router = APIRouter(prefix="/api/v1/notification", tags=["notification"])


@router.get("/push")
async def get_push(services: InjectedServices, caller: Self) -> PushView:
    """Return the key that browsers subscribe with, and how many browsers the caller has."""

    def load() -> tuple[int, bool]:
        with services.database.reading() as connection:
            people = notice_people.recipients(connection).values()
            mine = [one for one in people if one.account == caller.principal.account]
            pushed = any(channel.kind == "push" for one in mine for channel in one.channels)
            return len(notice_people.subscriptions(connection, caller.principal.account)), pushed

    browsers, is_recipient = await services.threads.call(load)
    return PushView(
        public_key=services.notifier.push_public_key, browsers=browsers, is_recipient=is_recipient
    )


@router.post("/push/subscriptions")
async def subscribe(services: InjectedServices, caller: Self, body: PushRequest) -> Done:
    """Send push messages to this browser too; the oldest of too many makes room."""
    if services.notifier.push_public_key is None:
        sentence = "this centre sends no push messages: notification.push is not set"
        raise Fault(409, "push_off", sentence)
    browser = PushSubscription(
        id=delivery_id("browser", body.endpoint),
        account=caller.principal.account,
        endpoint=body.endpoint,
        p256dh=body.keys.p256dh,
        auth=body.keys.auth,
    )

    def keep() -> None:
        with services.database.writing() as connection:
            notice_people.keep_subscription(connection, browser, now_ms())

    await services.threads.call(keep)
    return Done()


@router.post("/push/forget")
async def unsubscribe(services: InjectedServices, caller: Self, body: ForgetRequest) -> Done:
    """Send nothing more to this browser."""
    browser = delivery_id("browser", body.endpoint)

    def forget() -> bool:
        with services.database.writing() as connection:
            return notice_people.delete_subscription(connection, browser, caller.principal.account)

    if not await services.threads.call(forget):
        raise Fault(404, "browser_unknown", "this browser has no notices switched on")
    return Done()


@router.get("/mine")
async def get_mine(services: InjectedServices, caller: Self) -> MineView:
    """Return the caller's own language and quiet hours."""

    def load() -> Recipient | None:
        with services.database.reading() as connection:
            mine = _own(notice_people.recipients(connection), caller.principal.account)
            return next(iter(mine.values()), None)

    own = await services.threads.call(load)
    if own is None:
        return MineView(name=None, language="vi", quiet=[])
    return MineView(name=own.name, language=own.language, quiet=own.quiet)


@router.put("/mine")
async def put_mine(services: InjectedServices, caller: Self, body: MineRequest) -> MineView:
    """Set the caller's own language and quiet hours; rules stay with the administrator."""

    def keep() -> Recipient | None:
        changed = None
        account = caller.principal.account
        with services.database.writing() as connection:
            for id, one in _own(notice_people.recipients(connection), account).items():
                update = {"language": body.language, "quiet": body.quiet}
                changed = one.model_copy(update=update)
                notice_people.keep_recipient(connection, id, changed, account, now_ms())
        return changed

    own = await services.threads.call(keep)
    if own is None:
        raise Fault(404, "not_a_recipient", "this account is nobody who is told anything")
    return MineView(name=own.name, language=own.language, quiet=own.quiet)


def _own(recipients: dict[str, Recipient], account: str) -> dict[str, Recipient]:
    return {id: one for id, one in recipients.items() if one.account == account}
