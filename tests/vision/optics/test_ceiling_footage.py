"""Real footage of a ceiling fisheye: everybody annotated is whole in one of the laid-out views."""

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.vision.optics.cameras import FISHEYE, mast
from vision.optics.plan import views_for
from vision.optics.settings import AutoViews

DATA = Path(os.environ.get("QUANTRAC_TEST_DATA", Path(__file__).parents[3] / "../shared/data"))
ROOM = DATA / "fisheye/cepdof_lunch3/video_0.json"


@pytest.mark.skipif(
    not ROOM.exists(), reason=f"{ROOM} is absent; set QUANTRAC_TEST_DATA to the test data"
)
@pytest.mark.parametrize(("person_px", "most_views"), [(100, 8), (150, 14)])
def test_everybody_in_the_room_is_whole_in_a_view(person_px: float, most_views: int) -> None:
    views = AutoViews(smallest={"person": person_px}, reach_m=6, max_views=16)
    plan = views_for(FISHEYE, mast(3), views, 2048, 2048)
    assert len(plan.views) <= most_views
    annotations = json.loads(ROOM.read_text(encoding="utf-8"))["annotations"]
    held = 0
    for annotation in annotations:
        x, y, width, height, degrees = annotation["bbox"]
        corners = cv2.boxPoints(((x, y), (width, height), degrees)).astype(np.float64)
        # The annotated boxes are drawn generously: four fifths of them hold the body.
        body = corners.mean(0) + (corners - corners.mean(0)) * 0.8
        directions = plan.camera.directions(body)
        held += any(view.eye.sees(directions).all() for view in plan.views)
    assert len(annotations) == 70
    assert held == len(annotations)
