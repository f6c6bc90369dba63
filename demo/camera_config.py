"""The vision program's configuration for the simulated camera, and the token it uploads with."""

import os
import secrets
from pathlib import Path
from typing import Any

from demo.ports import LOOPBACK
from demo.street.fisheye import Fisheye
from demo.street.library import CAMERA_LAT, CAMERA_LON, DEMO_LOOP, load_scene, zones_and_rules
from demo.street.script import SceneScript
from demo.street_camera.app import stream_url

CAMERA = "camera-kho"
MODEL = Path(__file__).parent / "model"
TOKEN_BYTES = 32


def vision_document(
    folder: Path, token: Path, http_port: int, mqtt_port: int, rtsp_port: int
) -> dict[str, Any]:
    """Return the configuration of `quantrac-vision` that watches the demo's street."""
    data = folder / "data" / "vision"
    data.mkdir(parents=True, exist_ok=True)
    return {
        "vision": {"id": "demo"},
        "data_dir": str(data),
        "mqtt": {"host": LOOPBACK, "port": mqtt_port},
        "centre": {"url": f"http://{LOOPBACK}:{http_port}", "token": {"file": str(token)}},
        "model": {
            "path": str(MODEL),
            "min_score": 0.35,
            # The package's own folder may be read-only.
            "cache_dir": str(data / "model-cache"),
        },
        "evidence": {"keep_days": 2, "disk_share": 0.9, "pre_roll_s": 4, "post_roll_s": 6},
        "cameras": [camera_section(load_scene(DEMO_LOOP), stream_url(LOOPBACK, rtsp_port))],
    }


def camera_section(script: SceneScript, url: str) -> dict[str, Any]:
    """Return the camera that watches a scene, with the zones and rules that the scene names."""
    lens = Fisheye(script.height_m)
    zones, rules = zones_and_rules(script.rules)
    return {
        "id": CAMERA,
        "name_vi": "Camera 360° kho hàng (mô phỏng)",
        "name_en": "360° camera of the yard (simulated)",
        "streams": {"main": {"url": url}},
        "lens": {"kind": "equidistant", "fov_deg": 180, "radius_px": lens.radius_px},
        "mast": {
            "lat": CAMERA_LAT,
            "lon": CAMERA_LON,
            "height_m": lens.height_m,
            "north_deg": lens.north_deg,
        },
        "views": {"smallest": {"person": 24}, "reach_m": 30},
        "zones": zones,
        "rules": rules,
    }


def evidence_section(folder: Path, token: Path) -> dict[str, Any]:
    """Return the gateway's section ``evidence``: it takes files that come with the token."""
    return {
        "path": str(folder / "data" / "gateway" / "evidence"),
        "upload_tokens": [{"token": {"file": str(token)}, "cameras": [CAMERA]}],
    }


def write_token(path: Path) -> None:
    """Write a new random token that only this user can read; an old one stays."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(TOKEN_BYTES))
