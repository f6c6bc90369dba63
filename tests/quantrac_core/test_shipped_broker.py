"""The shipped mosquitto configuration: a station reaches its own topics and no others."""

import asyncio
import contextlib
import getpass
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from quantrac_core.runtime.mqtt_session import MqttSession
from quantrac_core.runtime.mqtt_settings import MqttSettings, TlsSettings
from tests.peers.process import Process, eventually, free_port

SHIPPED = Path(__file__).parents[2] / "configs" / "mosquitto"


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def certificate(folder: Path, name: str, common_name: str, extension: str = "") -> None:
    """Make ``name.key`` and ``name.crt``, signed by ``ca`` (made with the first call)."""
    ca, key = folder / "ca.crt", folder / "ca.key"
    if not ca.exists():
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=CA",
                "-keyout", str(key), "-out", str(ca))  # fmt: skip
    request = folder / f"{name}.csr"
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={common_name}",
            "-keyout", str(folder / f"{name}.key"), "-out", str(request))  # fmt: skip
    extensions = folder / f"{name}.ext"
    extensions.write_text(extension)
    openssl("x509", "-req", "-in", str(request), "-CA", str(ca), "-CAkey", str(key), "-days", "2",
            "-CAcreateserial", "-extfile", str(extensions),
            "-out", str(folder / f"{name}.crt"))  # fmt: skip


class ShippedBroker(Process):
    """mosquitto with the shipped files; only paths, ports and the user are the test's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tls_port, self.plain_port = free_port(), free_port()
        certificate(folder, "broker", "broker", "subjectAltName=IP:127.0.0.1")
        for name in ("thanh-hai", "pc-phan-rang"):
            certificate(folder, name, name)
        (folder / "quantrac.acl").write_text((SHIPPED / "quantrac.acl").read_text())
        text = (SHIPPED / "mosquitto.conf").read_text()
        for shipped, here in (
            ("/etc/mosquitto/certs/", f"{folder}/"),
            ("/etc/mosquitto/", f"{folder}/"),
            ("/var/lib/mosquitto/", f"{folder}/"),
            ("listener 1883 127.0.0.1", f"listener {self.plain_port} 127.0.0.1"),
            ("listener 8883", f"listener {self.tls_port} 127.0.0.1"),
        ):
            assert shipped in text
            text = text.replace(shipped, here)
        config = folder / "mosquitto.conf"
        config.write_text(f"user {getpass.getuser()}\nlog_type all\n{text}")
        super().__init__(
            "mosquitto", ["mosquitto", "-c", str(config)], folder, port=self.plain_port
        )

    def station(self, name: str) -> MqttSettings:
        return MqttSettings(
            port=self.tls_port,
            connect_timeout_s=1,
            reconnect_most_s=0.2,
            tls=TlsSettings(
                ca_file=self.folder / "ca.crt",
                certificate_file=self.folder / f"{name}.crt",
                key_file=self.folder / f"{name}.key",
            ),
        )


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[ShippedBroker]:
    os.chmod(tmp_path, 0o755)
    broker = ShippedBroker(tmp_path)
    broker.start()
    yield broker
    broker.kill()


@contextlib.asynccontextmanager
async def running(session: MqttSession) -> AsyncIterator[None]:
    task = asyncio.create_task(session.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_station_writes_under_its_own_name_only(broker: ShippedBroker) -> None:
    seen: list[str] = []
    centre = MqttSession(
        MqttSettings(port=broker.plain_port),
        client_id="centre",
        subscriptions=["quantrac/v1/stations/+/readings"],
        on_message=lambda message: seen.append(message.topic),
    )
    station = MqttSession(broker.station("thanh-hai"), client_id="quantrac-agent-thanh-hai")
    async with running(centre), running(station):
        await eventually(lambda: centre.connected and station.connected, "both connected")
        station.publish("quantrac/v1/stations/other/readings", b"{}")
        station.publish("quantrac/v1/stations/thanh-hai/readings", b"{}")
        await eventually(lambda: bool(seen), "a message")
        assert await station.flush(5.0)
    assert seen == ["quantrac/v1/stations/thanh-hai/readings"]


async def test_a_pc_with_cameras_speaks_for_its_own_cameras_only(broker: ShippedBroker) -> None:
    seen: list[str] = []
    acks: list[str] = []
    centre = MqttSession(
        MqttSettings(port=broker.plain_port),
        client_id="centre",
        subscriptions=["quantrac/v1/#"],
        on_message=lambda message: seen.append(message.topic),
    )
    vision = MqttSession(
        broker.station("pc-phan-rang"),
        client_id="quantrac-vision-hacom-360",
        subscriptions=["quantrac/v1/cameras/hacom-360/ack"],
        on_message=lambda message: acks.append(message.topic),
    )
    async with running(centre), running(vision):
        await eventually(lambda: centre.connected and vision.connected, "both connected")
        for topic in ("stations/thanh-hai/readings", "cameras/other/events", "cameras/x/ack"):
            vision.publish(f"quantrac/v1/{topic}", b"{}")
        vision.publish("quantrac/v1/cameras/hacom-360/events", b"{}")
        centre.publish("quantrac/v1/cameras/hacom-360/ack", b"{}")
        await eventually(lambda: bool(seen) and bool(acks), "a message each way")
        assert await vision.flush(5.0)
    assert set(seen) == {"quantrac/v1/cameras/hacom-360/events", *acks}


async def test_without_a_certificate_nobody_gets_in(broker: ShippedBroker) -> None:
    stranger = MqttSettings(
        port=broker.tls_port,
        connect_timeout_s=1,
        reconnect_most_s=0.2,
        tls=TlsSettings(ca_file=broker.folder / "ca.crt"),
    )
    session = MqttSession(stranger, client_id="stranger")
    async with running(session):
        await eventually(lambda: "peer did not return a certificate" in broker.log(), "a refusal")
        assert not session.connected
