"""`quantrac-vision preview` and `calibrate`, as a person runs them."""

import argparse
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from tests.vision.optics.cameras import FISHEYE, mast
from vision.commands import calibrate, preview
from vision.optics.building import build_eye
from vision.scene.frame import Image

CONFIG = """
vision: {id: pc}
cameras:
  - id: mai-nha
    streams: {main: {url: "rtsp://127.0.0.1/x"}}
    lens: {kind: equidistant, fov_deg: 180, picture_px: [640, 640]}
    mast: {lat: 11.58, lon: 108.99, height_m: 6, north_deg: 12}
    views: {layout: auto, smallest: {person: 20}}
    zones:
      - {name: cong, space: ground, points: [[2, 2], [6, 2], [6, 6], [2, 6]]}
      - {name: xa, space: ground, points: [[40, 40], [60, 40], [60, 60], [40, 60]]}
    rules:
      - {id: dot-nhap, kind: intrusion, zone: ZONE, labels: [person]}
"""


def run(*words: str | Path, grab: preview.Grab | None = None) -> int:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    preview.add_parser(commands, grab)
    calibrate.add_parser(commands)
    options = parser.parse_args([str(word) for word in words])
    code = options.run(options)
    assert isinstance(code, int)
    return code


def write_config(folder: Path, zone: str = "cong", **replaced: str) -> Path:
    text = CONFIG.replace("ZONE", zone)
    for old, new in replaced.items():
        text = text.replace(old, new)
    file = folder / "vision.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_preview_shows_views_zones_and_coverage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture, out = tmp_path / "now.jpg", tmp_path / "out.png"
    cv2.imwrite(str(picture), np.full((640, 640, 3), 90, np.uint8))
    assert run("preview", "--config", write_config(tmp_path), "--picture", picture,
               "--out", out) == 0  # fmt: skip
    drawn = cv2.imread(str(out))
    assert drawn is not None
    assert drawn.shape[1] > 1800
    # The colours of zones, of views and of where a person is found are all there.
    for colour in ((0, 94, 213), (115, 158, 0), (178, 114, 0)):
        assert (drawn == colour).all(-1).sum() > 200
    assert "person of 20 px" in capsys.readouterr().out


def test_a_rule_that_cannot_see_is_refused_and_still_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.png"
    assert run("preview", "--config", write_config(tmp_path, "xa"), "--out", out) == 2
    assert out.exists()
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert told[0].startswith("rule dot-nhap: in 100% of the zone xa a person is smaller than")


def test_a_live_picture_is_taken_where_no_file_is_given(tmp_path: Path) -> None:
    asked: list[str] = []

    def grab(config: Path, camera: str) -> Image:
        asked.append(camera)
        return np.zeros((640, 640, 3), np.uint8)

    out = tmp_path / "out.jpg"
    assert run("preview", "--config", write_config(tmp_path), "--out", out, grab=grab) == 0
    assert asked == ["mai-nha"]


@pytest.mark.parametrize(
    ("words", "replaced", "code", "line"),
    [
        (["--camera", "other"], {}, 2, "expected --camera with one of mai-nha"),
        (["--picture", "nowhere.jpg"], {}, 1, "nowhere.jpg: No such file"),
        (["--picture", "vision.yaml"], {}, 1, "not a picture; give a JPEG or PNG"),
        ([], {", picture_px: [640, 640]": ""}, 1, "give a picture, or lens.picture_px"),
        ([], {"kind: equidistant": "kind: fish"}, 2, "expected tags: 'equidistant', 'equi"),
        ([], {"height_m: 6": "height_m: -6"}, 2, "cameras.0.mast.height_m: -6 is not allowed"),
        ([], {"name: xa, space: ground": "name: xa, space: view:q"}, 2, "cameras.0.zones.1"),
    ],
)
def test_a_preview_that_cannot_be_drawn_is_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    replaced: dict[str, str],
    code: int,
    line: str,
) -> None:
    config = write_config(tmp_path, **replaced)
    monkeypatch.chdir(tmp_path)
    assert run("preview", "--config", config, "--out", tmp_path / "o.png", *words) == code
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert line in told[0]


def test_a_zone_in_a_view_that_does_not_exist_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = "space: ground, points: [[40, 40], [60, 40], [60, 60], [40, 60]]"
    config = write_config(tmp_path, **{old: "space: 'view:door', points: [[0, 0], [1, 0], [1, 1]]"})
    assert run("preview", "--config", config, "--out", tmp_path / "o.png") == 1
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert "view:door: no such space" in told[0]


def test_a_calibration_prints_residuals_and_lines_that_can_be_pasted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = mast(6, north_deg=217, tilt_deg=5, roll_deg=-3)
    eye = build_eye(FISHEYE, truth, 640, 640)
    places = [(10.0, 3.0), (-8.0, 6.0), (1.0, -12.0), (-5.0, -5.0)]
    pixels = eye.pixels(np.array([(east, north, -6.0) for east, north in places]))
    rows = [
        {"name": f"p{i}", "pixel": pixel, "east_m": east, "north_m": north}
        for i, (pixel, (east, north)) in enumerate(zip(pixels.tolist(), places, strict=True))
    ]
    landmarks = tmp_path / "landmarks.yaml"
    landmarks.write_text(yaml.safe_dump({"landmarks": rows}), encoding="utf-8")
    config = write_config(tmp_path)
    assert run("calibrate", "--config", config, "--camera", "mai-nha",
               "--landmarks", landmarks) == 0  # fmt: skip
    printed = capsys.readouterr().out
    assert "p3" in printed
    pasted = yaml.safe_load(printed[printed.index("mast:") :])
    assert pasted["mast"] == pytest.approx(
        {"north_deg": 217, "tilt_deg": 5, "roll_deg": -3}, abs=0.02
    )


def test_landmarks_too_few_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    landmarks = tmp_path / "landmarks.yaml"
    landmarks.write_text("landmarks: [{pixel: [1, 1], east_m: 1, north_m: 1}]", encoding="utf-8")
    config = write_config(tmp_path)
    assert run("calibrate", "--config", config, "--landmarks", landmarks) == 2
    assert "at least 3 items" in capsys.readouterr().err
