"""Telegram, Zalo bots, SMS gateways and a hundred more, through Apprise."""

import logging

import apprise

from gateway.database.notice_queue import Delivery
from gateway.notification.blocking import BlockingSender
from gateway.notification.message import Message, footer, link_of
from gateway.notification.outcomes import TryAgain
from quantrac_core.config.secrets import Secret

# Apprise's own lines may hold addresses with tokens in them.
logging.getLogger("apprise").setLevel(logging.CRITICAL)


class AppriseChannel(BlockingSender):
    """One Apprise address, which is a secret as a whole."""

    def __init__(
        self, name: str, address: Secret, public_url: str | None, timeout_s: float
    ) -> None:
        super().__init__(f"apprise-{name}", timeout_s, threads=1)
        self._address = address
        self._public_url = public_url

    def deliver(self, delivery: Delivery, message: Message) -> None:
        """Hand one message to the service."""
        service = apprise.Apprise()
        if not service.add(self._address.reveal()):
            raise TryAgain("the address in the configuration is none that Apprise knows")
        kind = apprise.NotifyType.WARNING
        if message.phase == "resolved":
            kind = apprise.NotifyType.SUCCESS
        elif message.phase == "test":
            kind = apprise.NotifyType.INFO
        body = message_body(delivery, message, self._public_url)
        if not service.notify(body=body, title=message.title, notify_type=kind):
            raise TryAgain("the service refused the message or did not answer")


def message_body(delivery: Delivery, message: Message, public_url: str | None) -> str:
    """Return what stands below the title: text, link and the message's id."""
    link = link_of(message, public_url)
    lines = [message.text, *([link] if link else []), footer(delivery.id, message.language)]
    return "\n".join(lines)


def is_apprise_address(text: str) -> bool:
    """Tell whether Apprise knows what to do with an address."""
    return bool(apprise.Apprise().add(text))
