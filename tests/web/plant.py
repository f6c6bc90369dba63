"""Three stations as the regulator knows them, publishing live scans until they are told to stop."""

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from quantrac_core.contracts.messages import Channel, Limit, Reading, StationStatus, utc_from_ms
from quantrac_core.contracts.quality import Quality, Reason, State
from tests.gateway.station import FakeStation, now_ms

SCAN_INTERVAL_S = 0.25
WATER = {
    "tss": ("mg/l", "TSS", "TSS", 2.2, 50.0),
    "cod": ("mg/l", "COD", "COD", 52.5, 75.0),
    "ph": ("", "pH", "pH", 7.9, 9.0),
    "temp": ("oC", "Temp", "Nhiệt độ", 26.9, 40.0),
    "do": ("mg/l", "DO", "DO", 3.6, None),
    "nh4_n": ("mg/l", "Amoni", "Amoni (N)", 0.15, 5.0),
    "flow_in": ("m3/h", "Flowin", "Lưu lượng vào", 38.2, None),
    "flow_out": ("m3/h", "Flow_Out", "Lưu lượng ra", 25.2, None),
}
STACK = {
    "temp": ("oC", "Temp", "Nhiệt độ", 78.9, None),
    "nox": ("mg/Nm3", "NOx", "NOx", 41.0, 850.0),
    "o2": ("%", "O2", "O2", 13.3, None),
    "so2": ("mg/Nm3", "SO2", "SO2", 0.0, 500.0),
    "co": ("mg/Nm3", "CO", "CO", 317.6, 1000.0),
    "flow": ("m3/h", "Flow", "Lưu lượng", 30371.6, None),
    "pressure": ("hPa", "Apsuat", "Áp suất", 1015.3, None),
    "pm": ("mg/Nm3", "PM", "Bụi (PM)", 12.5, 200.0),
}
STATIONS: dict[str, tuple[str, Literal["wastewater", "stack"]]] = {
    "thanh-hai": ("KCN Thanh Hải – trạm xử lý nước thải", "wastewater"),
    "sg-nt": ("Nhà máy bia Sài Gòn – Ninh Thuận", "wastewater"),
    "bh-pr": ("BH – Phan Rang, ống khói", "stack"),
}


@dataclass
class LiveStation:
    """One station whose readings a test changes while they are published."""

    port: int
    station: str
    readings: dict[str, Reading] = field(init=False)
    seq: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        _, kind = STATIONS[self.station]
        self.channels = WATER if kind == "wastewater" else STACK
        self.readings = {
            name: Reading(name, value, unit, State.MEASURING, Quality.GOOD)
            for name, (unit, _, _, value, _) in self.channels.items()
        }
        self._fake = FakeStation(self.port, self.station, outbox_id=f"box-{self.station}")
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._quiet = threading.Event()
        self._fake.send(self.birth())
        self._thread = threading.Thread(target=self._publish, name=f"station {self.station}")
        self._thread.start()

    def birth(self) -> StationStatus:
        """Return the birth with every channel and its limit."""
        name, kind = STATIONS[self.station]
        return self._fake.birth(
            name_vi=name,
            name_en=f"{self.station} station",
            kind=kind,
            poll_interval_s=SCAN_INTERVAL_S,
            channels=[
                Channel(
                    channel,
                    unit,
                    symbol,
                    label,
                    label,
                    limits=[] if limit is None else [Limit("limit", "high", limit)],
                )
                for channel, (unit, symbol, label, _, limit) in self.channels.items()
            ],
        )

    def change(
        self,
        channel: str,
        value: float | None,
        state: State = State.MEASURING,
        quality: Quality = Quality.GOOD,
        reason: Reason | None = None,
    ) -> None:
        """Publish another reading of ``channel`` from now on."""
        with self._lock:
            known = self.readings[channel]
            self.readings[channel] = replace_reading(known, value, state, quality, reason)

    def raise_alarm(self, value: float, since: datetime | None = None) -> datetime:
        """Publish that COD passed its limit (at ``since``, else now); return since when."""
        since = since or datetime.now(UTC)
        with self._lock:
            self.seq += 1
            self._fake.send(
                self._fake.alarm(self.seq, "raised", since, value=value, limit=75.0, at=since)
            )
        return since

    def end_alarm(self, since: datetime) -> None:
        """Publish that the alarm of ``since`` has returned."""
        with self._lock:
            self.seq += 1
            self._fake.send(
                self._fake.alarm(self.seq, "returned", since, limit=75.0, at=datetime.now(UTC))
            )

    def fall_silent(self) -> None:
        """Publish nothing more, without a goodbye."""
        self._quiet.set()

    def speak_again(self) -> None:
        """Publish as before."""
        self._quiet.clear()

    def close(self) -> None:
        """End the thread and the connection."""
        self._stop.set()
        self._thread.join()
        self._fake.close()

    def _publish(self) -> None:
        heartbeat_s = time.monotonic()
        while not self._stop.wait(SCAN_INTERVAL_S):
            if self._quiet.is_set():
                continue
            with self._lock:
                self.seq += 1
                scan = self._fake.scan(self.seq, {}, at=utc_from_ms(now_ms()))
                scan.readings = list(self.readings.values())
                self._fake.send(scan)
                if time.monotonic() >= heartbeat_s:
                    heartbeat_s = time.monotonic() + 0.5
                    self._fake.send(self._fake.heartbeat(1, self.seq))


def replace_reading(
    known: Reading, value: float | None, state: State, quality: Quality, reason: Reason | None
) -> Reading:
    """Return a reading of the same channel and unit."""
    return Reading(known.c, value, known.u, state, quality, reason)
