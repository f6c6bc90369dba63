"""Section ``notification`` of the gateway's configuration: secrets, servers and patience."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from gateway.notification.escalation import Pace
from gateway.notification.notifiable import Priority
from gateway.notification.people import Slug
from quantrac_core.config.secrets import Secret
from quantrac_core.config.strict import StrictModel

MAX_ADDRESS = 500


def check_web_address(key: str, url: str) -> None:
    """Refuse what is no plain web address.

    Called by models and not by fields: the fault of a field shows its value, which may hold a
    password here.

    Raises:
        ValueError: says what is wrong with ``key``.
    """
    parts = urlsplit(url)
    if len(url) > MAX_ADDRESS or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{key}: an address that begins with https:// (or http://)")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"{key}: an address without name and password")


class SmtpSettings(StrictModel):
    """The mail server; ``security`` none is for a server on this machine only."""

    host: str = Field(min_length=1, max_length=253)
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: Path | None = None
    username: str | None = Field(default=None, max_length=200)
    password: Secret | None = None
    sender: str = Field(pattern=r"^[^@\s<>\r\n]+@[A-Za-z0-9.-]+$", max_length=254)
    sender_name: str = Field(default="Quan trắc môi trường", max_length=80, pattern=r"^[^\r\n]*$")

    @model_validator(mode="after")
    def _keeps_the_password(self) -> "SmtpSettings":
        if (self.username is None) != (self.password is None):
            raise ValueError("give both 'username' and 'password', or neither")
        loopback = self.host in ("localhost", "127.0.0.1", "::1")
        if self.security == "none" and self.password is not None and not loopback:
            raise ValueError("security: none would send the password in clear text")
        return self


class WebhookSettings(StrictModel):
    """A system that takes signed CloudEvents; the secret has at least 16 characters."""

    url: str
    secret: Secret

    @model_validator(mode="after")
    def _can_be_signed_and_sent(self) -> "WebhookSettings":
        check_web_address("url", self.url)
        if len(self.secret.reveal()) < 16:
            raise ValueError("secret: at least 16 characters")
        return self


class PushSettings(StrictModel):
    """Browser push: where the key pair is kept (made where missing) and whom to write to."""

    key_file: Path
    contact: str = Field(pattern=r"^mailto:[^@\s]+@[A-Za-z0-9.-]+$", max_length=200)


class PaceSettings(StrictModel):
    """How fast one priority escalates; 0 seconds is never."""

    escalate_after_s: float = Field(ge=0, le=604_800)
    repeat_after_s: float = Field(ge=0, le=604_800)
    max_repeats: int = Field(ge=0, le=100)

    def pace(self) -> Pace:
        """Return it in milliseconds."""
        return Pace(
            int(self.escalate_after_s * 1000), int(self.repeat_after_s * 1000), self.max_repeats
        )


class PacesSettings(StrictModel):
    """The pace of each priority."""

    urgent: PaceSettings = PaceSettings(escalate_after_s=180, repeat_after_s=300, max_repeats=12)
    high: PaceSettings = PaceSettings(escalate_after_s=600, repeat_after_s=900, max_repeats=8)
    medium: PaceSettings = PaceSettings(
        escalate_after_s=3_600, repeat_after_s=14_400, max_repeats=3
    )
    low: PaceSettings = PaceSettings(escalate_after_s=0, repeat_after_s=0, max_repeats=0)

    def of(self, priority: Priority) -> Pace:
        """Return the pace of a priority."""
        found: PaceSettings = getattr(self, priority)
        return found.pace()


class NotificationSettings(StrictModel):
    """Everything under ``notification``; people and rosters are in the database.

    Args:
        public_url: where people open the page; messages link to it.
        group_wait_s, group_interval_s: how long calm news waits for company, first and later.
        timeout_s: of one attempt; retry_first_s … retry_most_s: back-off between attempts.
        give_up_after_h: then a delivery has failed for good.
        keep_days: how long deliveries that are done stay visible.
    """

    public_url: str | None = None
    smtp: SmtpSettings | None = None
    webhooks: dict[Slug, WebhookSettings] = Field(default={}, max_length=50)
    apprise: dict[Slug, Secret] = Field(default={}, max_length=50)
    push: PushSettings | None = None
    pace: PacesSettings = PacesSettings()
    group_wait_s: float = Field(default=30, ge=0, le=3_600)
    group_interval_s: float = Field(default=300, ge=0, le=86_400)
    look_interval_s: float = Field(default=1.0, ge=0.05, le=60)
    timeout_s: float = Field(default=10, ge=0.1, le=60)
    retry_first_s: float = Field(default=5, ge=0.05, le=600)
    retry_most_s: float = Field(default=300, ge=0.1, le=3_600)
    give_up_after_h: float = Field(default=24, gt=0, le=720)
    keep_days: int = Field(default=90, ge=1, le=3_650)

    @model_validator(mode="after")
    def _addresses_are_good(self) -> "NotificationSettings":
        if self.public_url is not None:
            check_web_address("public_url", self.public_url)
        if not self.apprise:
            return self
        # The library takes long to load, and most centres do without it.
        from gateway.notification.apprise_channel import is_apprise_address

        for name, address in self.apprise.items():
            if not is_apprise_address(address.reveal()):
                raise ValueError(f"apprise: {name}: the secret is no address that Apprise knows")
        return self

    def sinks(self) -> dict[str, int]:
        """Return the sinks that exist, and how many deliveries each takes at a time."""
        found: dict[str, int] = {}
        if self.smtp is not None:
            found["email"] = 2
        if self.push is not None:
            found["push"] = 4
        found.update({f"webhook:{name}": 2 for name in self.webhooks})
        found.update({f"apprise:{name}": 1 for name in self.apprise})
        return found
