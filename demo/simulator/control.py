"""Orders to a running simulator: one JSON object a line, and what each of them does."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from demo.simulator.scenes import SCENES
from demo.simulator.station_link import StationLink
from quantrac_core.contracts.quality import State
from station_drivers.register_map import Function


class RawWord(msgspec.Struct, forbid_unknown_fields=True):
    """One register (or bit) forced to a word, whatever the process says."""

    function: Function
    address: int
    word: int


class Order(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One order; everything but ``station`` is optional and may be combined.

    Args:
        id: echoed in the reply.
        at: Unix seconds at which to apply it (default: now).
        scene, duration_s: begin a scene of `demo.simulator.scenes`.
        end_scenes: end every scene of the station.
        set: channel → value to pin, or null to release.
        state: channel (or ``*``) → measurement state to pin, or null to release.
        unit: unit id that ``silent``, ``delay_s`` and ``raw`` concern (default: all units).
        silent, delay_s: answer nothing; answer this much later.
        raw: registers to force; an empty list releases them.
        counts: put the number of requests per unit into the reply.
    """

    station: str
    id: int | None = None
    at: float | None = None
    scene: str | None = None
    duration_s: float | None = None
    end_scenes: bool = False
    set: dict[str, float | None] = {}
    state: dict[str, State | None] = {}
    unit: int | None = None
    silent: bool | None = None
    delay_s: float | None = None
    raw: list[RawWord] | None = None
    counts: bool = False


class Reply(msgspec.Struct, omit_defaults=True):
    """What became of an order; ``at`` is the Unix time at which it was applied."""

    event: Literal["applied", "refused"]
    id: int | None = None
    at: float | None = None
    until: float | None = None
    error: str | None = None
    counts: dict[int, int] | None = None


class OrderRefused(ValueError):
    """An order that cannot be carried out; the text says why and what would do."""


def parse_order(line: bytes) -> Order:
    """Return the order in ``line``.

    Raises:
        OrderRefused: not JSON, or not an order.
    """
    try:
        return msgspec.json.decode(line, type=Order)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise OrderRefused(str(error)) from error


def apply_order(order: Order, links: Mapping[str, StationLink], now_s: float) -> Reply:
    """Carry out ``order`` at ``now_s`` (Unix seconds).

    Raises:
        OrderRefused: unknown station, unit, scene or channel.
    """
    link = links.get(order.station)
    if link is None:
        raise OrderRefused(f"no station {order.station!r}; there are {', '.join(links)}")
    if order.unit is not None and order.unit not in link.units:
        raise OrderRefused(f"no unit {order.unit}; there are {list(link.units)}")
    simulation = link.simulation
    for channel in (*order.set, *(name for name in order.state if name != "*")):
        if channel not in simulation.channels:
            raise OrderRefused(
                f"no channel {channel!r}; there are {', '.join(simulation.channels)}"
            )
    if order.scene is not None and order.scene not in SCENES:
        raise OrderRefused(f"no scene {order.scene!r}; there are {', '.join(SCENES)}")
    if order.end_scenes:
        simulation.end_scenes()
    until_s = None
    if order.scene is not None:
        until_s = simulation.play(order.scene, now_s, order.duration_s)
    for channel, value in order.set.items():
        simulation.override_value(channel, value)
    for channel, state in order.state.items():
        simulation.override_state(channel, state)
    for unit_id in link.units if order.unit is None else [order.unit]:
        faults = link.faults[unit_id]
        if order.silent is not None:
            faults.silent = order.silent
        if order.delay_s is not None:
            faults.delay_s = max(0.0, order.delay_s)
        if order.raw is not None:
            faults.raw = {(item.function, item.address): item.word for item in order.raw}
    counts = dict(link.request_counts) if order.counts else None
    return Reply("applied", order.id, now_s, until_s, counts=counts)
