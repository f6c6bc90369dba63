"""Puts the parts of evidence together from their settings."""

from dataclasses import dataclass
from typing import Final

from gateway.database.engine import Database
from gateway.evidence.folder import EvidenceFolder
from gateway.evidence.settings import EvidenceSettings
from gateway.evidence.tokens import UploadTokens
from gateway.evidence.uploads import Uploads
from gateway.threads import WorkerThreads

MEGABYTE: Final = 1_048_576
THREADS: Final = 3


@dataclass(slots=True, frozen=True)
class Evidence:
    """What takes files in and gives them out; ``threads`` is where its blocking work runs."""

    folder: EvidenceFolder
    uploads: Uploads
    tokens: UploadTokens
    threads: WorkerThreads
    max_file_bytes: int


def open_evidence(settings: EvidenceSettings, database: Database) -> Evidence:
    """Return the parts; the folder is made when the first file comes."""
    folder = EvidenceFolder(settings.path, settings.min_free_mb * MEGABYTE)
    return Evidence(
        folder=folder,
        uploads=Uploads(folder, database),
        tokens=UploadTokens(settings.upload_tokens),
        threads=WorkerThreads("evidence", THREADS),
        max_file_bytes=settings.max_file_mb * MEGABYTE,
    )
