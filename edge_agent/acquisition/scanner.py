"""One scan: samples judged, alarms decided, both as entries of the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge_agent.alarms.bank import AlarmBank, TransitionRecord
from edge_agent.outbox.kinds import ALARM, SCAN
from edge_agent.quality.judge import QualityJudge
from quantrac_core.contracts import messages
from quantrac_core.contracts.messages import (
    AlarmTransition,
    ClockState,
    Reading,
    Scan,
    utc_from_ms,
)
from quantrac_core.runtime.outbox.entries import Entry
from station_drivers.reader import Sample


@dataclass(frozen=True, slots=True)
class Origin:
    """What every message of this run carries."""

    station: str
    outbox_id: str
    boot_id: str


@dataclass(frozen=True, slots=True)
class WatchedChannel:
    """A channel with its judge."""

    name: str
    unit: str
    judge: QualityJudge


class Scanner:
    """Turns the samples of one instant into outbox entries, in the order of their numbers."""

    def __init__(
        self, origin: Origin, channels: Sequence[WatchedChannel], alarms: AlarmBank
    ) -> None:
        self._origin = origin
        self._plan = [(channel.name, channel.unit, channel.judge.judge) for channel in channels]
        self._units = {channel.name: channel.unit for channel in channels}
        self._alarms = alarms

    def scan(
        self,
        samples: Mapping[str, Sample],
        *,
        seq: int,
        at_ms: int,
        monotonic_s: float,
        clock: ClockState,
    ) -> list[Entry]:
        """Return the scan's entry (number ``seq``) and one for each alarm transition after it."""
        readings: list[Reading] = []
        for name, unit, judge in self._plan:
            sample = samples[name]
            value = sample.value
            if isinstance(value, str):
                continue
            quality, reason = judge(monotonic_s, value, sample.state)
            readings.append(
                Reading(name, value, unit, sample.state, quality, sample.reason or reason)
            )
        transitions = self._alarms.update(
            at_ms, monotonic_s, {r.c: (r.v, r.s, r.q) for r in readings}
        )
        origin = self._origin
        scan = Scan(
            station=origin.station,
            outbox_id=origin.outbox_id,
            boot_id=origin.boot_id,
            seq=seq,
            at=utc_from_ms(at_ms),
            clock=clock,
            readings=readings,
        )
        entries = [Entry(seq, at_ms, SCAN, messages.encode(scan))]
        entries += [
            self.alarm_entry(record, seq + number)
            for number, record in enumerate(transitions, start=1)
        ]
        return entries

    def alarm_entry(self, record: TransitionRecord, seq: int) -> Entry:
        """Return the outbox entry of one alarm transition."""
        origin = self._origin
        alarm = AlarmTransition(
            station=origin.station,
            outbox_id=origin.outbox_id,
            boot_id=origin.boot_id,
            seq=seq,
            at=utc_from_ms(record.at_ms),
            alarm=record.alarm,
            channel=record.channel,
            level=record.level,
            side=record.side,
            basis=record.basis,
            transition=record.transition,
            value=record.value,
            limit=record.limit,
            unit=self._units.get(record.channel, ""),
            since=utc_from_ms(record.since_ms),
        )
        return Entry(seq, record.at_ms, ALARM, messages.encode(alarm))
