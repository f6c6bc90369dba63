"""Random streets, movers and light: what the demo model is trained on and judged by."""

import math
import random

from demo.street.demo_town import demo_town
from demo.street.fisheye import Fisheye
from demo.street.light import LIGHTS
from demo.street.movers import SHIRTS
from demo.street.script import MoverScript, SceneScript, Weather
from demo.street.street import Street
from demo.street.vehicles import VEHICLE_COLOURS
from tools.demo_model.random_town import random_town

KINDS = ("walker",) * 14 + ("motorcycle",) * 6 + ("car",) * 3 + ("truck",) * 2 + ("bag",) * 2
SPEEDS_M_S = (0.0, 0.9, 1.3, 1.3, 3.0)
DEMO_SHARE = 0.25
VIEW_AT_S = 5.0


def random_street(pick: random.Random, demo_share: float = DEMO_SHARE) -> Street:
    """Return a street without movers: the demo's own town now and then, else an invented one."""
    is_demo = pick.random() < demo_share
    town = demo_town() if is_demo else random_town(pick)
    height_m = 8.0 if is_demo else pick.uniform(6, 15)
    camera = Fisheye(height_m=height_m, north_deg=pick.uniform(0, 360))
    light = LIGHTS[pick.choices(list(LIGHTS), (5, 2, 3, 4))[0]]
    if light.has_sun:
        light = light.from_sun(pick.uniform(0, 360), light.sun_elevation_deg + pick.uniform(-8, 25))
    return Street(SceneScript(name="empty", duration_s=1), camera, town, light)


def random_scene(pick: random.Random, height_m: float) -> SceneScript:
    """Return movers all around the mast and some weather, to be seen at `VIEW_AT_S`."""
    weather = Weather(
        noise=pick.choice((0, 0, 2, 5, 9)),
        rain=pick.choice((0, 0, 0, 0.3, 0.8)),
        exposure=pick.choice((0, 0.1, 0.3)),
    )
    return SceneScript(
        name="random",
        duration_s=2 * VIEW_AT_S,
        movers=[_mover(pick, number, height_m) for number in range(pick.randint(12, 52))],
        weather=weather,
        seed=pick.randrange(1 << 30),
    )


def _mover(pick: random.Random, number: int, height_m: float) -> MoverScript:
    kind = pick.choice(KINDS)
    away = height_m * pick.triangular(0.1, 3.6, 1.3)
    if kind in ("car", "truck"):
        away = max(away, 4.0)
    east, north = _polar(away, pick.uniform(0, 360))
    speed = {"walker": pick.choice(SPEEDS_M_S), "bag": 0.0}.get(kind, 4.0)
    step = _polar(speed * VIEW_AT_S, pick.uniform(0, 360))
    return MoverScript(
        id=f"{number}-{pick.randrange(1 << 30)}",
        kind=kind,
        path=[
            (0, east - step[0], north - step[1]),
            (2 * VIEW_AT_S, east + step[0], north + step[1]),
        ],
        colour=pick.choice(list(SHIRTS if kind in ("walker", "bag") else VEHICLE_COLOURS)),
        carries=pick.choice((None, None, None, "bag")),
        height_m=pick.uniform(1.45, 1.85) if pick.random() < 0.9 else pick.uniform(1, 1.4),
        rider=pick.random() < 0.8,
        heading_deg=pick.uniform(0, 360) if speed == 0 else None,
    )


def _polar(away: float, turn_deg: float) -> tuple[float, float]:
    return away * math.sin(math.radians(turn_deg)), away * math.cos(math.radians(turn_deg))
