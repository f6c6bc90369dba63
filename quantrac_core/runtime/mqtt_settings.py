"""How a program reaches the broker."""

from pathlib import Path

from pydantic import Field, model_validator

from quantrac_core.config.secrets import Secret
from quantrac_core.config.strict import StrictModel


class TlsSettings(StrictModel):
    """Private CA and, where the broker asks for one, a client certificate."""

    ca_file: Path
    certificate_file: Path | None = None
    key_file: Path | None = None

    @model_validator(mode="after")
    def _files_exist_and_pair(self) -> "TlsSettings":
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("certificate_file and key_file belong together")
        for path in (self.ca_file, self.certificate_file, self.key_file):
            if path is not None and not path.is_file():
                raise ValueError(f"the file {path} must exist")
        return self


class MqttSettings(StrictModel):
    """Broker address, credentials and patience (MQTT 5)."""

    host: str = Field(default="127.0.0.1", min_length=1, max_length=253)
    port: int = Field(default=1883, ge=1, le=65535)
    username: str | None = Field(default=None, max_length=128)
    password: Secret | None = None
    tls: TlsSettings | None = None
    keepalive_s: int = Field(default=10, ge=2, le=600)
    connect_timeout_s: float = Field(default=8.0, gt=0, le=120)
    reconnect_most_s: float = Field(default=15.0, gt=0, le=600)
