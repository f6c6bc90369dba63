"""A real SMTP server with STARTTLS and a password that keeps the mails it takes."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from tests.peers.process import free_port

USER = "quantrac"
PASSWORD = "mail-password-of-the-tests"


class MailSink:
    """What the server took; ``answer`` is what it says to the next mail, if it says anything."""

    def __init__(self, port: int | None = None) -> None:
        self.port = free_port() if port is None else port
        self._released = threading.Event()
        self._released.set()
        self.answer = "250 OK"
        self.mails: list[EmailMessage] = []
        self.refused = 0

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, or refuse it with ``answer``."""
        if not self.answer.startswith("250"):
            self.refused += 1
            return self.answer
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        await asyncio.to_thread(self._released.wait, 60)
        return self.answer

    def hang(self) -> None:
        """Take mails, but do not say so until `release`."""
        self._released.clear()

    def release(self) -> None:
        """Answer again, also who waits."""
        self._released.set()

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse nobody@…"""
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def _authenticate(
    server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    good = isinstance(data, LoginPassword) and data == LoginPassword(
        USER.encode(), PASSWORD.encode()
    )
    return AuthResult(success=good)


@contextlib.contextmanager
def smtp_sink(certificate: tuple[Path, Path], port: int | None = None) -> Iterator[MailSink]:
    """Run a mail server that insists on STARTTLS and a password."""
    sink = MailSink(port)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    controller = Controller(
        sink,
        hostname="127.0.0.1",
        port=sink.port,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=_authenticate,
    )
    controller.start()
    try:
        yield sink
    finally:
        sink.release()
        controller.stop()
