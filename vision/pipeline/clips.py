"""The clip of one event, written as its kind of camera allows."""

from pathlib import Path
from typing import Final

from vision.evidence.picture_masks import PictureMasks
from vision.scene.frame import Image
from vision.streams.clip import ClipInfo, clip_in_memory, save_clip
from vision.streams.packet_ring import Footage
from vision.streams.transcoding import transcode_clip

CLIP: Final = "clip.mp4"
PLAYBACK: Final = "clip_playback.mp4"
PLAYBACK_NOTE: Final = "H.264 copy for browsers; the original is clip.mp4"
_ENDINGS: Final = {
    "reconnect": "ends early: the camera's connection broke",
    "format_change": "ends early: the camera changed its picture",
    "size_limit": "ends early: it grew too large",
    "stopped": "ends early: no more video came, or the program was stopped",
}


def write_clip_file(footage: Footage, path: Path, masks: PictureMasks) -> ClipInfo:
    """Write ``path``; blocking.

    Without masks it is the camera's own bytes. With masks only a re-encoded copy is ever written
    to the disk, masks burnt in.

    Raises:
        ClipFailed: the video cannot be written as a clip.
        OSError: the disk refuses.
    """
    if not masks:
        return save_clip(footage, path)
    source, raw = clip_in_memory(footage)

    def paint(image: Image) -> None:
        image[:] = masks.burn(image)

    return transcode_clip(source, path, raw, paint)


def clip_note(info: ClipInfo) -> str:
    """Return what a manifest says about a clip."""
    origin = "re-encoded: privacy masks burnt in" if info.is_reencoded else "the camera's own video"
    ending = _ENDINGS.get(info.ending, "")
    return f"{origin}; {ending}" if ending else origin
