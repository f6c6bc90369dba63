"""Secrets come from a file or the environment, never from the configuration's text."""

import os
from pathlib import Path

from pydantic import Field, model_validator

from quantrac_core.config.strict import StrictModel

MAX_SECRET_BYTES = 64 * 1024


class Secret(StrictModel):
    """A reference to a secret: ``{file: path}`` or ``{env: NAME}``; its text is never shown.

    Existence is checked when the configuration is loaded, so that a missing secret stops
    the start with one line instead of failing at the first use.
    """

    file: Path | None = None
    env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")

    @model_validator(mode="after")
    def _names_one_source_that_exists(self) -> "Secret":
        if (self.file is None) == (self.env is None):
            raise ValueError("give exactly one of 'file' and 'env'")
        if self.env is not None and not os.environ.get(self.env):
            raise ValueError(f"the environment variable {self.env} must be set and not empty")
        if self.file is not None:
            if not self.file.is_file():
                raise ValueError(f"the secret file {self.file} must exist and be readable")
            if self.file.stat().st_size > MAX_SECRET_BYTES:
                raise ValueError(f"the secret file {self.file} must be at most 64 KiB")
        return self

    def reveal(self) -> str:
        """Return the secret's text without the trailing line break.

        Raises:
            OSError: if the file has vanished since the configuration was loaded.
        """
        if self.env is not None:
            return os.environ[self.env]
        assert self.file is not None
        return self.file.read_text(encoding="utf-8").rstrip("\r\n")
