"""What only a picture can tell of a configuration: shown as a degraded camera, in one clear line.

A person corrects it while the other cameras are watched; a start is never stopped by it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from quantrac_core.contracts.camera_messages import CameraStatus
from tests.configs.programs import start
from tests.peers.process import running, until
from tests.peers.rtsp_server import Mount, RtspServer
from tests.peers.vision import Vision
from tests.vision.delivery.listener import CameraListener
from tests.vision.program import yard
from tests.vision.program.site import Site, camera, until_status

FAR, NO_VIEW, CENTRE, SHAPE, MASK = "xa", "khong-goc", "lech-tam", "khac-co", "che-hut"
FAR_ZONE = {
    "name": "san-kho",
    "space": "ground",
    "points": [[-6, -300], [6, -300], [6, -280], [-6, -280]],
}


class Faulty(NamedTuple):
    """The program with cameras that are configured wrongly, each in another way."""

    site: Site
    vision: Vision
    listeners: dict[str, CameraListener]

    def degraded(self, name: str) -> CameraStatus:
        return until_status(
            self.listeners[name], lambda each: each.state == "degraded", self.vision
        )


@pytest.fixture(scope="module")
def faulty(
    site: Site, pictures: yard.Picture, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Faulty]:
    mounts = {"/main": Mount(yard.encode(pictures), yard.SPAN_S * 1000)}
    with running(RtspServer(tmp_path_factory.mktemp("camera"), mounts)) as server:
        url = server.url()
        cameras = [
            camera(FAR, url, zones=[FAR_ZONE]),
            camera(
                NO_VIEW,
                url,
                views={"layout": "auto"},
                zones=[
                    {"name": "san-kho", "space": "view:cong", "points": [[0, 0], [1, 0], [0, 1]]}
                ],
            ),
            camera(CENTRE, url, lens={"kind": "equidistant", "centre_px": [900, 200]}),
            camera(SHAPE, url, lens={"kind": "equidistant", "picture_px": [2048, 2048]}),
            camera(MASK, url, masks=[{"points": [[1000, 900], [1200, 900], [1200, 1000]]}]),
        ]
        listeners = {each["id"]: site.listen(each["id"]) for each in cameras}
        with site.vision(*cameras) as vision:
            yield Faulty(site, vision, listeners)
            assert vision.stop() == 0
            assert "Traceback" not in vision.log()
    for listener in listeners.values():
        listener.__exit__()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (FAR, "rule dot-nhap: in 100% of the zone san-kho a person is smaller than the 24 px"),
        (NO_VIEW, "a zone lies in the view cong, which does not exist; expected one of"),
        (CENTRE, "lens.centre_px: 900, 200 lies outside the picture of 640×480 px"),
        (SHAPE, "the stream's picture of 640×480 px has another shape than lens.picture_px"),
        (MASK, "masks.0: this mask lies outside the picture of 640 × 480 pixels"),
    ],
)
def test_the_camera_is_degraded_and_says_why(faulty: Faulty, name: str, told: str) -> None:
    status = faulty.degraded(name)
    assert told in status.detail
    assert "\n" not in status.detail
    assert status.cause == "none"
    shown = until(
        lambda: (
            faulty.site.api.get(f"/cameras/{name}")["state"] == "degraded"
            and faulty.site.api.get(f"/cameras/{name}")
        )
    )
    assert shown["detail"] == status.detail


def test_a_camera_whose_rule_is_blind_is_watched_all_the_same(faulty: Faulty) -> None:
    status = until_status(faulty.listeners[FAR], lambda each: each.fps > 0, faulty.vision)
    assert status.views == ["san"]
    assert status.state == "degraded"


def test_the_preview_refuses_a_rule_that_cannot_see(faulty: Faulty, tmp_path: Path) -> None:
    out = tmp_path / "preview.png"
    arguments = ("--camera", FAR, "--out", str(out))
    answer = start("vision", faulty.vision.config, *arguments, command="preview")
    assert answer.code == 2
    assert any(line.startswith("rule dot-nhap: in 100% of the zone") for line in answer.lines)
    assert out.stat().st_size > 10_000
