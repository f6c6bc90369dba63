"""Where the real test material lies, and the mark that skips without it."""

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("QUANTRAC_TEST_DATA", Path(__file__).parents[3] / "../shared/data"))
YOLO11N = DATA / "models/yolo11n_int8_openvino_model"
BROKEN = DATA / "models/broken"
needs_data = pytest.mark.skipif(
    not YOLO11N.exists(), reason=f"{DATA} is absent; set QUANTRAC_TEST_DATA to the test data"
)
