"""What is signed about one event: its times, its files, and what judged the pictures."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from quantrac_core.contracts.camera_messages import CameraEvent
from quantrac_core.contracts.messages import utc_from_ms
from vision.evidence.births import FileBirth
from vision.evidence.signing import DeviceKey

MANIFEST_NAME: Final = "manifest.json"
MANIFEST_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Provenance:
    """What looked at the pictures: model, configuration and program, hashes in hexadecimal."""

    model: str
    model_sha256: str
    config_sha256: str
    software: str


def manifest_payload(
    event: CameraEvent, files: Sequence[FileBirth], provenance: Provenance, made_ms: int
) -> dict[str, object]:
    """Return the payload of an event's manifest; times are ISO 8601 in UTC, milliseconds, Z."""
    moment_in_clip_s = None
    if event.clip_began_at is not None:
        moment_in_clip_s = round((event.began_at - event.clip_began_at).total_seconds(), 3)
    return {
        "version": MANIFEST_VERSION,
        "camera": event.camera,
        "event": event.id,
        "rule": event.rule,
        "kind": event.kind,
        "label": event.label,
        "zone": event.zone,
        "began_at": _iso(event.began_at),
        "ended_at": None if event.ended_at is None else _iso(event.ended_at),
        "moment_in_clip_s": moment_in_clip_s,
        "clock": event.clock,
        "files": [
            {
                "name": birth.name,
                "sha256": birth.sha256,
                "size_bytes": birth.size_bytes,
                "media_type": birth.media_type,
                "note": birth.note,
            }
            for birth in files
            if birth.name != MANIFEST_NAME
        ],
        "model": provenance.model,
        "model_sha256": provenance.model_sha256,
        "config_sha256": provenance.config_sha256,
        "software": provenance.software,
        "made_at": _iso(utc_from_ms(made_ms)),
    }


def signed_manifest(payload: dict[str, object], key: DeviceKey) -> bytes:
    """Return the bytes of ``manifest.json``."""
    return json.dumps(key.sign(payload), ensure_ascii=False, indent=1).encode()


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
