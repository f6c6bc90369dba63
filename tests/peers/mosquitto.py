"""mosquitto 2 with the settings of a test."""

import getpass
import shutil
from pathlib import Path

from tests.peers.process import Process, free_port

LONG_QUEUES = "max_queued_messages 100000\nmax_inflight_messages 2000"


class Mosquitto(Process):
    """One broker on loopback with persistence in its own folder."""

    port: int

    def __init__(self, folder: Path, *, port: int | None = None, extra: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        port = port or free_port()
        self.data = folder / "mosquitto-data"
        self.data.mkdir(exist_ok=True)
        config = folder / "mosquitto.conf"
        config.write_text(
            f"listener {port} 127.0.0.1\n"
            "allow_anonymous true\n"
            "persistence true\n"
            f"persistence_location {self.data}/\n"
            "autosave_interval 1\n"
            f"user {getpass.getuser()}\n"
            f"{extra}\n"
        )
        super().__init__("mosquitto", ["mosquitto", "-c", str(config)], folder, port=port)

    def lose_persistence(self) -> None:
        """Delete what the broker has on disk; only while it is dead."""
        shutil.rmtree(self.data)
        self.data.mkdir()
