"""The script that a hurried person writes: threads, pymodbus, paho, no store-and-forward.

``python -m benchmarks.plain_script BROKER_PORT CHANNELS SECONDS PORT…``; the peer of the agent in
`agent_load`. It keeps nothing on disk, judges nothing, and loses what the broker does not take.
"""

import json
import sys
import threading
import time
from typing import cast

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from pymodbus.client import ModbusTcpClient


def poll(port: int, channels: int, client: paho.Client, until_s: float, start_s: float) -> None:
    """Read one device every second and publish what it says."""
    device = ModbusTcpClient("127.0.0.1", port=port)
    device.connect()  # type: ignore[no-untyped-call]
    tick = 0
    while time.monotonic() < until_s:
        time.sleep(max(0.0, start_s + tick - time.monotonic()))
        tick += 1
        reply = device.read_holding_registers(0, count=2 * channels, device_id=1)
        words = device.convert_from_registers(reply.registers, device.DATATYPE.FLOAT32)
        values = cast("list[float]", words)
        at = time.time()
        payload = json.dumps(
            {"at": at, "values": {f"c{number}": value for number, value in enumerate(values)}}
        )
        client.publish(f"plain/{port}", payload, qos=1)
    device.close()  # type: ignore[no-untyped-call]


def main() -> None:
    """Start one thread a device and wait for them."""
    broker_port, channels, seconds = (int(word) for word in sys.argv[1:4])
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker_port)
    client.loop_start()
    start_s = time.monotonic() + 1.0
    threads = [
        threading.Thread(
            target=poll, args=(int(port), channels, client, start_s + seconds, start_s)
        )
        for port in sys.argv[4:]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.loop_stop()


if __name__ == "__main__":
    main()
