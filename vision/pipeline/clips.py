"""The clip of one event: recorded from before the moment, stored as its kind of camera allows."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vision.evidence.masks import burn_masks
from vision.evidence.settings import MaskSettings
from vision.evidence.store import EventFolder, StoredFile
from vision.scene.frame import Image
from vision.streams.clip import ClipInfo, clip_in_memory, save_clip
from vision.streams.packet_ring import Footage
from vision.streams.transcoding import transcode_clip

log = logging.getLogger(__name__)
CLIP: Final = "clip.mp4"
PLAYBACK: Final = "clip_playback.mp4"
_ENDINGS: Final = {
    "reconnect": "ends early: the camera's connection broke",
    "format_change": "ends early: the camera changed its picture",
    "size_limit": "ends early: it grew too large",
    "stopped": "ends early: no more video came",
}


@dataclass(slots=True, frozen=True)
class StoredClip:
    """The files of a clip, and what is known of it."""

    files: list[StoredFile]
    info: ClipInfo


def store_clip(
    footage: Footage, folder: EventFolder, masks: Sequence[MaskSettings], made_ms: int
) -> StoredClip:
    """Store a clip; blocking.

    Without masks it is the camera's own bytes; H.265, which browsers do not play, gets a copy in
    H.264 beside it. With masks only a re-encoded copy is ever written, masks burnt in.

    Raises:
        ClipFailed: the video cannot be written as a clip.
        EvidenceRefused, OSError: the disk refuses.
    """
    part = folder.part(CLIP)
    ending = _ENDINGS.get(footage.ending, "")
    if masks:
        source, raw = clip_in_memory(footage)

        def paint(image: Image) -> None:
            image[:] = burn_masks(image, masks)

        info = transcode_clip(source, part, raw, paint)
        note = _joined("re-encoded: privacy masks burnt in", ending)
        return StoredClip([folder.adopt(CLIP, "clip", made_ms, note)], info)
    info = save_clip(footage, part)
    stored = folder.adopt(CLIP, "clip", made_ms, _joined("the camera's own video", ending))
    files = [stored]
    if not info.plays_in_browsers:
        files.append(_playback(folder, info, made_ms))
    return StoredClip(files, info)


def _playback(folder: EventFolder, info: ClipInfo, made_ms: int) -> StoredFile:
    original: Path = folder.path / CLIP
    transcode_clip(original, folder.part(PLAYBACK), info)
    note = "H.264 copy for browsers; the original is clip.mp4"
    return folder.adopt(PLAYBACK, "clip_playback", made_ms, note)


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)
