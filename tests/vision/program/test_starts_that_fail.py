"""Starts that cannot go well end soon, with one line for a person, and leave nothing behind."""

from pathlib import Path
from typing import Any

import pytest

from tests.configs.programs import start
from tests.peers.process import free_port, until
from tests.peers.vision import Vision, vision_config
from tests.vision.program.site import camera


@pytest.fixture
def vision(tmp_path: Path, model: dict[str, Any]) -> Vision:
    one = camera("kho", f"rtsp://127.0.0.1:{free_port()}/main")
    return Vision(tmp_path, vision_config(tmp_path, free_port(), free_port(), model, [one]))


def test_a_damaged_device_key_ends_the_start_and_is_not_replaced(
    vision: Vision, tmp_path: Path
) -> None:
    key = tmp_path / "data" / "keys" / "device_ed25519.pem"
    key.parent.mkdir(parents=True)
    key.write_text("half of a k")
    key.chmod(0o600)
    answer = start("vision", vision.config)
    assert answer.code == 1
    assert [line for line in answer.lines if " INFO " not in line] == [
        f"{key} is no private key; put its backup back, or move it away and a new one is made"
    ]
    assert key.read_text() == "half of a k"


def test_a_second_vision_on_one_data_dir_is_refused_and_the_first_goes_on(
    vision: Vision, tmp_path: Path
) -> None:
    with vision:
        until(lambda: "watching kho" in vision.log(), told_by=vision.log)
        answer = start("vision", vision.config)
        assert answer.code == 2
        assert answer.lines == [
            f"{vision.config}: data_dir: '{tmp_path}/data' is not allowed; expected a folder that "
            "no other vision is using now"
        ]
        assert vision.stop() == 0


def test_a_damaged_outbox_and_a_damaged_list_of_uploads_are_set_aside(
    vision: Vision, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    outbox = data / "cameras" / "kho" / "outbox.sqlite"
    outbox.parent.mkdir(parents=True)
    for file in (outbox, data / "uploads.sqlite"):
        file.write_bytes(b"SQLite format 3\0" + b"x" * 9_000)
    with vision:
        until(lambda: "watching kho" in vision.log(), told_by=vision.log)
        assert vision.stop() == 0
    assert outbox.with_name("outbox.sqlite.damaged-1").exists()
    assert (data / "uploads.sqlite.damaged-1").exists()
    assert "Traceback" not in vision.log()
