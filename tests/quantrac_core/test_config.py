"""Configuration faults are told one line each, with file, key, value and what is allowed."""

from pathlib import Path

import pytest
from pydantic import Field

from quantrac_core.config.load import load_config
from quantrac_core.config.secrets import Secret
from quantrac_core.config.strict import StrictModel
from quantrac_core.contracts.errors import ConfigErrors


class Inner(StrictModel):
    port: int = Field(ge=1, le=65535)
    password: Secret | None = None


class Outer(StrictModel):
    name: str
    inner: Inner


def written(folder: Path, text: str) -> Path:
    path = folder / "c.yaml"
    path.write_text(text)
    return path


def faults(path: Path, environment: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigErrors) as caught:
        load_config(path, Outer, environment or {})
    lines = str(caught.value).splitlines()
    assert len(lines) == len(caught.value.errors)
    return lines


def test_a_good_file_loads_and_the_environment_lies_over_it(tmp_path: Path) -> None:
    path = written(tmp_path, "name: a\ninner: {port: 1}\n")
    assert load_config(path, Outer, {"QUANTRAC__INNER__PORT": "5"}).inner.port == 5


def test_every_fault_is_told_in_one_run(tmp_path: Path) -> None:
    path = written(tmp_path, "nmae: a\ninner: {port: 99999}\n")
    lines = faults(path)
    assert [line.split(": ")[1] for line in lines] == ["name", "inner.port", "nmae"]
    assert all(line.startswith(str(path)) for line in lines)
    assert "99999 is not allowed; expected" in lines[1]
    assert lines[2].endswith("expected a known key (this one is not)")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "valid YAML"),
        ("- 1\n", "a mapping of keys to values"),
        ("name: a\nname: b\n", "the key 'name' is written twice"),
        ("name: a\ninner: {port: .nan}\n", "inner.port"),
        ("name: !!python/object/apply:os.system [true]\n", "valid YAML"),
    ],
)
def test_what_is_no_plain_yaml_is_one_clear_line(tmp_path: Path, text: str, says: str) -> None:
    lines = faults(written(tmp_path, text))
    assert any(says in line for line in lines)


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    assert faults(tmp_path / "none.yaml") == [
        f"{tmp_path}/none.yaml: (file): 'No such file or directory' is not allowed; "
        "expected a readable YAML file"
    ]


def test_a_missing_secret_names_its_source_and_no_secret_is_ever_shown(tmp_path: Path) -> None:
    path = written(tmp_path, "name: a\ninner: {port: 1, password: {env: QT_TEST_UNSET}}\n")
    assert "the environment variable QT_TEST_UNSET must be set" in faults(path)[0]
    path = written(tmp_path, "name: a\ninner: {port: 1, password: hunter2}\n")
    assert "hunter2" not in "".join(faults(path))


def test_a_secret_is_read_from_its_file_without_the_line_break(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n")
    path = written(
        tmp_path, f"name: a\ninner: {{port: 1, password: {{file: {tmp_path}/secret}}}}\n"
    )
    secret = load_config(path, Outer, {}).inner.password
    assert secret is not None
    assert secret.reveal() == "hunter2"
    assert "hunter2" not in repr(secret)
