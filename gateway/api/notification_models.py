"""Shapes of the API's answers about notification."""

from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gateway.notification.people import Recipient, Roster
from gateway.notification.timetable import Window


class SinkView(BaseModel):
    """A way out of the centre; ``trouble`` is what last went wrong, empty while it works."""

    sink: str
    kind: Literal["email", "push", "webhook", "apprise"]
    trouble: str


class NotificationView(BaseModel):
    """What this centre can send through; ``waiting`` … count deliveries by state."""

    sinks: list[SinkView]
    waiting: int
    sent: int
    failed: int
    dropped: int


class RecipientView(BaseModel):
    """A recipient under its id."""

    id: str
    settings: Recipient


class RecipientList(BaseModel):
    """Every recipient, by id."""

    recipients: list[RecipientView]


class RosterView(BaseModel):
    """A roster under its id; ``on_duty`` names recipients by step, now."""

    id: str
    settings: Roster
    on_duty: dict[int, list[str]]


class RosterList(BaseModel):
    """Every roster, by id."""

    rosters: list[RosterView]


class DeliveryView(BaseModel):
    """One message to one recipient by one channel."""

    id: str
    number: int
    recipient: str
    channel: str
    target: str
    phase: str
    priority: str
    title: str
    created_at: datetime
    state: Literal["waiting", "sent", "failed", "dropped"]
    attempts: int
    next_at: datetime | None
    done_at: datetime | None
    error: str


class DeliveryList(BaseModel):
    """Deliveries, newest first; ``next`` continues the list as ``before``."""

    deliveries: list[DeliveryView]
    next: int | None


class Done(BaseModel):
    """It was done."""

    ok: bool = True


def _endpoint(url: str) -> str:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise ValueError("an https address") from error
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
        raise ValueError("an https address")
    if port not in (None, 443) or not url.isascii() or not url.isprintable():
        raise ValueError("an https address on port 443")
    return url


class PushKeys(BaseModel):
    """The browser's keys (RFC 8291), URL-safe base 64."""

    model_config = ConfigDict(extra="forbid")

    p256dh: str = Field(pattern=r"^[A-Za-z0-9_-]{87}=?$")
    auth: str = Field(pattern=r"^[A-Za-z0-9_-]{22}(==)?$")


class PushRequest(BaseModel):
    """A browser that wants push messages, as `PushSubscription.toJSON` gives it."""

    model_config = ConfigDict(extra="ignore")

    endpoint: Annotated[str, Field(max_length=600), AfterValidator(_endpoint)]
    keys: PushKeys


class PushView(BaseModel):
    """Whether this centre pushes (else the key is None), and to how many own browsers."""

    public_key: str | None
    browsers: int
    is_recipient: bool


class MineView(BaseModel):
    """The caller's own recipients: what an account may set for itself; None where it has none."""

    name: str | None
    language: Literal["vi", "en"]
    quiet: list[Window]


class MineRequest(BaseModel):
    """Own language and quiet hours."""

    model_config = ConfigDict(extra="forbid")

    language: Literal["vi", "en"]
    quiet: list[Window] = Field(max_length=14)


class ForgetRequest(BaseModel):
    """A browser that wants no more push messages."""

    model_config = ConfigDict(extra="forbid")

    endpoint: str = Field(min_length=1, max_length=600)
