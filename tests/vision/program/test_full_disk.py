"""A full disk costs evidence, never an event; recording goes on when there is room again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.process import running, until
from tests.peers.rtsp_server import Mount, RtspServer
from tests.peers.small_disk import Neighbour, small_disk
from tests.vision.program import yard
from tests.vision.program.site import PATIENCE_S, Site, camera, until_status
from vision.pipeline.event_desk import NO_EVIDENCE

pytestmark = pytest.mark.faults
DISK_MB = 24
ROOM_FOR_AN_ENTRY = 100_000


@pytest.fixture
def server(pictures: yard.Picture, tmp_path: Path) -> Iterator[RtspServer]:
    mounts = {"/main": Mount(yard.encode(pictures), yard.SPAN_S * 1000)}
    with running(RtspServer(tmp_path, mounts)) as server:
        yield server


def test_events_go_out_without_evidence_and_say_so_until_there_is_room_again(
    site: Site, server: RtspServer, tmp_path: Path
) -> None:
    name = "day"
    with small_disk(tmp_path / "disk", DISK_MB) as disk, site.listen(name) as listener:
        neighbour = Neighbour(disk)
        data = {"data_dir": str(disk / "data")}
        with site.vision(camera(name, server.url()), name=name, **data) as vision:
            until_status(listener, lambda each: each.state == "live", vision)
            neighbour.take_all()
            until(lambda: any(event.phase == "end" for event in listener.events), PATIENCE_S,
                  told_by=vision.log)  # fmt: skip
            neighbour.leave()
            until(lambda: site.whole_events(name), PATIENCE_S, told_by=vision.log)
            assert vision.stop() == 0
            assert "Traceback" not in vision.log()
    poor, rich = site.events(name)[-1], site.whole_events(name)[0]
    assert (poor["phase"], poor["detail"], poor["evidence"]) == ("end", NO_EVIDENCE, [])
    assert {"snapshot.jpg", "clip.mp4"} <= {file["name"] for file in rich["evidence"]}
    assert rich["detail"] == ""


def test_a_disk_that_fills_while_a_clip_is_made_costs_the_clip_and_is_told(
    site: Site, server: RtspServer, tmp_path: Path
) -> None:
    name = "day-dan"
    with small_disk(tmp_path / "disk", DISK_MB) as disk, site.listen(name) as listener:
        data = {"data_dir": str(disk / "data")}
        with site.vision(camera(name, server.url()), name=name, **data) as vision:
            until(
                lambda: any(event.evidence for event in listener.events),
                PATIENCE_S,
                told_by=vision.log,
            )
            Neighbour(disk).take_all(leave_bytes=ROOM_FOR_AN_ENTRY)
            until(lambda: site.events(name)[-1]["phase"] == "end", PATIENCE_S, told_by=vision.log)
            assert "Traceback" not in vision.log()
        event = site.events(name)[-1]
        assert event["detail"] == NO_EVIDENCE
        names = {file["name"] for file in event["evidence"]}
        assert "snapshot.jpg" in names
        assert "clip.mp4" not in names
