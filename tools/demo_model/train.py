"""Trains the demo model on rendered views: `python -m tools.demo_model.train DATA RUNS`.

Needs ultralytics; fetches nothing.
"""

import argparse
import os
import sys
from pathlib import Path

import yaml

THREADS = int(os.environ.get("OMP_NUM_THREADS", "2"))


def main(argv: list[str] | None = None) -> int:
    """Train from nothing, or on from a checkpoint, and tell where the weights are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder that the renderer filled")
    parser.add_argument("runs", type=Path, help="folder for checkpoints")
    parser.add_argument("--name", default="demo")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--side-px", type=int, default=320)
    parser.add_argument("--width", type=float, default=0.125, help="of YOLO11's channels")
    parser.add_argument("--depth", type=float, default=0.33, help="of YOLO11's repeats")
    parser.add_argument("--rate", type=float, default=0.002, help="first learning rate")
    parser.add_argument("--hours", type=float, help="end after so long, whatever the epochs")
    parser.add_argument("--weights", type=Path, help="begin with these instead of chance")
    options = parser.parse_args(argv)
    os.environ.setdefault("YOLO_OFFLINE", "true")
    # Threads that wait by spinning would eat the share of a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

    import torch
    from ultralytics import YOLO

    from tools.demo_model.quick_trainer import QuickTrainer

    torch.set_num_threads(THREADS)
    options.runs.mkdir(parents=True, exist_ok=True)
    architecture = narrow_architecture(options.runs, options.width, options.depth)
    model = YOLO(str(options.weights or architecture))
    model.train(
        trainer=QuickTrainer,
        data=str(options.data / "data.yaml"),
        project=str(options.runs.resolve()),
        name=options.name,
        exist_ok=True,
        epochs=options.epochs,
        time=options.hours,
        imgsz=options.side_px,
        batch=16,
        nbs=16,  # A step for every batch; ultralytics would gather 64 pictures.
        device="cpu",
        workers=0,
        cache="ram",
        amp=False,  # The trainer has its own, and checking it would fetch weights.
        plots=False,
        optimizer="AdamW",
        lr0=options.rate,
        lrf=0.02,
        cos_lr=True,
        warmup_epochs=0.5 if options.weights else 1,
        mosaic=0.4,
        close_mosaic=max(2, options.epochs // 5),
        scale=0.35,
        translate=0.1,
        degrees=8.0,
        seed=1,
        deterministic=False,
        val=True,
    )
    print(options.runs / options.name / "weights" / "best.pt")
    return 0


def narrow_architecture(folder: Path, width: float, depth: float) -> Path:
    """Write YOLO11's own description with fewer channels and return the file."""
    import ultralytics

    source = Path(ultralytics.__file__).parent / "cfg" / "models" / "11" / "yolo11.yaml"
    document = yaml.safe_load(source.read_text(encoding="utf-8"))
    document["nc"] = 4
    document["scales"] = {"n": [depth, width, 512]}
    path = folder / "yolo11n-narrow.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
