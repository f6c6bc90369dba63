"""Bad configuration stops the start: exit code 2, one clear line for each fault, no traceback.

A folder of ``cases`` holds ``station.yaml``, ``gateway.yaml`` or ``vision.yaml``, the files beside
it, and the lines that are expected on stderr. ``RECORD_CASES=1`` writes them anew, to be read and
judged. Beside a ``vision.yaml`` the demo's model lies as ``model``.
"""

import os
import re
import shutil
from pathlib import Path

import pytest

from demo.camera_config import MODEL
from edge_agent.outbox.station_outbox import station_log
from tests.configs.programs import start
from tests.peers.agent import Agent, agent_config
from tests.peers.process import until

CASES = sorted((Path(__file__).parent / "cases").iterdir())
PROGRAMS = (("gateway", "gateway.yaml"), ("vision", "vision.yaml"), ("agent", "station.yaml"))
LOGGED = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z INFO ")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_fault_is_one_expected_line(case: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(case, tmp_path / "case")
    program, name = next(each for each in PROGRAMS if (folder / each[1]).exists())
    if program == "vision":
        (folder / "model").symlink_to(MODEL)
    answer = start(program, Path(name), folder=folder)
    # What a program says before it finds the fault is its log, not the fault.
    answer = answer._replace(lines=[line for line in answer.lines if not LOGGED.match(line)])
    expected = case / "expected.txt"
    if os.environ.get("RECORD_CASES"):
        expected.write_text("\n".join(answer.lines) + "\n")
    assert answer.lines == expected.read_text().splitlines()
    assert answer.code == 2
    assert answer.out == ""
    assert "hunter2" not in "".join(answer.lines)


def test_a_second_agent_on_one_data_dir_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    config = agent_config(tmp_path, "a", 1, 1)
    with Agent(tmp_path, config) as first:
        until(lambda: "outbox" in first.log(), told_by=first.log)
        answer = start("agent", first.config)
        assert answer.code == 2
        assert answer.lines == [
            f"{first.config}: data_dir: '{tmp_path}/data' is not allowed; expected a folder that "
            "no other agent is using now"
        ]
        assert first.stop() == 0


def test_an_outbox_of_another_station_is_not_written_to(tmp_path: Path) -> None:
    outbox = tmp_path / "data" / "outbox.sqlite"
    station_log(outbox, "another").close()
    before = outbox.read_bytes()
    agent = Agent(tmp_path, agent_config(tmp_path, "mine", 1, 1))
    answer = start("agent", agent.config)
    assert answer.code == 2
    assert answer.lines == [
        f"{outbox}: station: 'mine' is not allowed; expected the outbox's own station 'another'"
    ]
    assert outbox.read_bytes() == before


def test_a_file_without_end_or_bound_is_refused_in_one_line(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"# padding\n" * 500_000)
    for file in (huge, Path("/dev/zero")):
        answer = start("agent", file)
        assert answer.lines == [
            f"{file}: (file): 'too large' is not allowed; expected at most 4 MiB"
        ]
        assert answer.code == 2


def test_nesting_that_would_exhaust_the_parser_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "deep.yaml"
    file.write_text("a: " + "[" * 100_000 + "]" * 100_000)
    answer = start("agent", file)
    assert (answer.code, len(answer.lines)) == (2, 1)
    assert "nested too deeply" in answer.lines[0]


def test_a_value_from_the_environment_that_is_no_yaml_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANTRAC__MQTT__PORT", "[1")
    answer = start("agent", Agent(tmp_path, agent_config(tmp_path, "mine", 1, 1)).config)
    assert answer.code == 2
    assert len(answer.lines) == 1
    assert answer.lines[0].startswith("(environment): QUANTRAC__MQTT__PORT: ")
