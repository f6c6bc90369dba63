"""The shipped units parse without a single unknown key and stay hardened (exposure ≤ 2.0)."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "systemd").glob("*.service"))
MOST_EXPOSURE_TENTHS = 20
pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)
unit_cases = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def with_existing_program(unit: Path, folder: Path) -> Path:
    """Copy ``unit`` with its program replaced by one that exists: verify insists on that."""
    program = folder / "bin" / unit.stem
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    text = unit.read_text(encoding="utf-8")
    installed = f"/opt/quantrac/bin/{unit.stem}"
    assert text.count(installed) == 1
    copy = folder / unit.name
    copy.write_text(text.replace(installed, str(program)), encoding="utf-8")
    return copy


def verify(unit: Path) -> subprocess.CompletedProcess[str]:
    return run("systemd-analyze", "verify", "--recursive-errors=yes", "--man=no", unit)


def exposure(unit: Path) -> subprocess.CompletedProcess[str]:
    threshold = f"--threshold={MOST_EXPOSURE_TENTHS}"
    return run("systemd-analyze", "security", "--offline=true", "--no-pager", threshold, unit)


def keys_of(unit: Path, section: str) -> list[tuple[str, str]]:
    lines, current = [], ""
    for line in unit.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = line.strip("[]")
        elif current == section and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            lines.append((key, value))
    return lines


def test_there_is_one_unit_for_each_program() -> None:
    assert [unit.stem for unit in UNITS] == [
        "quantrac-agent",
        "quantrac-gateway",
        "quantrac-vision",
    ]


@unit_cases
def test_the_unit_verifies_without_a_word(unit: Path, tmp_path: Path) -> None:
    result = verify(with_existing_program(unit, tmp_path))
    assert (result.returncode, result.stderr) == (0, "")


@unit_cases
def test_an_unknown_key_fails_the_verification(unit: Path, tmp_path: Path) -> None:
    copy = with_existing_program(unit, tmp_path)
    text = copy.read_text(encoding="utf-8")
    copy.write_text(text.replace("[Service]\n", "[Service]\nProtectSytem=strict\n"), "utf-8")
    result = verify(copy)
    assert result.returncode != 0
    assert "ProtectSytem" in result.stderr


@unit_cases
def test_the_exposure_is_at_most_two(unit: Path, tmp_path: Path) -> None:
    result = exposure(with_existing_program(unit, tmp_path))
    assert result.returncode == 0, result.stdout.splitlines()[-1]


@unit_cases
def test_a_softened_unit_fails_the_exposure_limit(unit: Path, tmp_path: Path) -> None:
    copy = with_existing_program(unit, tmp_path)
    softened = [
        line
        for line in copy.read_text(encoding="utf-8").splitlines()
        if not line.startswith(("CapabilityBoundingSet=", "SystemCallFilter=", "ProtectSystem="))
    ]
    copy.write_text("\n".join(softened) + "\n", encoding="utf-8")
    assert exposure(copy).returncode != 0


@unit_cases
def test_a_wrong_configuration_is_not_restarted_and_a_crash_always_is(unit: Path) -> None:
    service, head = dict(keys_of(unit, "Service")), dict(keys_of(unit, "Unit"))
    assert service["RestartPreventExitStatus"] == "2"
    assert service["Restart"] == "on-failure"
    assert float(service["RestartSec"]) >= 1
    assert head["StartLimitIntervalSec"] == "0"
    assert service["Type"] == "notify"
    assert float(service["WatchdogSec"]) > 0


@unit_cases
def test_no_start_waits_for_the_clock(unit: Path) -> None:
    assert "time-sync" not in str(keys_of(unit, "Unit"))
    assert "time-set" not in str(keys_of(unit, "Unit"))


def test_a_station_measures_without_waiting_for_the_network() -> None:
    assert "network-online" not in str(keys_of(UNITS[0], "Unit"))


def test_the_agent_may_ask_whether_ntp_holds_the_clock() -> None:
    service = keys_of(UNITS[0], "Service")
    assert ("ProtectClock", "no") in service
    assert any(key == "SystemCallFilter" and "adjtimex" in value for key, value in service)
    assert ("CapabilityBoundingSet", "") in service


def test_units_start_the_console_scripts_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for unit in UNITS:
        name = unit.stem.removeprefix("quantrac-")
        command = dict(keys_of(unit, "Service"))["ExecStart"].split()
        assert command[:2] == [f"/opt/quantrac/bin/{unit.stem}", "--config"]
        assert command[2:] == [f"/etc/quantrac/{name}.yaml"]
        if (ROOT / name / "app.py").exists() or name == "agent":
            assert unit.stem in project["scripts"]


# PR_SET_MDWE (65) refuses new executable memory much as MemoryDenyWriteExecute= does.
UNDER_MDWE = """
import ctypes, os, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
    sys.exit(77)
os.execv(sys.executable, [sys.executable, "-c", sys.argv[1]])
"""


@pytest.mark.parametrize(
    "body",
    [
        "import edge_agent.app, serial; edge_agent.app.kernel_clock_synchronised()",
        "import fastapi, influxdb_client, prometheus_client, psycopg, sqlalchemy, uvicorn",
    ],
    ids=["agent", "gateway"],
)
def test_the_program_runs_where_memory_cannot_become_executable(body: str) -> None:
    result = run(sys.executable, "-c", UNDER_MDWE, f"{body}; print('ran')")
    if result.returncode == 77:
        pytest.skip("this kernel has no PR_SET_MDWE (Linux 6.3 or newer)")
    assert (result.returncode, result.stdout.strip()) == (0, "ran"), result.stderr


def test_accounts_and_folders_can_be_created(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    sysusers = run(
        "systemd-sysusers", f"--root={tmp_path}", ROOT / "systemd/quantrac.sysusers.conf"
    )
    assert sysusers.returncode == 0, sysusers.stderr
    accounts = (tmp_path / "etc/passwd").read_text(encoding="utf-8")
    for unit in UNITS:
        service = dict(keys_of(unit, "Service"))
        assert service["User"] == unit.stem
        assert f"{unit.stem}:" in accounts


@unit_cases
def test_every_credential_folder_is_made_by_tmpfiles(unit: Path) -> None:
    folder = dict(keys_of(unit, "Service"))["LoadCredential"].partition(":")[2]
    lines = (ROOT / "systemd/quantrac.tmpfiles.conf").read_text(encoding="utf-8").splitlines()
    assert f"d {folder} 0700 root root -" in lines
