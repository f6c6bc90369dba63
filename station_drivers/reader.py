"""The reader of a station: every channel once per read, links in parallel."""

import asyncio
from collections.abc import Sequence

from quantrac_core.contracts.quality import Reason
from quantrac_core.runtime.clock import Clock
from station_drivers.blocks import compile_unit
from station_drivers.counters import LinkCounters
from station_drivers.link_reader import LinkReader, Phase
from station_drivers.links import LinkSettings, check_channel_names
from station_drivers.samples import LOST, ChannelPoint, Sample, Scan
from station_drivers.unit_reader import UnitReader

__all__ = ["ChannelPoint", "Sample", "StationReader"]


class StationReader:
    """Reads all channels of a station.

    Args:
        links: the station's lines and sockets; channel names must differ across them.
        clock: monotonic time and sleep.

    Raises:
        ValueError: if two links or two channels have one name.
    """

    def __init__(self, links: Sequence[LinkSettings], *, clock: Clock) -> None:
        check_channel_names(list(links))
        self._clock = clock
        self._links: list[LinkReader] = []
        points: list[ChannelPoint] = []
        for link in links:
            counters = LinkCounters()
            units: list[UnitReader] = []
            for unit in link.units:
                units.append(UnitReader(compile_unit(unit, len(points)), clock, counters))
                points += [
                    ChannelPoint(
                        unit.station_channel(channel.name),
                        channel.unit,
                        channel.valid_min,
                        channel.valid_max,
                    )
                    for channel in unit.map.channels
                ]
            self._links.append(LinkReader(link, units, clock))
        self.channels: tuple[ChannelPoint, ...] = tuple(points)
        self._names = [point.name for point in points]
        self._measured_at_s = clock.monotonic()
        self._busy_s = [0.0] * len(self._links)

    async def open(self) -> None:
        """Start one task per link; an absent peer is no error."""
        self._measured_at_s = self._clock.monotonic()
        for link in self._links:
            link.start()

    async def close(self) -> None:
        """End every link's task and close its connection."""
        await asyncio.gather(*(link.stop() for link in self._links))

    async def read(self, budget_s: float) -> dict[str, Sample]:
        """Return a sample of every channel, in the order of ``channels``, within ``budget_s``.

        Links work in parallel, units of a link in sequence. What is not there in time is
        ``timeout``; a link still busy with an earlier read sits this one out. A request in
        flight is never cancelled, and its late result belongs to no later read.
        """
        scan = Scan(len(self._names), len(self._links))
        for link in self._links:
            link.offer(scan)
        if not scan.finished.done():
            timer = asyncio.get_running_loop().call_later(budget_s, _end, scan)
            try:
                await scan.finished
            finally:
                timer.cancel()
        if scan.missing:
            for link in self._links:
                link.withdraw(scan)
        scan.is_over = True
        late = LOST[Reason.TIMEOUT]
        return {
            name: late if sample is None else sample
            for name, sample in zip(self._names, scan.slots, strict=True)
        }

    def diagnostics(self) -> dict[str, float]:
        """Return totals since the start, and busy ratios (0..1) since the previous call."""
        now_s = self._clock.monotonic()
        span_s = max(now_s - self._measured_at_s, 1e-9)
        self._measured_at_s = now_s
        counters = [link.counters for link in self._links]
        figures = {
            "requests_total": float(sum(c.requests for c in counters)),
            "errors_total": float(sum(c.errors for c in counters)),
            "timeouts_total": float(sum(c.timeouts for c in counters)),
            "bad_replies_total": float(sum(c.bad_replies for c in counters)),
            "exceptions_total": float(sum(c.exceptions for c in counters)),
            "connects_total": float(sum(c.connects for c in counters)),
            "failed_connects_total": float(sum(c.failed_connects for c in counters)),
            "skipped_scans_total": float(sum(c.skipped_scans for c in counters)),
            "link_restarts_total": float(sum(c.restarts for c in counters)),
            "quarantined_units": float(
                sum(unit.quarantine.is_active for link in self._links for unit in link.units)
            ),
        }
        for index, link in enumerate(self._links):
            name = f"link_{link.link.name}"
            busy_s = link.counters.busy_s
            figures[f"{name}_busy_ratio"] = min(1.0, (busy_s - self._busy_s[index]) / span_s)
            figures[f"{name}_connected"] = float(link.phase in (Phase.READY, Phase.READING))
            self._busy_s[index] = busy_s
        return figures


def _end(scan: Scan) -> None:
    if not scan.finished.done():
        scan.finished.set_result(None)
