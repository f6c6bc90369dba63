"""Where the centre is, and how patiently events and files are sent to it."""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from quantrac_core.config.secrets import Secret
from quantrac_core.config.strict import StrictModel


def _check_url(text: str) -> str:
    wanted = "http:// or https:// with a host, without login, '?' and '#'"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(wanted) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError(wanted)
    if parts.query or parts.fragment or "@" in parts.netloc or any(c.isspace() for c in text):
        raise ValueError(wanted)
    return text.rstrip("/")


class CentreSettings(StrictModel):
    """The operations centre as its HTTP face; ``ca_file`` for a private certificate authority."""

    url: Annotated[str, Field(max_length=300), AfterValidator(_check_url)] = "http://127.0.0.1:8080"
    token: Secret | None = None
    ca_file: Path | None = None
    connect_timeout_s: Annotated[float, Field(gt=0, le=120)] = 8.0
    answer_timeout_s: Annotated[float, Field(gt=0, le=600)] = 30.0

    @model_validator(mode="after")
    def _certificate_fits(self) -> Self:
        if self.ca_file is not None:
            if not self.url.startswith("https://"):
                raise ValueError("ca_file only with an https:// url")
            if not self.ca_file.is_file():
                raise ValueError(f"the file {self.ca_file} must exist")
        return self


class DeliverySettings(StrictModel):
    """How events and files are sent; ``upload_most_kbit_per_s`` 0 is without a limit."""

    ack_timeout_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    backfill_rate_per_s: Annotated[float, Field(gt=0, le=5000)] = 50.0
    history_days: Annotated[int, Field(ge=1, le=3650)] = 60
    reserve_mb: Annotated[float, Field(ge=0, le=100)] = 2.0
    retry_most_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    upload_most_kbit_per_s: Annotated[float, Field(ge=0, le=10_000_000)] = 0.0
    piece_kib: Annotated[int, Field(ge=16, le=1024)] = 1024
