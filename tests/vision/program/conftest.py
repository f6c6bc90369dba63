"""The rendered yard and the model for a session; a broker and a centre for a module."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.camera_config import MODEL
from tests.vision.program import yard
from tests.vision.program.site import Site
from tests.vision.program.yard import only_one
from vision.detection.openvino_detector import open_openvino
from vision.detection.settings import ModelSettings


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers of a session share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def pictures(shared_folder: Path) -> yard.Picture:
    return yard.rendered(shared_folder)


@pytest.fixture(scope="session")
def model(shared_folder: Path) -> dict[str, Any]:
    """The demo's model; how it runs best on this machine is measured once, before the tests."""
    cache = shared_folder / "model-cache"
    section = {
        "path": str(MODEL),
        "classes": ["person"],
        "min_score": 0.35,
        "cache_dir": str(cache),
    }
    with only_one(shared_folder / "model.lock"):
        if not cache.exists():
            open_openvino(ModelSettings.model_validate(section)).close()
    return section


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, model: dict[str, Any]) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("site"), model) as site:
        yield site
