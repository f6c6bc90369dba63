"""Every command that a README tells a newcomer to type is run by the tests or by CI itself."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = ["README.md", "README.vi.md"]
RUN_ELSEWHERE = {
    "make demo": "tests/demo/test_demo.py",
    "make test": ".ci/run",
}


def commands(readme: str) -> list[str]:
    text = (ROOT / readme).read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("readme", READMES)
def test_every_command_of_the_readme_works(readme: str) -> None:
    assert commands(readme)
    for command in commands(readme):
        if command in RUN_ELSEWHERE:
            assert (ROOT / RUN_ELSEWHERE[command]).exists()
            continue
        done = subprocess.run(
            command.split(), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "readme", [*READMES, "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/vision.md"]
)
def test_every_link_and_path_of_a_document_exists(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:]+)\)", text)
    targets += [name.split("*")[0] for name in re.findall(r"`(configs/[^` ]+)`", text)]
    folder = (ROOT / readme).parent
    missing = [
        target for target in targets if not ((folder / target).exists() or (ROOT / target).exists())
    ]
    assert missing == []


def test_both_readmes_tell_the_same_commands() -> None:
    assert commands(READMES[0]) == commands(READMES[1])
