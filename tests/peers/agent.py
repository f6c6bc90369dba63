"""The agent as a process, with a configuration for the simulated station Thanh Hải."""

import json
import sys
from pathlib import Path
from typing import Any

from tests.peers.process import Process

DEVICES = Path(__file__).parents[2] / "configs" / "devices"


def agent_config(
    folder: Path, station: str, broker_port: int, device_port: int, **changes: Any
) -> dict[str, Any]:
    """Return a configuration at 10 scans/s; ``changes`` replace whole sections."""
    return {
        "station": {"id": station, "kind": "wastewater"},
        "poll_interval_s": 0.1,
        "data_dir": str(folder / "data"),
        "mqtt": {
            "port": broker_port,
            "keepalive_s": 5,
            "connect_timeout_s": 3,
            "reconnect_most_s": 2,
        },
        "links": [
            {
                "name": "plc",
                "transport": "tcp",
                "host": "127.0.0.1",
                "port": device_port,
                "timeout_s": 0.2,
                "units": [
                    {"unit_id": 1, "map": str(DEVICES / "thanh-hai-water.yaml")},
                    {"unit_id": 2, "map": str(DEVICES / "thanh-hai-flow.yaml")},
                ],
            }
        ],
        "outbox": {"free_low_mb": 1, "free_high_mb": 2, "reserve_mb": 1},
        "delivery": {"heartbeat_s": 1.0},
        **changes,
    }


class Agent(Process):
    """`quantrac-agent` with its configuration file in ``folder``."""

    def __init__(
        self,
        folder: Path,
        config: dict[str, Any],
        *,
        name: str = "agent",
        log_level: str = "INFO",
        environment: dict[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / f"{name}.yaml"
        self.config.write_text(json.dumps(config))
        command = [sys.executable, "-m", "edge_agent.app", "--config", str(self.config)]
        super().__init__(
            name, [*command, "--log-level", log_level], folder, environment=environment
        )

    def __enter__(self) -> "Agent":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
