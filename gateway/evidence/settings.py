"""Where evidence is kept, how long, and who may send it."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from quantrac_core.config.secrets import Secret
from quantrac_core.config.strict import StrictModel
from quantrac_core.contracts.camera_messages import MAX_FILE_BYTES
from quantrac_core.contracts.identifiers import STATION_ID_RULE, is_station_id

LEAST_TOKEN_CHARACTERS: Final = 16


def _camera_id(text: str) -> str:
    if not is_station_id(text):
        raise ValueError(STATION_ID_RULE)
    return text


def _long_enough(token: Secret) -> Secret:
    text = token.reveal()
    if len(text) < LEAST_TOKEN_CHARACTERS or not text.isascii() or not text.isprintable():
        least = LEAST_TOKEN_CHARACTERS
        raise ValueError(f"a token of at least {least} printable ASCII characters")
    return token


CameraId = Annotated[str, AfterValidator(_camera_id)]


class UploadToken(StrictModel):
    """What a vision machine shows; ``cameras`` are those it may send for (none: any)."""

    token: Annotated[Secret, AfterValidator(_long_enough)]
    cameras: list[CameraId] = Field(default=[], max_length=1_000)


class EvidenceSettings(StrictModel):
    """The folder of evidence; several gateways may share it.

    ``keep_days_of`` has other days by kind of event (``intrusion: 90``). Above ``disk_share`` of
    the disk the oldest evidence goes, whatever its age; below ``min_free_mb`` nothing is taken in.
    Locked evidence is never deleted.
    """

    path: Path
    upload_tokens: list[UploadToken] = Field(default=[], max_length=1_000)
    keep_days: float = Field(default=90.0, gt=0, le=36_500)
    keep_days_of: dict[str, Annotated[float, Field(gt=0, le=36_500)]] = Field(
        default={}, max_length=100
    )
    disk_share: float = Field(default=0.85, gt=0, le=0.99)
    min_free_mb: int = Field(default=500, ge=0, le=10_000_000)
    max_file_mb: int = Field(default=256, ge=1, le=MAX_FILE_BYTES // 1_048_576)
