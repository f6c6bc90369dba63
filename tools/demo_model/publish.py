"""Exports trained weights into demo/model: `python -m tools.demo_model.publish WEIGHTS`.

Needs ultralytics, openvino and nncf.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import cv2
import yaml

from demo.street.library import SCRIPTS, load_scene
from demo.street.street import Street
from tools.demo_model.judge import DEMO_VIEWS, held_out_views
from tools.demo_model.random_scene import DEMO_SHARE
from tools.demo_model.views import render_view
from vision.commands import model as model_command
from vision.detection.model_files import METADATA, find_model, identity
from vision.detection.model_record import RECORD, write_record

TARGET = Path(__file__).parents[2] / "demo" / "model"
NAME = "quantrac-demo"
INPUT_PX = 640
CALIBRATION_STREETS, CALIBRATION_SEED = 24, 55_000_000
GOLDEN_SCENE, GOLDEN_AT_S = SCRIPTS / "scenes" / "day-crowd.yaml", 26.0
MOST_BYTES = 6_000_000


def main(argv: list[str] | None = None) -> int:
    """Export to OpenVINO INT8, with a self-test out of the demo's own street."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        weights = scratch / f"{NAME}.pt"
        shutil.copyfile(options.weights, weights)
        golden = scratch / "golden.png"
        _golden_picture(golden)
        pictures = _calibration(scratch / "calibration")
        code = _run_export(weights, pictures, golden, scratch / "out")
        if code != 0:
            return code
        size = sum(file.stat().st_size for file in (scratch / "out").rglob("*") if file.is_file())
        if size > MOST_BYTES:
            print(f"{size} bytes are more than {MOST_BYTES}", file=sys.stderr)
            return 1
        _clean(scratch / "out")
        shutil.copytree(scratch / "out", TARGET, dirs_exist_ok=True)
    print(f"{TARGET}: {size} bytes")
    return 0


def _clean(folder: Path) -> None:
    """Take out what belongs to this machine: its paths and the plan that was measured on it."""
    for plan in folder.glob("plan-*.json"):
        plan.unlink()
    metadata = yaml.safe_load((folder / METADATA).read_text(encoding="utf-8"))
    metadata["description"] = "Demo model of Quan Trac, trained on rendered streets only"
    metadata["author"] = "Quan Trac"
    metadata["args"].pop("data", None)
    (folder / METADATA).write_text(yaml.safe_dump(metadata, sort_keys=False), encoding="utf-8")
    facts = yaml.safe_load((folder / RECORD).read_text(encoding="utf-8"))
    write_record(folder, {**facts, "sha256": identity(find_model(folder))})


def _golden_picture(path: Path) -> None:
    street = Street(load_scene(GOLDEN_SCENE))
    picture, _ = render_view(street.view(GOLDEN_AT_S), street.camera, DEMO_VIEWS[0])
    cv2.imwrite(str(path), picture)


def _calibration(folder: Path) -> Path:
    """Render views as the detector will see them: other streets than those of the judgement."""
    folder.mkdir()
    views = held_out_views(CALIBRATION_STREETS, CALIBRATION_SEED, DEMO_SHARE)
    for number, (picture, _) in enumerate(views):
        cv2.imwrite(str(folder / f"{number:03d}.jpg"), picture)
    return folder


def _run_export(weights: Path, pictures: Path, golden: Path, out: Path) -> int:
    parser = argparse.ArgumentParser()
    model_command.add_parser(parser.add_subparsers())
    options = parser.parse_args(
        ["model", "export", f"--weights={weights}", "--precision=int8", f"--golden={golden}",
         f"--calibration={pictures}", f"--input-px={INPUT_PX}", f"--out={out}"]
    )  # fmt: skip
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
