"""The configuration of the demo's camera is accepted by the programs that will read it."""

from pathlib import Path

from demo.camera_config import CAMERA, write_token
from demo.generated_configs import DemoPorts, write_configs
from gateway.settings import GatewayConfig
from quantrac_core.config.load import load_config
from vision.optics.plan import views_for
from vision.settings import load_vision_settings

PORTS = DemoPorts(http=8080, mqtt=1883, rtsp=8554)


def test_vision_accepts_its_configuration_and_can_see_the_yard(tmp_path: Path) -> None:
    settings = load_vision_settings(write_configs(tmp_path, PORTS, {}).vision)
    (camera,) = settings.cameras
    assert camera.id == CAMERA
    assert {rule.kind for rule in camera.rules} == {
        "intrusion",
        "line_crossing",
        "loitering",
        "stopped_vehicle",
    }
    plan = views_for(camera.lens, camera.mast, camera.views, 1280, 1280)
    assert 3 <= len(plan.views) <= 6
    assert settings.data_dir.is_relative_to(tmp_path)


def test_both_ends_know_the_same_token_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    files = write_configs(tmp_path, PORTS, {})
    vision = load_vision_settings(files.vision)
    gateway = load_config(files.gateway, GatewayConfig)
    assert gateway.evidence is not None
    (upload,) = gateway.evidence.upload_tokens
    assert vision.centre.token is not None
    assert upload.token.reveal() == vision.centre.token.reveal()
    assert upload.cameras == [CAMERA]
    assert upload.token.file is not None
    assert upload.token.file.stat().st_mode & 0o777 == 0o600


def test_a_token_stays_when_the_demo_starts_again(tmp_path: Path) -> None:
    write_token(tmp_path / "token")
    first = (tmp_path / "token").read_text()
    write_token(tmp_path / "token")
    assert (tmp_path / "token").read_text() == first
    assert len(first) >= 32
