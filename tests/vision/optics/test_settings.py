"""A lens, mast or view that cannot be meant is one clear line."""

from typing import Any

import numpy as np
import pytest
from pydantic import Field

from quantrac_core.config.load import validate
from quantrac_core.config.strict import StrictModel
from quantrac_core.contracts.errors import ConfigErrors
from tests.vision.optics.cameras import mast
from vision.optics.arrays import OpticsFault
from vision.optics.building import build_lens
from vision.optics.plan import views_for
from vision.optics.settings import (
    AutoViews,
    FisheyeSettings,
    LensSettings,
    ManualViews,
    MastSettings,
    PerspectiveView,
    StripView,
    TileView,
    ViewsSettings,
)


class Camera(StrictModel):
    """What a camera's section holds of geometry."""

    lens: LensSettings
    mast: MastSettings
    views: ViewsSettings = Field(default_factory=AutoViews)


LENS = {"kind": "equidistant", "fov_deg": 180}
MAST = {"lat": 11.5, "lon": 108.9, "height_m": 20}
VIEW = {"kind": "perspective", "name": "gate", "bearing_deg": 10, "depression_deg": 20,
        "hfov_deg": 60}  # fmt: skip


def with_views(*views: dict[str, Any]) -> dict[str, Any]:
    return {"layout": "manual", "views": list(views)}


@pytest.mark.parametrize(
    ("section", "document", "line"),
    [
        ("lens", {"kind": "fish"}, "'equidistant', 'equisolid', 'stereographic', 'orthographic'"),
        ("lens", {**LENS, "radius_px": 0}, "lens.equidistant.radius_px: 0 is not allowed"),
        ("lens", {**LENS, "fov_deg": 400}, "less than or equal to 280"),
        ("lens", {**LENS, "fov": 180}, "a known key"),
        ("lens", {**LENS, "picture_px": [2048, 2048], "centre_px": [3000, 10]},
         "a lens centre inside the picture of 2048×2048 px, but centre_px is 3000, 10"),
        ("lens", {"kind": "orthographic", "fov_deg": 200}, "at most 180 for an orthographic lens"),
        ("lens", {"kind": "opencv", "k1": 0.1}, "exactly one of fx_px and radius_px"),
        ("lens", {"kind": "opencv", "k1": 0.1, "radius_px": 9, "fy_px": 9}, "fx_px beside fy_px"),
        ("lens", {"kind": "panorama", "top_deg": 60, "bottom_deg": 10}, "above bottom_deg"),
        ("lens", {"kind": "perspective", "hfov_deg": 179}, "less than or equal to 160"),
        ("mast", {**MAST, "height_m": -3}, "mast.height_m: -3 is not allowed"),
        ("mast", {**MAST, "lat": 120}, "less than or equal to 89"),
        ("mast", {**MAST, "height_m": float("nan")}, "finite number"),
        ("views", {"smallest": {}}, "at least 1 item"),
        ("views", {"smallest": {"person": 0}}, "greater than or equal to 4"),
        ("views", {"input_px": 500}, "multiple of 32"),
        ("views", {"max_views": 0}, "greater than or equal to 1"),
        ("views", with_views(), "at least 1 item"),
        ("views", with_views(VIEW, VIEW), "gate appears twice"),
        ("views", with_views({**VIEW, "name": "../x"}), "1 to 48 of a-z, 0-9 and '-'"),
        ("views", with_views({**VIEW, "name": "picture"}), "another name"),
        ("views", with_views({**VIEW, "hfov_deg": 180}), "less than or equal to 140"),
        ("views", with_views({"kind": "tile", "name": "a", "box": [0.5, 0, 0.4, 1]}), "x1 < x2"),
        ("views", with_views({"kind": "strip", "name": "a", "from_bearing_deg": 0, "span_deg": 90,
                              "top_deg": 50, "bottom_deg": 0, "size_px": [640, 320]}), "above"),
    ],
)  # fmt: skip
def test_each_fault_is_one_line(section: str, document: dict[str, Any], line: str) -> None:
    whole = {"lens": LENS, "mast": MAST, section: document}
    with pytest.raises(ConfigErrors) as caught:
        validate(whole, Camera, "vision.yaml")
    assert len(caught.value.errors) == 1, str(caught.value)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_the_documents_show_is_accepted() -> None:
    lens = {"kind": "equidistant", "fov_deg": 180, "centre_px": [1024, 1024], "radius_px": 1000}
    views = {"layout": "auto", "smallest": {"person": 24}}
    camera = validate({"lens": lens, "mast": MAST, "views": views}, Camera, "vision.yaml")
    assert isinstance(camera.views, AutoViews)
    assert camera.views.required_px("person") == camera.views.required_px("unknown") == 24


def test_a_smaller_stream_of_the_same_shape_scales_the_lens() -> None:
    lens = FisheyeSettings(
        kind="equidistant", picture_px=(2048, 2048), centre_px=(1000, 1040), radius_px=900
    )
    large, small = build_lens(lens, 2048, 2048), build_lens(lens, 1024, 1024)
    ray = np.array([0.3, -0.2, 0.8])
    assert small.project(ray) == pytest.approx(large.project(ray) / 2)


def test_a_stream_of_another_shape_is_refused() -> None:
    lens = FisheyeSettings(kind="equidistant", picture_px=(2048, 2048))
    with pytest.raises(OpticsFault, match=r"1280×720 px has another shape than lens.picture_px"):
        build_lens(lens, 1280, 720)


def test_a_centre_outside_the_stream_is_refused() -> None:
    lens = FisheyeSettings(kind="equidistant", centre_px=(1500, 500))
    with pytest.raises(OpticsFault, match=r"centre_px: 1500, 500 lies outside .* 1280×1280"):
        build_lens(lens, 1280, 1280)


def test_views_outside_the_lens_are_named_one_a_line() -> None:
    sky = [
        PerspectiveView(name=f"sky{i}", bearing_deg=i, depression_deg=-60, hfov_deg=40)
        for i in (0, 90)
    ]
    ground = PerspectiveView(name="ground", bearing_deg=0, depression_deg=45, hfov_deg=40)
    lens = FisheyeSettings(kind="equidistant")
    with pytest.raises(OpticsFault) as caught:
        views_for(lens, mast(), ManualViews(layout="manual", views=[ground, *sky]), 1000, 1000)
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["views.sky0", "views.sky90"]


def test_every_kind_of_view_can_be_listed() -> None:
    views = ManualViews(
        layout="manual",
        views=[
            PerspectiveView(name="gate", bearing_deg=10, depression_deg=20, hfov_deg=60),
            StripView(kind="strip", name="round", from_bearing_deg=0, span_deg=390, top_deg=0,
                      bottom_deg=60, size_px=(1280, 256)),
            TileView(kind="tile", name="quarter", box=(0, 0, 0.5, 0.5)),
        ],
    )  # fmt: skip
    plan = views_for(FisheyeSettings(kind="equidistant"), mast(), views, 1000, 1000)
    assert [view.size_px for view in plan.views] == [(640, 640), (1280, 256), (500, 500)]
    assert plan.view("round").name == "round"
    with pytest.raises(KeyError):
        plan.view("nowhere")
