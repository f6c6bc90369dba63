"""Each folder of ``cases``: a register map, a device's registers, and the samples they give.

``registers.txt`` has lines such as ``holding 100: 4252 0000`` (first address, hexadecimal).
"""

from pathlib import Path

import msgspec
import pytest
import yaml

from quantrac_core.config.load import read_yaml, validate
from station_drivers.register_map import RegisterMap
from tests.station_drivers.modbus_setups import opened, tcp_link
from tests.station_drivers.modbus_slave import Slave, TcpSlave

CASES = sorted((Path(__file__).parent / "cases").iterdir())
CODES = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}


def load_slave(file: Path) -> Slave:
    slave = Slave()
    for line in file.read_text().splitlines():
        place, values = line.split(":")
        table, first = place.split()
        slave.set(1, CODES[table], int(first), *(int(word, 16) for word in values.split()))
    return slave


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_recorded_device_gives_its_samples(case: Path) -> None:
    map_ = validate(read_yaml(case / "map.yaml"), RegisterMap, str(case / "map.yaml"))
    async with (
        TcpSlave(load_slave(case / "registers.txt")) as server,
        opened(tcp_link(server.port, map_)) as reader,
    ):
        samples = await reader.read(1.0)
    expected = yaml.safe_load((case / "expected.yaml").read_text())
    found = {name: msgspec.structs.asdict(sample) for name, sample in samples.items()}
    assert found == expected
