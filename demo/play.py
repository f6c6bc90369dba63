"""What happens on the running demo: wait for the page, play the scenes, watch the alarms."""

import asyncio
import json

from demo.alarm_watch import Acknowledge, AlarmWatch, Told
from demo.child import Child
from demo.gateway_client import GatewayClient, GatewayUnreachable
from demo.narration import say
from demo.scenario import rounds
from demo.security_watch import SecurityWatch
from demo.simulator.stations import STATIONS
from quantrac_core.contracts.errors import QuantracError

START_PATIENCE_S = 60.0
POLL_S = 0.2
WATCH_POLL_S = 1.0
NEWCOMER = "demo"
NEWCOMER_NAME = "Người dùng thử"
NEWCOMER_ROLES = ("administrator", "operator", "police")
"""Everything may be tried, also what no single person of a real centre may do."""
ACKNOWLEDGE_NOTE = "Tự động tiếp nhận trong bản demo / acknowledged by the demo itself"


class DemoFailed(QuantracError):
    """The demo did not come up; the text names the log to read."""


async def announce(client: GatewayClient, gateway: Child, address: str) -> None:
    """Wait until the gateway lets a newcomer in, then tell the address that signs in once.

    Raises:
        DemoFailed: no answer within a minute.
    """
    clock = asyncio.get_running_loop().time
    deadline_s = clock() + START_PATIENCE_S
    while (link := await _newcomers_link(client)) is None:
        if clock() > deadline_s:
            raise DemoFailed(
                f"the gateway did not answer within {START_PATIENCE_S:.0f} s; "
                f"log: {gateway.spec.log_path}"
            )
        await asyncio.sleep(POLL_S)
    say(f"MỞ TRÌNH DUYỆT: {address}/{link}", f"OPEN IN A BROWSER: {address}/{link}")
    say("Liên kết này đăng nhập một lần", "this link signs in once, in one browser")


async def _newcomers_link(client: GatewayClient) -> str | None:
    try:
        return await client.sign_in_link(NEWCOMER, NEWCOMER_NAME, NEWCOMER_ROLES)
    except GatewayUnreachable:
        return None


async def play_scenes(client: GatewayClient, simulator: Child) -> None:
    """Begin the scenes once every station is live, round after round."""
    await _stations_live(client)
    say("Ba trạm đang truyền dữ liệu, cảnh 1 sau 12 s", "Three stations live, scene 1 in 12 s")
    clock = asyncio.get_running_loop().time
    began_s = clock()
    for at_s, step in rounds():
        await asyncio.sleep(began_s + at_s - clock())
        order = json.dumps({"station": step.station, "scene": step.scene})
        if simulator.write_line(order.encode()):
            say(step.vietnamese, step.english)


async def watch_alarms(client: GatewayClient, acknowledge_after_s: float | None) -> None:
    """Tell what the gateway reports and take the alarms that nobody takes."""
    watch = AlarmWatch(acknowledge_after_s)
    clock = asyncio.get_running_loop().time
    while True:
        try:
            alarms = await client.alarms()
        except GatewayUnreachable:
            # The supervisor has already said that the gateway is gone.
            await asyncio.sleep(WATCH_POLL_S)
            continue
        for item in watch.observe(alarms, clock()):
            if isinstance(item, Told):
                say(item.vietnamese, item.english)
            else:
                await _acknowledge(client, watch, item)
        await asyncio.sleep(WATCH_POLL_S)


async def watch_security(client: GatewayClient) -> None:
    """Tell which security events reach the centre."""
    watch = SecurityWatch()
    while True:
        try:
            news = watch.observe(await client.security_events())
        except GatewayUnreachable:
            # The supervisor has already said that the gateway is gone.
            news = []
        for item in news:
            say(item.vietnamese, item.english)
        await asyncio.sleep(WATCH_POLL_S)


async def _acknowledge(client: GatewayClient, watch: AlarmWatch, item: Acknowledge) -> None:
    try:
        await client.acknowledge(item.alarm.id, ACKNOWLEDGE_NOTE)
    except GatewayUnreachable:
        watch.retry(item.alarm)


async def _stations_live(client: GatewayClient) -> None:
    while True:
        try:
            live = {station.id for station in await client.stations() if station.is_live}
        except GatewayUnreachable:
            live = set()
        if live >= STATIONS.keys():
            return
        await asyncio.sleep(POLL_S)
