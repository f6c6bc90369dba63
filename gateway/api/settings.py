"""Where the page and the API are, and how they are reached."""

from ipaddress import ip_address
from pathlib import Path

from pydantic import Field, model_validator

from quantrac_core.config.strict import StrictModel


class TlsSettings(StrictModel):
    """Certificate (with its chain) and key, both PEM files; the key without a passphrase."""

    certificate: Path
    key: Path

    @model_validator(mode="after")
    def _both_exist(self) -> "TlsSettings":
        for name, file in (("certificate", self.certificate), ("key", self.key)):
            if not file.is_file():
                raise ValueError(f"{name}: the file {file} must exist and be readable")
        return self


class HttpSettings(StrictModel):
    """Where the page and the API are; ``allowed_hosts`` are further names in a Host header.

    Passwords cross no network in the clear: an address that others can reach needs ``tls``, or a
    reverse proxy on this machine or a private line that does TLS (``behind_tls: true``); whose
    word about the address of a browser counts is in ``proxies``.
    """

    listen: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65_535)
    allowed_hosts: list[str] = Field(default=[], max_length=50)
    tls: TlsSettings | None = None
    behind_tls: bool = False
    proxies: list[str] = Field(default=["127.0.0.1", "::1"], max_length=20)

    @model_validator(mode="after")
    def _listens_on_an_address(self) -> "HttpSettings":
        try:
            listen = ip_address(self.listen)
        except ValueError as error:
            raise ValueError("listen: an IP address such as 127.0.0.1") from error
        if self.tls is not None and self.behind_tls:
            raise ValueError("give only one of 'tls' and 'behind_tls'")
        if not listen.is_loopback and not self.is_secure:
            raise ValueError(
                f"listen: {self.listen} can be reached by others: it needs tls (certificate and"
                " key), or behind_tls: true where a proxy does TLS"
            )
        return self

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the page by TLS."""
        return self.tls is not None or self.behind_tls
