"""E-mail over SMTP with STARTTLS or TLS: plain text and a small HTML part."""

import html
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate

from gateway.database.notice_queue import Delivery
from gateway.notification.blocking import BlockingSender
from gateway.notification.message import Message, footer, link_of
from gateway.notification.outcomes import Refused, TryAgain
from gateway.notification.settings import SmtpSettings


class Email(BlockingSender):
    """Sends through one mail server, one connection a message.

    Args:
        public_url: where people open the page, for the link.
    """

    def __init__(self, settings: SmtpSettings, public_url: str | None, timeout_s: float) -> None:
        super().__init__("email", timeout_s, threads=2)
        self._settings = settings
        self._public_url = public_url

    def deliver(self, delivery: Delivery, message: Message) -> None:
        """Hand one message to the mail server."""
        mail = compose_mail(delivery, message, self._settings, self._public_url)
        try:
            with self._connect() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            words = f"the mail server refused the address ({codes[0] if codes else '?'})"
            if codes and codes[0] >= 500:
                raise Refused(words) from error
            raise TryAgain(words) from error
        except smtplib.SMTPAuthenticationError as error:
            raise TryAgain(f"the mail server refused the password ({error.smtp_code})") from error
        except smtplib.SMTPResponseException as error:
            raise TryAgain(f"the mail server answered {error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise TryAgain(f"no connection to the mail server: {type(error).__name__}") from error

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        context = ssl.create_default_context(
            cafile=None if settings.ca_file is None else str(settings.ca_file)
        )
        server: smtplib.SMTP
        if settings.security == "tls":
            server = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=self.timeout_s, context=context
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=self.timeout_s)
        try:
            if settings.security == "starttls":
                server.starttls(context=context)
            if settings.username is not None and settings.password is not None:
                server.login(settings.username, settings.password.reveal())
        except (smtplib.SMTPException, OSError):
            server.close()
            raise
        return server


def compose_mail(
    delivery: Delivery, message: Message, settings: SmtpSettings, public_url: str | None
) -> EmailMessage:
    """Return the mail; its Message-ID is the delivery's, the thread's id ties begin and end."""
    domain = settings.sender.rpartition("@")[2]
    mail = EmailMessage()
    user, _, host = settings.sender.partition("@")
    mail["From"] = Address(settings.sender_name, user, host)
    mail["To"] = delivery.target
    mail["Subject"] = " ".join(message.title.split())
    mail["Date"] = formatdate(message.created_at_ms / 1000)
    mail["Message-ID"] = f"<{delivery.id}@{domain}>"
    if message.thread:
        root = f"<thread.{message.thread}@{domain}>"
        mail["In-Reply-To"] = root
        mail["References"] = root
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Quantrac-Id"] = delivery.id
    if message.priority in ("high", "urgent") and message.phase == "firing":
        mail["Importance"] = "high"
    link = link_of(message, public_url)
    foot = footer(delivery.id, message.language)
    mail.set_content(
        "\n".join([message.title, "", message.text, "", *([link] if link else []), foot])
    )
    body = html.escape(message.text).replace("\n", "<br>")
    anchor = f'<p><a href="{html.escape(link)}">{html.escape(link)}</a></p>' if link else ""
    mail.add_alternative(
        f'<html lang="{message.language}"><body style="font-family:sans-serif">'
        f"<h3>{html.escape(message.title)}</h3><p>{body}</p>{anchor}"
        f'<p style="color:#5d6b79;font-size:smaller">{html.escape(foot)}</p></body></html>',
        subtype="html",
    )
    return mail
