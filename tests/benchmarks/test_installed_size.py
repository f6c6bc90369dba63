"""Counted is what a distribution needs with its extras, and nothing else."""

from importlib.metadata import PackageNotFoundError

import pytest

from benchmarks.installed_size import installed_bytes


def test_vision_needs_its_runtime_but_neither_modbus_nor_the_web_framework() -> None:
    sizes = {name.lower(): size for name, size in installed_bytes(
        "quantrac", frozenset({"vision"})).items()}  # fmt: skip
    assert {"openvino", "av", "numpy", "paho-mqtt"} <= sizes.keys()
    assert not {"pymodbus", "fastapi", "ultralytics"} & sizes.keys()
    assert sizes["openvino"] > 50_000_000


def test_a_distribution_that_is_not_there_is_said_so() -> None:
    with pytest.raises(PackageNotFoundError):
        installed_bytes("quantrac-of-another-world", frozenset())
