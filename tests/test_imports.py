"""Who imports what: one edge to a library, and nothing of the centre on a station's machine."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("quantrac_core", "station_drivers", "edge_agent", "vision", "gateway", "demo")
ONLY_IN = {
    "pymodbus": {"station_drivers/modbus_client.py", "demo/simulator/modbus_server.py"},
    "paho": {
        "quantrac_core/runtime/mqtt_connection.py",
        "quantrac_core/runtime/mqtt_session.py",
    },
    "influxdb_client": {"gateway/stores/line_sender.py"},
}
CENTRE_ONLY = {
    "fastapi",
    "uvicorn",
    "sqlalchemy",
    "alembic",
    "influxdb_client",
    "prometheus_client",
}
VISION_ONLY = {"numpy", "cv2", "av", "openvino", "torch"}
STATION_ONLY = {"pymodbus", "serial"}
LOADED = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def imported_by(file: Path) -> set[str]:
    """Return the top-level packages that a source file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def loaded_with(module: str) -> set[str]:
    """Return the top-level packages in memory after ``module`` was imported alone."""
    command = [sys.executable, "-c", LOADED, module]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return set(json.loads(answer.stdout))


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_whose_interface_moves_is_imported_where_it_is_wrapped(library: str) -> None:
    files = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        if library in imported_by(file)
    }
    assert files == ONLY_IN[library]


@pytest.mark.parametrize(
    ("program", "forbidden"),
    [
        ("edge_agent.app", CENTRE_ONLY | VISION_ONLY | {"gateway", "demo"}),
        ("gateway.app", STATION_ONLY | VISION_ONLY | {"edge_agent", "station_drivers", "demo"}),
    ],
)
def test_a_program_needs_nothing_of_another_machine(program: str, forbidden: set[str]) -> None:
    loaded = loaded_with(program)
    assert program.partition(".")[0] in loaded
    assert loaded & forbidden == set()
