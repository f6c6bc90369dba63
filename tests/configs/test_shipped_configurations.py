"""Every configuration that is shipped is loaded by the program it is for."""

from pathlib import Path

import pytest

from edge_agent.settings import load_agent_settings
from quantrac_core.config.load import read_yaml
from tests.configs.programs import start

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "configs"
STATIONS = sorted((CONFIGS / "stations").glob("*.yaml"))
DEVICES = sorted((CONFIGS / "devices").glob("*.yaml"))
VISION = CONFIGS / "vision.yaml"
GATEWAYS = sorted(CONFIGS.glob("gateway*.yaml"))
LOADED_ELSEWHERE = {
    "reports.yaml": "tests/gateway/test_report_form.py",
    "grafana/dashboards/quantrac-flux.json": "tests/configs/test_grafana.py",
    "grafana/dashboards/quantrac-influxql.json": "tests/configs/test_grafana.py",
    "grafana/provisioning/dashboards/quantrac.yaml": "tests/configs/test_grafana.py",
    "grafana/provisioning/datasources/quantrac.yaml": "tests/configs/test_grafana.py",
    "mosquitto/mosquitto.conf": "tests/quantrac_core/test_shipped_broker.py",
    "mosquitto/quantrac.acl": "tests/quantrac_core/test_shipped_broker.py",
}


def maps_of(station: Path) -> set[Path]:
    """Return the register maps that a station's file names."""
    links = read_yaml(station)["links"]
    names = [unit["map"] for link in links for unit in link["units"]]
    return {(station.parent / name).resolve() for name in names if isinstance(name, str)}


@pytest.mark.parametrize("file", STATIONS, ids=lambda file: file.stem)
def test_an_agent_accepts_its_shipped_configuration(file: Path) -> None:
    answer = start("agent", file, "--check-config")
    assert answer.lines == []
    assert answer.code == 0
    settings = load_agent_settings(file)
    assert settings.station.id == file.stem
    assert settings.station.id in answer.out


@pytest.mark.parametrize("file", GATEWAYS, ids=lambda file: file.stem)
def test_a_gateway_accepts_its_shipped_configuration(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in secret_variables(read_yaml(file)):
        monkeypatch.setenv(name, "given by the installation")
    answer = start("gateway", file, "--check-config")
    assert answer.lines == []
    assert answer.code == 0


def test_vision_accepts_its_shipped_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in secret_variables(read_yaml(VISION)):
        monkeypatch.setenv(name, "given by the installation")
    answer = start("vision", VISION, "--check-config")
    assert answer.lines == []
    assert answer.code == 0


def test_the_gateways_expect_the_shipped_cameras() -> None:
    cameras = [camera["id"] for camera in read_yaml(VISION)["cameras"]]
    for file in GATEWAYS:
        config = read_yaml(file)
        assert config.get("accept_any_camera") or config.get("cameras") == cameras


@pytest.mark.parametrize("file", GATEWAYS, ids=lambda file: file.stem)
def test_a_gateway_expects_the_shipped_stations(file: Path) -> None:
    config = read_yaml(file)
    listed = sorted(config.get("stations", []))
    assert config.get("accept_any_station") or listed == [station.stem for station in STATIONS]


def secret_variables(section: object) -> list[str]:
    """Return the environment variables that a document takes secrets from."""
    if isinstance(section, list):
        return [name for value in section for name in secret_variables(value)]
    if not isinstance(section, dict):
        return []
    here = [section["env"]] if set(section) == {"env"} else []
    return here + [name for value in section.values() for name in secret_variables(value)]


def test_every_shipped_file_is_loaded_by_some_test() -> None:
    loaded = {*STATIONS, *GATEWAYS, VISION}
    for station in STATIONS:
        loaded |= maps_of(station)
    for name, test in LOADED_ELSEWHERE.items():
        assert Path(name).name in (ROOT / test).read_text(encoding="utf-8"), test
        loaded.add(CONFIGS / name)
    assert {file for file in CONFIGS.rglob("*") if file.is_file()} == loaded


def test_every_shipped_register_map_is_one_that_a_station_uses() -> None:
    assert set(DEVICES) == set().union(*(maps_of(station) for station in STATIONS))
