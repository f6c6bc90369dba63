"""Renders the data set of the demo model: `python -m tools.demo_model.render OUT --tiles N`."""

import argparse
import json
import random
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2

from demo.street.fisheye import Fisheye
from demo.street.street import StreetView
from tools.demo_model.random_scene import VIEW_AT_S, random_scene, random_street
from tools.demo_model.views import CLASSES, Tile, View, cut, render_view

TILE_PX = 320
TILES_A_FRAME = 3
FRAMES_A_TOWN = 16
SIZES_PX = ((640, 640), (640, 480), (512, 512), (416, 416))


def main(argv: list[str] | None = None) -> int:
    """Render and write pictures, YOLO labels and ``data.yaml``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--tiles", type=int, default=3600, help="pictures to train on")
    parser.add_argument("--held-out", type=int, default=360, help="pictures to choose epochs by")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(argv)
    jobs = []
    for part, count, first in (("train", options.tiles, 0), ("val", options.held_out, 900_000)):
        (options.out / "images" / part).mkdir(parents=True, exist_ok=True)
        (options.out / "labels" / part).mkdir(parents=True, exist_ok=True)
        a_town = FRAMES_A_TOWN * TILES_A_FRAME if part == "train" else 4 * TILES_A_FRAME
        for number in range(-(-count // a_town)):
            seed = options.seed * 10_000_019 + first + number
            jobs.append((options.out, part, seed, min(a_town, count - number * a_town)))
    with ProcessPoolExecutor(options.workers) as pool:
        counts = list(pool.map(_render_town, jobs))
    description = {
        "path": str(options.out.resolve()),
        "train": "images/train",
        "val": "images/val",
        "names": list(CLASSES),
    }
    (options.out / "data.yaml").write_text(json.dumps(description), encoding="utf-8")
    totals = [sum(column) for column in zip(*counts, strict=True)]
    print(dict(zip(CLASSES, totals, strict=True)))
    return 0


def random_view(pick: random.Random, size_px: tuple[int, int]) -> View:
    """Return a view such as the vision program lays out, somewhere in the picture."""
    return View(
        bearing_deg=pick.uniform(0, 360),
        tilt_deg=pick.choice((pick.uniform(35, 72), pick.uniform(0, 40))),
        hfov_deg=pick.uniform(55, 100) * (1.0 if size_px[0] > 500 else 0.8),
        width_px=size_px[0],
        height_px=size_px[1],
    )


def _render_town(job: tuple[Path, str, int, int]) -> list[int]:
    out, part, seed, count = job
    pick = random.Random(seed)
    street = random_street(pick)
    counts = [0] * len(CLASSES)
    done = 0
    while done < count:
        seen = street.recast(random_scene(pick, street.camera.height_m)).view(VIEW_AT_S)
        for _ in range(min(TILES_A_FRAME, count - done)):
            tile = _random_tile(pick, seen, street.camera)
            _write(out, part, f"{seed}-{done:03d}", tile, pick)
            for box in tile.boxes:
                counts[box.label] += 1
            done += 1
    return counts


def _random_tile(pick: random.Random, seen: StreetView, camera: Fisheye) -> Tile:
    width, height = pick.choice(SIZES_PX)
    picture, boxes = render_view(seen, camera, random_view(pick, (width, height)))
    left, top = pick.randint(0, width - TILE_PX), pick.randint(0, height - TILE_PX)
    if boxes and pick.random() < 0.85:
        box = pick.choice(boxes)
        left = (box.x1 + box.x2) // 2 - pick.randint(40, TILE_PX - 40)
        top = (box.y1 + box.y2) // 2 - pick.randint(40, TILE_PX - 40)
    left, top = min(max(left, 0), width - TILE_PX), min(max(top, 0), height - TILE_PX)
    return cut(picture, boxes, left, top, TILE_PX)


def _write(out: Path, part: str, name: str, tile: Tile, pick: random.Random) -> None:
    quality = [cv2.IMWRITE_JPEG_QUALITY, pick.randint(55, 95)]
    cv2.imwrite(str(out / "images" / part / f"{name}.jpg"), tile.picture, quality)
    lines = [
        f"{box.label} {(box.x1 + box.x2) / 2 / TILE_PX:.5f} {(box.y1 + box.y2) / 2 / TILE_PX:.5f} "
        f"{(box.x2 - box.x1) / TILE_PX:.5f} {(box.y2 - box.y1) / TILE_PX:.5f}"
        for box in tile.boxes
    ]
    (out / "labels" / part / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
