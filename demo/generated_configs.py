"""The configuration files of the demo, made from the shipped examples with the demo's addresses."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from demo.broker import broker_config
from demo.camera_config import CAMERA, evidence_section, vision_document, write_token
from demo.ports import LOOPBACK
from demo.simulator.station_files import CONFIG_DIR, station_file

WATCHMAN = "Trực ban demo"
WATCHMAN_MAY = ["see_stations", "handle_alarms", "see_events", "manage_accounts"]
"""What the demo itself does at the centre: look, acknowledge, and let the newcomer in."""


@dataclass(frozen=True)
class DemoPorts:
    """Where the parts meet on loopback; ``rtsp`` is the simulated camera's."""

    http: int
    mqtt: int
    rtsp: int


@dataclass(frozen=True)
class DemoFiles:
    """Where everything of one demo lies."""

    folder: Path
    broker: Path
    gateway: Path
    token: Path
    vision: Path
    stations: dict[str, Path]

    def log(self, name: str) -> Path:
        """Return the log file of one child."""
        return self.folder / "logs" / f"{name}.log"


def write_configs(folder: Path, ports: DemoPorts, station_ports: dict[str, int]) -> DemoFiles:
    """Write all files below ``folder`` (absolute) and return where they are."""
    config = folder / "config"
    config.mkdir(parents=True, exist_ok=True)
    files = DemoFiles(
        folder,
        broker=config / "broker.toml",
        gateway=config / "gateway.yaml",
        token=config / "demo-token",
        vision=config / "vision.yaml",
        stations={name: config / f"{name}.yaml" for name in station_ports},
    )
    token = config / "upload-token"
    write_token(token)
    # The demo asks with a token that is worth nothing after it: another one at each start.
    files.token.unlink(missing_ok=True)
    write_token(files.token)
    files.broker.write_text(broker_config(LOOPBACK, ports.mqtt), encoding="utf-8")
    _write_yaml(files.gateway, gateway_document(folder, token, files.token, ports))
    _write_yaml(files.vision, vision_document(folder, token, ports.http, ports.mqtt, ports.rtsp))
    for name, port in station_ports.items():
        example = yaml.safe_load(station_file(name).read_text(encoding="utf-8"))
        document = station_document(example, folder / "data" / name, ports.mqtt, port)
        _write_yaml(files.stations[name], document)
    return files


def gateway_document(
    folder: Path, upload_token: Path, demo_token: Path, ports: DemoPorts
) -> dict[str, Any]:
    """Return the gateway's configuration: SQLite for both stores, any station accepted."""
    data = folder / "data" / "gateway"
    data.mkdir(parents=True, exist_ok=True)
    return {
        "gateway": {"name": "demo"},
        "mqtt": {"host": LOOPBACK, "port": ports.mqtt},
        "store": {"kind": "sqlite", "path": str(data / "readings.sqlite")},
        "database": {"path": str(data / "gateway.sqlite")},
        "http": {"listen": LOOPBACK, "port": ports.http},
        "evidence": evidence_section(folder, upload_token),
        "access": {
            "service_tokens": [
                {"name": WATCHMAN, "token": {"file": str(demo_token)}, "may": WATCHMAN_MAY}
            ]
        },
        "reports": {
            "path": str(data / "reports"),
            "form": str((CONFIG_DIR / "reports.yaml").resolve()),
        },
        "accept_any_station": True,
        "cameras": [CAMERA],
    }


def station_document(
    example: dict[str, Any], data_dir: Path, mqtt_port: int, modbus_port: int
) -> dict[str, Any]:
    """Return an example station's configuration with the demo's addresses and paths."""
    data_dir.mkdir(parents=True, exist_ok=True)
    links = [
        {
            **link,
            "host": LOOPBACK,
            "port": modbus_port,
            "units": [
                {**unit, "map": str((CONFIG_DIR / "stations" / unit["map"]).resolve())}
                for unit in link["units"]
            ],
        }
        for link in example["links"]
    ]
    return {
        **example,
        "data_dir": str(data_dir),
        "mqtt": {"host": LOOPBACK, "port": mqtt_port},
        "links": links,
    }


def _write_yaml(path: Path, document: dict[str, Any]) -> None:
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    path.write_text(f"# Written by quantrac-demo at each start.\n{text}", encoding="utf-8")
