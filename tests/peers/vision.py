"""quantrac-vision as a process, with a configuration for the cameras of a test."""

import json
import sys
from pathlib import Path
from typing import Any

from tests.peers.gateway import UPLOAD_TOKEN
from tests.peers.process import Process

PATIENCE = {
    "connect_timeout_s": 4.0,
    "stall_timeout_s": 1.5,
    "picture_timeout_s": 3.0,
    "retry_first_s": 0.2,
    "retry_most_s": 0.5,
}
"""Of a stream: short, so that a test sees a fault and the recovery from it soon."""


def vision_config(
    folder: Path,
    broker_port: int,
    http_port: int,
    model: dict[str, Any],
    cameras: list[dict[str, Any]],
    **changes: Any,
) -> dict[str, Any]:
    """Return a configuration with short clips and short waits; ``changes`` replace sections."""
    token = folder / "token"
    token.write_text(UPLOAD_TOKEN)
    return {
        "vision": {"id": "may-thu"},
        "data_dir": str(folder / "data"),
        "mqtt": {
            "port": broker_port,
            "keepalive_s": 5,
            "connect_timeout_s": 3,
            "reconnect_most_s": 0.5,
        },
        "centre": {
            "url": f"http://127.0.0.1:{http_port}",
            "token": {"file": str(token)},
            "connect_timeout_s": 2,
            "answer_timeout_s": 5,
        },
        "delivery": {"ack_timeout_s": 2, "retry_most_s": 0.5, "reserve_mb": 0.1, "piece_kib": 64},
        "model": model,
        "evidence": {"pre_roll_s": 1, "post_roll_s": 2, "free_low_mb": 1, "free_high_mb": 2},
        "cameras": cameras,
        **changes,
    }


class Vision(Process):
    """`quantrac-vision` with its configuration file in ``folder``."""

    def __init__(
        self,
        folder: Path,
        config: dict[str, Any],
        *,
        name: str = "vision",
        environment: dict[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / f"{name}.yaml"
        self.config.write_text(json.dumps(config))
        command = [sys.executable, "-m", "vision.app", "--config", str(self.config)]
        super().__init__(name, command, folder, environment=environment)

    def __enter__(self) -> "Vision":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
