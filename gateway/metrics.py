"""Figures about the gateway itself, for Prometheus."""

from collections.abc import Callable, Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
Sample = tuple[str, str, dict[str, str], float]
"""Name, help, labels and value of a figure that is read when somebody asks."""


class GatewayMetrics:
    """Counters of one gateway process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._messages = self._counter("messages", "Messages received", ["kind"])
        self._kinds: dict[str, Counter] = {}
        self.bytes = self._counter("message_bytes", "Payload bytes received")
        self.not_taken = self._counter("messages_not_taken", "Messages dropped by a full lane")
        self.quarantined = self._counter("quarantined", "Messages refused", ["reason"])
        self.scans = self._counter("scans_committed", "Scans committed in the store")
        self.values = self._counter("values_committed", "Values committed in the store")
        self.batches = self._counter("batches_committed", "Batches committed in the store")
        self.events = self._counter("events_committed", "Revisions of events committed")
        self.files = self._counter("evidence_files", "Files of events taken in whole")
        self.file_bytes = self._counter("evidence_bytes", "Bytes of files of events taken in")
        self.uploads_refused = self._counter("uploads_refused", "Uploads refused", ["status"])
        self.evidence_deleted = self._counter("evidence_deleted", "Files retention deleted")
        self.previews = self._counter("previews", "Preview pictures taken in")
        self.acks = self._counter("acks", "Acknowledgements published")
        self.replays = self._counter("replays", "Replays asked for", ["station"])
        self.lost = self._counter("lost_numbers", "Numbers nobody holds any more", ["station"])
        self.write_s = Histogram(
            "quantrac_gateway_store_write_seconds",
            "Time of one batch in the store",
            buckets=_BUCKETS_S,
            registry=self.registry,
        )

    def _counter(self, name: str, text: str, labels: list[str] | None = None) -> Counter:
        return Counter(f"quantrac_gateway_{name}", text, labels or [], registry=self.registry)

    def message(self, topic: str, size_bytes: int) -> None:
        """Count one received message."""
        kind = topic.rpartition("/")[2]
        counter = self._kinds.get(kind)
        if counter is None:
            known = kind in ("readings", "alarms", "heartbeat", "status", "events")
            counter = self._messages.labels(kind if known else "other")
            if known:
                self._kinds[kind] = counter
        counter.inc()
        self.bytes.inc(size_bytes)

    def batch(self, scans: int, values: int, write_s: float) -> None:
        """Count one committed batch."""
        self.scans.inc(scans)
        self.values.inc(values)
        self.batches.inc()
        self.write_s.observe(write_s)

    def watch(self, samples: Callable[[], Iterable[Sample]]) -> None:
        """Read ``samples`` at every scrape."""
        self.registry.register(_Watched(samples))

    def exposition(self) -> bytes:
        """Return the text of ``/metrics``."""
        return generate_latest(self.registry)


class _Watched(Collector):
    def __init__(self, samples: Callable[[], Iterable[Sample]]) -> None:
        self._samples = samples

    def collect(self) -> Iterable[Any]:
        families: dict[str, GaugeMetricFamily] = {}
        for name, text, labels, value in self._samples():
            family = families.get(name)
            if family is None:
                family = families[name] = GaugeMetricFamily(
                    f"quantrac_gateway_{name}", text, labels=list(labels)
                )
            family.add_metric(list(labels.values()), value)
        return families.values()
