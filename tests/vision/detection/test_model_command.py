"""`quantrac-vision model` as a person types it."""

import argparse
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.vision.detection import tiny_models
from vision.commands.model import add_parser


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers(required=True))
    options = parser.parse_args(["model", *map(str, arguments)])
    code: int = options.run(options)
    return code


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_models.write_model(tmp_path / "m", tiny_models.bright_dense())


@pytest.fixture
def white(tmp_path: Path) -> Path:
    path = tmp_path / "white.png"
    cv2.imwrite(str(path), np.full((64, 64, 3), 255, np.uint8))
    return path


def test_a_recorded_model_verifies(model: Path, white: Path, capsys) -> None:
    assert run("golden", "--model", model, "--picture", white) == 0
    assert "person at 10, 20, 30, 50" in capsys.readouterr().out
    assert run("verify", "--model", model) == 0
    shown = capsys.readouterr().out
    assert "tiny on CPU" in shown
    assert shown.endswith("self-test passed\n")


def test_verify_without_a_self_test_says_how_to_record_one(model: Path, capsys) -> None:
    assert run("verify", "--model", model) == 1
    assert "record one with `quantrac-vision model golden`" in capsys.readouterr().err


def test_verify_measures_on_labelled_pictures(
    model: Path, white: Path, tmp_path: Path, capsys
) -> None:
    run("golden", "--model", model, "--picture", white)
    for folder in ("images", "labels"):
        (tmp_path / "set" / folder).mkdir(parents=True)
    for name in ("a", "b"):
        (tmp_path / f"set/images/{name}.png").write_bytes(white.read_bytes())
    (tmp_path / "set/labels/a.txt").write_text("0 0.3125 0.546875 0.3125 0.46875\n")
    (tmp_path / "set/labels/b.txt").write_text("1 0.5 0.5 0.2 0.2\n")
    assert run("verify", "--model", model, "--images", tmp_path / "set") == 0
    shown = capsys.readouterr().out
    assert "precision 0.500 recall 0.500 (2 pictures, 2 objects)" in shown


@pytest.mark.parametrize("line", ["7 0.5 0.5 0.1 0.1", "0 0.5 0.5", "x 1 1 1 1", "-1 0 0 0 0"])
def test_a_label_line_that_is_none_is_named(
    model: Path, white: Path, tmp_path: Path, line: str, capsys
) -> None:
    picture = tmp_path / "flat" / "a.png"
    picture.parent.mkdir()
    picture.write_bytes(white.read_bytes())
    picture.with_suffix(".txt").write_text(f"\n{line}\n")
    assert run("verify", "--model", model, "--images", picture.parent) == 1
    assert "line 2 is no label of this model" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told", "code"),
    [
        (("--device", "TPU"), "device: 'TPU' is not allowed", 2),
        (("--device", "NPU"), "OpenVINO finds no device NPU here", 1),
        (("--images", "/nowhere"), "No such file or directory", 1),
        (("--labels", "a", "b", "c"), "2 classes but 3 labels", 1),
    ],
)
def test_mistakes_end_in_one_line(
    model: Path, arguments: tuple[str, ...], told: str, code: int, capsys
) -> None:
    assert run("verify", "--model", model, *arguments) == code
    error = capsys.readouterr().err
    assert told in error
    assert len(error.splitlines()) == 1


def test_int8_without_calibration_pictures_is_refused(tmp_path: Path, capsys) -> None:
    weights = tmp_path / "w.pt"
    weights.write_bytes(b"")
    target = tmp_path / "out"
    assert run("export", "--weights", weights, "--precision", "int8", "--out", target) == 1
    assert "int8 needs pictures to calibrate with" in capsys.readouterr().err
    assert not target.exists()


def test_an_export_never_writes_over_something(tmp_path: Path, capsys) -> None:
    assert run("export", "--weights", tmp_path / "w.pt", "--out", tmp_path) == 1
    assert "is already there; name a folder that is not" in capsys.readouterr().err
