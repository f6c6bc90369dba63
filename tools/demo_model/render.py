"""Renders the data set of the demo model: `python -m tools.demo_model.render OUT --tiles N`."""

import argparse
import json
import math
import random
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2

from demo.street.demo_town import demo_town
from demo.street.fisheye import Fisheye
from demo.street.light import LIGHTS
from demo.street.movers import SHIRTS
from demo.street.script import MoverScript, SceneScript, Weather
from demo.street.street import Street, StreetView
from demo.street.vehicles import VEHICLE_COLOURS
from tools.demo_model.random_town import random_town
from tools.demo_model.views import CLASSES, Tile, View, cut, render_view

TILE_PX = 320
TILES_A_FRAME = 3
FRAMES_A_TOWN = 16
KINDS = ("walker",) * 11 + ("motorcycle",) * 5 + ("car",) * 4 + ("truck",) * 3 + ("bag",) * 2


def main(argv: list[str] | None = None) -> int:
    """Render and write pictures, YOLO labels and ``data.yaml``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--tiles", type=int, default=1600, help="pictures to train on")
    parser.add_argument("--held-out", type=int, default=240, help="pictures to judge with")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(argv)
    jobs = []
    for part, count, first in (("train", options.tiles, 0), ("val", options.held_out, 900_000)):
        (options.out / "images" / part).mkdir(parents=True, exist_ok=True)
        (options.out / "labels" / part).mkdir(parents=True, exist_ok=True)
        a_town = FRAMES_A_TOWN * TILES_A_FRAME if part == "train" else 12
        for number in range(-(-count // a_town)):
            seed = options.seed * 10_000_019 + first + number
            jobs.append((options.out, part, seed, min(a_town, count - number * a_town)))
    with ProcessPoolExecutor(options.workers) as pool:
        counts = list(pool.map(_render_town, jobs))
    (options.out / "data.yaml").write_text(
        json.dumps(
            {
                "path": str(options.out.resolve()),
                "train": "images/train",
                "val": "images/val",
                "names": list(CLASSES),
            }
        )
    )
    totals = [sum(column) for column in zip(*counts, strict=True)]
    print(dict(zip(CLASSES, totals, strict=True)))
    return 0


def _render_town(job: tuple[Path, str, int, int]) -> list[int]:
    out, part, seed, count = job
    pick = random.Random(seed)
    is_demo = pick.random() < 0.25
    town = demo_town() if is_demo else random_town(pick)
    height = 8.0 if is_demo else pick.uniform(6, 15)
    camera = Fisheye(height_m=height, north_deg=pick.uniform(0, 360))
    light = LIGHTS[pick.choices(list(LIGHTS), (5, 2, 3, 4))[0]]
    if light.has_sun:
        light = light.from_sun(pick.uniform(0, 360), light.sun_elevation_deg + pick.uniform(-8, 25))
    empty = SceneScript(name="empty", duration_s=1)
    street = Street(empty, camera, town, light)
    counts = [0] * len(CLASSES)
    done = 0
    while done < count:
        scene = _random_scene(pick, height)
        seen = street.recast(scene).view(5.0)
        for _ in range(min(TILES_A_FRAME, count - done)):
            tile = _random_tile(pick, seen, camera)
            name = f"{seed}-{done:03d}"
            _write(out, part, name, tile, pick)
            for label, *_ in tile.boxes:
                counts[label] += 1
            done += 1
    return counts


def _random_scene(pick: random.Random, height_m: float) -> SceneScript:
    movers = []
    for number in range(pick.randint(10, 26)):
        kind = pick.choice(KINDS)
        away = height_m * pick.triangular(0.1, 3.6, 1.3)
        if kind in ("car", "truck"):
            away = max(away, 4.0)
        turn = pick.uniform(0, 360)
        east, north = _polar(away, turn)
        speed = {"walker": pick.choice((0, 0.9, 1.3, 1.3, 3.0)), "bag": 0.0}.get(kind, 4.0)
        step = _polar(speed * 10, pick.uniform(0, 360))
        start, end = (east - step[0] / 2, north - step[1] / 2), (
            east + step[0] / 2, north + step[1] / 2)  # fmt: skip
        movers.append(
            MoverScript(
                id=f"{number}-{pick.randrange(1 << 30)}",
                kind=kind,
                path=[(0, *start), (10, *end)],
                colour=pick.choice(list(SHIRTS if kind in ("walker", "bag") else VEHICLE_COLOURS)),
                carries=pick.choice((None, None, None, "bag")),
                height_m=pick.uniform(1.45, 1.85) if pick.random() < 0.9 else pick.uniform(1, 1.4),
                rider=pick.random() < 0.8,
                heading_deg=pick.uniform(0, 360) if speed == 0 else None,
            )
        )
    weather = Weather(
        noise=pick.choice((0, 0, 2, 5, 9)),
        rain=pick.choice((0, 0, 0, 0.3, 0.8)),
        exposure=pick.choice((0, 0.1, 0.3)),
    )
    return SceneScript(
        name="random", duration_s=10, movers=movers, weather=weather, seed=pick.randrange(1 << 30)
    )


def _polar(away: float, turn_deg: float) -> tuple[float, float]:
    return away * math.sin(math.radians(turn_deg)), away * math.cos(math.radians(turn_deg))


def _random_tile(pick: random.Random, seen: StreetView, camera: Fisheye) -> Tile:
    width, height = pick.choice(((640, 640), (640, 480), (512, 512), (416, 416)))
    view = View(
        bearing_deg=pick.uniform(0, 360),
        tilt_deg=pick.choice((pick.uniform(35, 72), pick.uniform(0, 40))),
        hfov_deg=pick.uniform(55, 95) * (1.0 if width > 500 else 0.85),
        width_px=width,
        height_px=height,
    )
    picture, boxes = render_view(seen, camera, view)
    left, top = pick.randint(0, width - TILE_PX), pick.randint(0, height - TILE_PX)
    if boxes and pick.random() < 0.85:
        _, x1, y1, x2, y2 = pick.choice(boxes)
        left = (x1 + x2) // 2 - pick.randint(40, TILE_PX - 40)
        top = (y1 + y2) // 2 - pick.randint(40, TILE_PX - 40)
    left, top = min(max(left, 0), width - TILE_PX), min(max(top, 0), height - TILE_PX)
    return cut(picture, boxes, left, top, TILE_PX)


def _write(out: Path, part: str, name: str, tile: Tile, pick: random.Random) -> None:
    quality = [cv2.IMWRITE_JPEG_QUALITY, pick.randint(55, 95)]
    cv2.imwrite(str(out / "images" / part / f"{name}.jpg"), tile.picture, quality)
    lines = [
        f"{label} {(a + c) / 2 / TILE_PX:.5f} {(b + d) / 2 / TILE_PX:.5f} "
        f"{(c - a) / TILE_PX:.5f} {(d - b) / TILE_PX:.5f}"
        for label, a, b, c, d in tile.boxes
    ]
    (out / "labels" / part / f"{name}.txt").write_text("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
