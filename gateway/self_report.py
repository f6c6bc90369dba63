"""What the gateway says of itself: whether its parts work, and figures when somebody asks."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.api.models import Check
from gateway.evidence.opening import Evidence
from gateway.ingest.ledger import SequenceLedger
from gateway.ingest.pipeline import Pipeline
from gateway.live.alarm_keeper import AlarmKeeper
from gateway.live.cameras import Cameras
from gateway.live.stations import Stations
from gateway.live.stream import Stream
from gateway.metrics import Sample
from quantrac_core.contracts.messages import utc_from_ms
from quantrac_core.runtime.mqtt_session import MqttSession


@dataclass(slots=True, frozen=True)
class SelfReport:
    """Reads the running parts; keeps nothing."""

    session: MqttSession
    pipeline: Pipeline
    ledger: SequenceLedger
    stations: Stations
    cameras: Cameras
    stream: Stream
    evidence: Evidence | None
    alarm_keeper: AlarmKeeper

    def checks(self) -> dict[str, Check]:
        """Return by name what works and what does not."""
        connected = self.session.connected
        store_failure, database_failure = self.pipeline.failures()
        return {
            "mqtt": Check(ok=connected, detail="" if connected else "no connection to the broker"),
            "store": Check(ok=not store_failure, detail=store_failure),
            "database": Check(ok=not database_failure, detail=database_failure),
            "notices": self._notices(),
        }

    def _notices(self) -> Check:
        since = [
            f"{sink} since {utc_from_ms(at_ms):%Y-%m-%dT%H:%M:%SZ}"
            for sink, at_ms in sorted(self.alarm_keeper.alarmed_sinks().items())
        ]
        return Check(ok=not since, detail=f"do not arrive by {', '.join(since)}" if since else "")

    def samples(self) -> Iterable[Sample]:
        """Yield the figures of this moment."""
        yield "mqtt_connected", "1 while connected to the broker", {}, self.session.connected
        for lane in self.pipeline.lanes:
            labels = {"lane": lane.name}
            yield "lane_waiting", "Items waiting for their commit", labels, len(lane)
            yield "lane_oldest_seconds", "Age of the oldest of them", labels, lane.oldest_age_s()
            yield "lane_dropped", "Items refused by a full lane", labels, lane.dropped
        settling = self.pipeline.stations.settling
        yield "unsettled_values", "Values a crash may still lose", {}, settling.held_values
        yield "unsettled_let_go", "Values left to a replay", {}, settling.let_go_values
        yield "unsettled_rewritten", "Values written again", {}, settling.rewritten_values
        yield "streams", "Open browsers", {}, len(self.stream)
        for sink, lines in self.alarm_keeper.failing_sinks().items():
            yield "notices_failing", "Ways to a recipient that fail now", {"sink": sink}, lines
        yield from self._sequences()
        yield from self._cameras()
        now_ms = time.time() * 1000
        for now in self.stations.all():
            if now.last_scan_ms is not None:
                lag_s = (now_ms - now.last_scan_ms) / 1000
                yield "station_lag_seconds", "Age of the last scan", {"station": now.station}, lag_s

    def _sequences(self) -> Iterable[Sample]:
        for source in self.ledger.sources():
            state = self.ledger.completeness(source)
            if state is None:
                continue
            labels = {"station": source}
            yield "durable_seq", "Nothing is missing up to here", labels, state.durable_seq
            yield "missing_numbers", "Numbers still expected", labels, state.missing
            yield "gaps", "Gaps between committed numbers", labels, len(state.gaps)

    def _cameras(self) -> Iterable[Sample]:
        if self.evidence is not None:
            free = self.evidence.folder.free_bytes()
            yield "evidence_free_bytes", "Free on the disk of the evidence", {}, free
        for now in self.cameras.all():
            labels = {"camera": now.camera}
            live = now.state == "live"
            yield "camera_live", "1 while the camera says it is live and speaks", labels, live
            if now.status is not None:
                yield "camera_lag_seconds", "Picture to decision", labels, now.status.lag_s
