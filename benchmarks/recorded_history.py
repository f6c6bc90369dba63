"""An outbox file as a station would have written it while nobody could be reached."""

import math
from pathlib import Path

from edge_agent.outbox.kinds import SCAN
from edge_agent.outbox.station_outbox import station_log
from quantrac_core.contracts.identifiers import new_random_id
from quantrac_core.contracts.messages import Reading, Scan, encode, utc_from_ms
from quantrac_core.contracts.quality import Quality, State
from quantrac_core.runtime.outbox.entries import Entry

CHUNK = 5_000


def write_history(
    path: Path, station: str, channels: list[str], scans: int, end_ms: int, period_ms: int = 1000
) -> None:
    """Fill a new outbox with ``scans`` scans of ``channels``, the last one before ``end_ms``.

    Args:
        path: the SQLite file that the agent will open.
        end_ms: milliseconds since 1970.
    """
    log = station_log(path, station)
    boot_id = new_random_id()
    for first in range(1, scans + 1, CHUNK):
        entries = []
        for seq in range(first, min(first + CHUNK, scans + 1)):
            at_ms = end_ms - (scans - seq + 1) * period_ms
            readings = [
                # A daily swing and a slower channel each: no two values alike, as measured.
                Reading(
                    channel,
                    round(50.0 + index + 10.0 * math.sin(seq / (3_000.0 + index)), 3),
                    "mg/l",
                    State.MEASURING,
                    Quality.GOOD,
                )
                for index, channel in enumerate(channels)
            ]
            scan = Scan(
                station=station,
                outbox_id=log.outbox_id,
                boot_id=boot_id,
                seq=seq,
                at=utc_from_ms(at_ms),
                clock="synced",
                readings=readings,
            )
            entries.append(Entry(seq, at_ms, SCAN, encode(scan)))
        log.append(entries, {})
    log.close()
