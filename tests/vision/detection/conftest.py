"""Plans are measured for a moment only: which one wins does not matter here."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def _short_measurements():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vision.detection.openvino_detector.MEASURE_S", 0.01)
        yield
