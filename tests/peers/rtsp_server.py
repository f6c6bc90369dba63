"""A real RTSP camera: GStreamer's server in a child process, fed with pictures made by a test."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import pytest

from tests.peers.process import Process, free_port

SYSTEM_PYTHON = "/usr/bin/python3"
TYPELIBS = "/usr/lib/*/girepository-1.0/GstRtspServer-1.0.typelib"
SCRIPT = Path(__file__).with_name("rtsp_server_child.py")


@dataclass(frozen=True)
class Unit:
    """One access unit in Annex B.

    Args:
        data: its bytes; anything at all for a camera that sends garbage.
        pts_ms: the timestamp it goes out with, whatever the order.
        send_ms: when it goes out, counted from the start of the playback.
    """

    data: bytes
    pts_ms: float
    send_ms: float


@dataclass(frozen=True)
class Mount:
    """What the server plays at a path, to each client from its beginning.

    Args:
        units: in the order of sending.
        span_ms: length of one loop; each loop shifts all times by it.
        loops: how often it plays; 0 is for ever.
        at_end: ``end`` says good-bye; ``silence`` keeps the connection and its RTCP reports.
        codec: ``audio`` plays a tone and no video; it takes no units.
        parse: hand the units through a parser first; it puts parameter sets into the SDP.
        burst_ms: units up to this time go out at once, as media servers do.
    """

    units: list[Unit]
    span_ms: float
    codec: Literal["h264", "h265", "audio"] = "h264"
    loops: int = 0
    at_end: Literal["end", "silence"] = "end"
    parse: bool = True
    burst_ms: float = 0.0
    username: str = ""
    password: str = ""
    login: Literal["basic", "digest"] = "digest"


class RtspServer(Process):
    """The server as a process: it can be frozen, killed and started again on the same port."""

    def __init__(self, folder: Path, mounts: dict[str, Mount], name: str = "camera") -> None:
        if not Path(SYSTEM_PYTHON).exists() or not list(Path("/").glob(TYPELIBS[1:])):
            pytest.skip("GStreamer's RTSP server is not installed; see tools/system-packages")
        port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        plan = folder / f"{name}.json"
        plan.write_text(
            json.dumps(
                {
                    "port": port,
                    "mounts": {
                        path: self._store(folder / f"{name}-{number}.bin", mount)
                        for number, (path, mount) in enumerate(mounts.items())
                    },
                }
            )
        )
        super().__init__(name, [SYSTEM_PYTHON, str(SCRIPT), str(plan)], folder, port=port)

    @staticmethod
    def _store(file: Path, mount: Mount) -> dict[str, object]:
        file.write_bytes(b"".join(unit.data for unit in mount.units))
        units = [(len(unit.data), unit.pts_ms, unit.send_ms) for unit in mount.units]
        return {**asdict(mount), "units": units, "file": str(file)}

    def url(self, path: str = "/main") -> str:
        """Return the address of a mount, without a login."""
        return f"rtsp://127.0.0.1:{self.port}{path}"
