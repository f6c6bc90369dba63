"""The clip of one event: what it is about, recorded, and written as its camera allows."""

from pathlib import Path
from typing import Final

from vision.evidence.picture_masks import PictureMasks
from vision.evidence.settings import EvidenceSettings
from vision.scene.decision import Decision
from vision.scene.frame import Image
from vision.streams.clip import ClipInfo, clip_in_memory, save_clip
from vision.streams.packet_ring import Footage, PacketRing, Recording
from vision.streams.transcoding import transcode_clip

CLIP: Final = "clip.mp4"
PLAYBACK: Final = "clip_playback.mp4"
MOST_BACK_MS: Final = 8_000
PLAYBACK_NOTE: Final = "H.264 copy for browsers; the original is clip.mp4"
_ENDINGS: Final = {
    "reconnect": "ends early: the camera's connection broke",
    "format_change": "ends early: the camera changed its picture",
    "size_limit": "ends early: it grew too large",
    "stopped": "ends early: no more video came, or the program was stopped",
}


def clip_moment_ms(decision: Decision) -> int:
    """Return the moment that a clip is about.

    What took minutes to become an event (loitering, parking) began before the ring does: then it
    is the moment at which it was decided.
    """
    is_recent = decision.at_ms - decision.began_ms <= MOST_BACK_MS
    return decision.began_ms if is_recent else decision.at_ms


def record_clip(ring: PacketRing, decision: Decision, settings: EvidenceSettings) -> Recording:
    """Begin to record the clip of an incident that has just begun.

    Raises:
        ClipUnavailable: the ring holds nothing of that time.
    """
    moment_ms = clip_moment_ms(decision)
    from_ms = moment_ms - round(settings.pre_roll_s * 1000)
    to_ms = decision.at_ms + round(settings.post_roll_s * 1000)
    return ring.record(from_ms, to_ms, moment_ms)


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
