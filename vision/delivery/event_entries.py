"""What the shared outbox cannot know about events: a later revision replaces an earlier one."""

from collections.abc import Sequence
from typing import Final

import msgspec

from quantrac_core.contracts.camera_messages import CameraEvent, decode_camera
from quantrac_core.contracts.messages import encode
from quantrac_core.runtime.outbox.entries import Entry

EVENT: Final = 0


class EventEntries:
    """Events on disk are neither merged nor thinned; those that wait for a full disk fold."""

    def first_covered(self, entry: Entry) -> int:
        """Every event stands for its own number only."""
        return entry.seq

    def thin(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return them all: a number without its event would be asked for again for ever."""
        return list(entries)

    def fold(self, entries: Sequence[Entry], most: int) -> list[Entry]:
        """Return at most ``most``: replaced revisions go first, then the oldest events.

        What stays is numbered anew, without a gap: nobody has seen these numbers yet.
        """
        if len(entries) <= most:
            return list(entries)
        newest: dict[str, CameraEvent] = {}
        for entry in entries:
            event = decode_camera(CameraEvent, entry.payload)
            newest.pop(event.id, None)
            newest[event.id] = event
        kept = list(newest.values())[-most:]
        times = {entry.seq: entry.at_ms for entry in entries}
        first = entries[0].seq
        return [
            Entry(seq, times[event.seq], EVENT, encode(msgspec.structs.replace(event, seq=seq)))
            for seq, event in enumerate(kept, first)
        ]
