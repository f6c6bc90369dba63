"""Vision's own client against the real gateway: the two sides mean the same by each answer."""

from pathlib import Path

import pytest

from tests.gateway.camera import JPEG, FakeCamera, evidence_file
from tests.gateway.conftest import Centre
from vision.delivery.centre_client import Answer, CentreClient, CentreUnavailable
from vision.delivery.settings import CentreSettings
from vision.delivery.uploads import FileToSend

CLIP = bytes(range(256)) * 2_000


def settings_for(centre: Centre, tmp_path: Path, token: str) -> CentreSettings:
    (tmp_path / "token").write_text(token + "\n")
    return CentreSettings.model_validate(
        {
            "url": f"http://127.0.0.1:{centre.api.port}",
            "token": {"file": str(tmp_path / "token")},
        }
    )


def file_of(camera: FakeCamera, content: bytes = CLIP, name: str = "clip.mp4") -> FileToSend:
    announced = evidence_file(name, content)
    event = camera.event_id(1)
    return FileToSend(
        camera.camera, event, name, "x", "video/mp4", len(content), announced.sha256, 0
    )


async def test_it_goes_on_where_it_was_and_ends_whole(
    centre: Centre, camera: FakeCamera, tmp_path: Path
) -> None:
    client = CentreClient(settings_for(centre, tmp_path, camera.token))
    file = file_of(camera)

    assert await client.look(file) == Answer("taken", 0)
    assert await client.send(file, 0, CLIP[:100_000]) == Answer("taken", 100_000)
    assert (await client.send(file, 50_000, CLIP[50_000:])).outcome == "elsewhere"
    assert await client.look(file) == Answer("taken", 100_000)
    assert await client.send(file, 100_000, CLIP[100_000:]) == Answer("whole", len(CLIP))
    assert await client.look(file) == Answer("whole", len(CLIP))
    await client.close()


async def test_a_damaged_file_is_a_mismatch_and_a_bad_name_is_never_taken(
    centre: Centre, camera: FakeCamera, tmp_path: Path
) -> None:
    client = CentreClient(settings_for(centre, tmp_path, camera.token))

    damaged = await client.send(file_of(camera), 0, b"\0" * len(CLIP))
    bad_name = file_of(camera)._replace(name="Clip.MP4")
    too_large = file_of(camera)._replace(size_bytes=600 << 20)

    assert damaged.outcome == "mismatch"
    assert (await client.look(file_of(camera))).offset == 0
    assert (await client.send(bad_name, 0, CLIP)).outcome == "refused"
    assert (await client.send(too_large, 0, CLIP)).outcome == "refused"
    await client.close()


async def test_previews_are_taken_and_a_wrong_token_waits(
    centre: Centre, camera: FakeCamera, tmp_path: Path
) -> None:
    client = CentreClient(settings_for(centre, tmp_path, camera.token))
    assert await client.send_preview(camera.camera, JPEG, camera.event(1).at) == 10.0
    await client.close()

    stranger = CentreClient(settings_for(centre, tmp_path, "somebody-else's-token"))
    with pytest.raises(CentreUnavailable, match="401"):
        await stranger.look(file_of(camera))
    with pytest.raises(CentreUnavailable, match=r"evidence\.upload_tokens"):
        await stranger.send(file_of(camera), 0, CLIP)
    await stranger.close()
