"""Every file reaches the centre whole and once, whatever the centre and the network do."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.peers.process import eventually
from tests.vision.delivery.centre import Centre, Held, settings_for
from tests.vision.delivery.sending import CAMERA, make_file, sending
from vision.delivery.centre_client import CentreClient, CentreUnavailable
from vision.delivery.settings import CentreSettings
from vision.delivery.upload_queue import UploadQueue
from vision.delivery.uploads import FileToSend

EVENT = "cam-1-20260921-abcd"
KIB = 1024


def arrived(centre: Centre, folder: Path, file: FileToSend) -> bool:
    return centre.content(file.event, file.name) == (folder / file.path).read_bytes()


async def test_files_arrive_in_pieces_and_are_counted(tmp_path: Path) -> None:
    with Centre() as centre:
        queue = UploadQueue(tmp_path / "uploads.sqlite")
        clip = make_file(tmp_path, EVENT, "clip.mp4", 100 * KIB + 7)
        await queue.add(clip)
        await queue.add(clip)
        assert queue.waiting(CAMERA) == 1
        assert queue.undelivered() == {clip.path}
        async with sending(tmp_path, centre, queue) as uploader:
            await eventually(lambda: uploader.stats.delivered == 1, "delivered")
        assert arrived(centre, tmp_path, clip)
        assert len(centre.pieces) == 7
        assert max(size for _, _, size in centre.pieces) == 16 * KIB
        assert (queue.waiting(CAMERA), queue.undelivered()) == (0, set())
        await queue.close()


@pytest.mark.parametrize(
    "fault",
    [
        "cut",
        "drop",
        "hang",
        "forget",
        "wrong_offset",
        "no_offset",
        "huge_answer",
        401,
        403,
        404,
        408,
        429,
        500,
        502,
        503,
        507,
    ],
)
async def test_a_fault_in_the_middle_costs_a_retry_and_no_byte(
    tmp_path: Path, fault: str | int
) -> None:
    with Centre() as centre:
        queue = UploadQueue(tmp_path / "uploads.sqlite")
        clip = make_file(tmp_path, EVENT, "clip.mp4", 70 * KIB)
        await queue.add(clip)
        none: list[str | int] = ["", ""]
        centre.faults.extend([*none, fault, fault, "", fault])
        async with sending(tmp_path, centre, queue, answer_timeout_s=0.3) as uploader:
            await eventually(lambda: uploader.stats.delivered == 1, f"delivered after {fault}")
            await eventually(lambda: uploader.stats.trouble == "", "no trouble any more")
        assert arrived(centre, tmp_path, clip)
        assert centre.arrivals == [(EVENT, "clip.mp4")]
        await queue.close()


async def test_a_file_that_was_spoiled_on_the_way_is_sent_anew(tmp_path: Path) -> None:
    with Centre() as centre:
        queue = UploadQueue(tmp_path / "uploads.sqlite")
        clip = make_file(tmp_path, EVENT, "clip.mp4", 40 * KIB)
        await queue.add(clip)
        centre.faults.extend(["", "spoil"])
        async with sending(tmp_path, centre, queue) as uploader:
            await eventually(lambda: uploader.stats.delivered == 1, "delivered")
        assert uploader.stats.restarts == 1
        assert arrived(centre, tmp_path, clip)
        await queue.close()


async def test_a_file_that_the_centre_never_finds_right_is_set_aside_and_blocks_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Centre() as centre:
        queue = UploadQueue(tmp_path / "uploads.sqlite")
        odd = make_file(tmp_path, EVENT, "odd.jpg", KIB, made_ms=1)
        good = make_file(tmp_path, EVENT, "good.jpg", KIB, made_ms=2)
        centre.broken["odd.jpg"] = 422
        await queue.add_missing([odd, good])
        async with sending(tmp_path, centre, queue) as uploader:
            await eventually(lambda: uploader.stats.set_aside == 1, "set aside")
            await eventually(lambda: uploader.stats.delivered == 1, "the other one delivered")
        assert "odd.jpg is not sent any more: 4 times another hash" in caplog.text
        assert queue.undelivered() == {odd.path}
        assert (queue.given_up, queue.waiting(CAMERA)) == (1, 0)
        await queue.close()
        again = UploadQueue(tmp_path / "uploads.sqlite")
        assert again.undelivered() == {odd.path}
        assert len(again.order) == 0
        await again.close()


@pytest.mark.parametrize("status", [400, 413, 415])
async def test_what_will_never_be_taken_is_set_aside_at_once(tmp_path: Path, status: int) -> None:
    with Centre() as centre:
        queue = UploadQueue(tmp_path / "uploads.sqlite")
        await queue.add(make_file(tmp_path, EVENT, "odd.jpg", KIB))
        centre.broken["odd.jpg"] = status
        async with sending(tmp_path, centre, queue) as uploader:
            await eventually(lambda: uploader.stats.set_aside == 1, "set aside")
        await queue.close()


@pytest.mark.parametrize("status", [404, 500])
async def test_a_file_that_the_centre_stumbles_over_lets_the_others_pass_and_is_tried_again(
    tmp_path: Path, status: int
) -> None:
    with Centre() as centre:
        queue = UploadQueue(tmp_path / "uploads.sqlite")
        odd = make_file(tmp_path, EVENT, "odd.jpg", KIB, made_ms=1)
        good = make_file(tmp_path, EVENT, "good.jpg", KIB, made_ms=2)
        await queue.add_missing([odd, good])
        centre.broken["odd.jpg"] = status
        async with sending(tmp_path, centre, queue) as uploader:
            await eventually(lambda: uploader.stats.delivered == 1, "the good one")
            assert arrived(centre, tmp_path, good)
            del centre.broken["odd.jpg"]
            await eventually(lambda: uploader.stats.delivered == 2, "both")
        await queue.close()


async def test_a_file_that_changed_on_the_disk_is_quarantined_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Centre() as centre:
        queue = UploadQueue(tmp_path / "uploads.sqlite")
        rotten = make_file(tmp_path, EVENT, "rotten.jpg", KIB)
        good = make_file(tmp_path, EVENT, "good.jpg", KIB)
        (tmp_path / rotten.path).write_bytes(b"\0" * KIB)
        await queue.add(rotten)
        await queue.add(good)
        async with sending(tmp_path, centre, queue) as uploader:
            await eventually(lambda: uploader.stats.delivered == 1, "the good one")
            await eventually(lambda: uploader.stats.damaged == 1, "the rotten one")
        assert (tmp_path / EVENT / "rotten.jpg.damaged").exists()
        assert "has not the hash of its birth any more" in caplog.text
        assert centre.content(EVENT, "rotten.jpg") is None
        assert (EVENT, "rotten.jpg") not in centre.held
        await queue.close()


async def test_a_file_that_vanished_or_shrank_blocks_nobody(tmp_path: Path) -> None:
    with Centre() as centre:
        queue = UploadQueue(tmp_path / "uploads.sqlite")
        gone = make_file(tmp_path, EVENT, "gone.jpg", KIB)
        good = make_file(tmp_path, EVENT, "good.jpg", KIB)
        (tmp_path / gone.path).unlink()
        await queue.add(gone)
        await queue.add(good)
        async with sending(tmp_path, centre, queue) as uploader:
            await eventually(lambda: uploader.stats.delivered == 1, "the good one")
            await eventually(lambda: uploader.stats.set_aside == 1, "the other is given up")
        await queue.close()


async def test_a_file_that_was_whole_there_already_is_not_sent_twice(tmp_path: Path) -> None:
    with Centre() as centre:
        queue = UploadQueue(tmp_path / "uploads.sqlite")
        clip = make_file(tmp_path, EVENT, "clip.mp4", 40 * KIB)
        data = bytearray((tmp_path / clip.path).read_bytes())
        centre.held[(EVENT, "clip.mp4")] = Held(data, is_whole=True)
        await queue.add(clip)
        async with sending(tmp_path, centre, queue) as uploader:
            await eventually(lambda: uploader.stats.delivered == 1, "known to be there")
        assert centre.pieces == []
        await queue.close()


async def test_a_file_that_is_all_there_but_was_never_called_whole_waits_and_blocks_nobody(
    tmp_path: Path,
) -> None:
    with Centre() as centre:
        queue = UploadQueue(tmp_path / "uploads.sqlite")
        odd = make_file(tmp_path, EVENT, "odd.jpg", KIB, made_ms=1)
        good = make_file(tmp_path, EVENT, "good.jpg", KIB, made_ms=2)
        await queue.add_missing([odd, good])
        data = bytearray((tmp_path / odd.path).read_bytes())
        centre.held[(EVENT, "odd.jpg")] = Held(data)
        async with sending(tmp_path, centre, queue) as uploader:
            await eventually(lambda: uploader.stats.delivered == 1, "the good one")
            assert queue.undelivered() == {odd.path}
            centre.held.clear()
            await eventually(lambda: arrived(centre, tmp_path, odd), "the other when it may")
        await queue.close()


async def test_without_a_centre_files_wait_and_go_when_it_is_there(tmp_path: Path) -> None:
    queue = UploadQueue(tmp_path / "uploads.sqlite")
    with Centre() as gone:
        pass
    clip = make_file(tmp_path, EVENT, "clip.mp4", 40 * KIB)
    await queue.add(clip)
    async with sending(tmp_path, gone, queue) as uploader:
        await eventually(lambda: uploader.stats.retries > 2, "retries")
        assert "Connect" in uploader.stats.trouble
        assert queue.waiting(CAMERA) == 1
    with Centre() as centre:
        async with sending(tmp_path, centre, queue) as uploader:
            await eventually(lambda: uploader.stats.delivered == 1, "delivered")
    await queue.close()


async def test_a_wrong_token_waits_and_a_replaced_one_is_used(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old\n")
    with Centre(token="new") as centre:
        queue = UploadQueue(tmp_path / "uploads.sqlite")
        await queue.add(make_file(tmp_path, EVENT, "a.jpg", KIB))
        async with sending(tmp_path, centre, queue, token={"file": str(token)}) as uploader:
            await eventually(lambda: "401" in uploader.stats.trouble, "refused")
            token.write_text("new\n")
            await eventually(lambda: uploader.stats.delivered == 1, "delivered")
        await queue.close()


async def test_a_new_snapshot_overtakes_a_large_old_clip_between_two_pieces(
    tmp_path: Path,
) -> None:
    with Centre() as centre:
        queue = UploadQueue(tmp_path / "uploads.sqlite")
        old = make_file(tmp_path, "cam-1-event-old", "clip.mp4", 3_000 * KIB, made_ms=1_000)
        await queue.add_missing([old])
        async with sending(tmp_path, centre, queue) as uploader:
            await eventually(lambda: len(centre.pieces) > 3, "the old clip is on its way")
            await queue.add(make_file(tmp_path, EVENT, "snapshot.jpg", 20 * KIB))
            await eventually(lambda: uploader.stats.delivered == 2, "both", 60.0)
        assert [name for _, name in centre.arrivals] == ["snapshot.jpg", "clip.mp4"]
        await queue.close()


class SleepingClock:
    """A clock on which only sleeping takes time."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def now_ms(self) -> int:
        return 1_790_000_000_000

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds


async def test_a_cap_on_the_rate_is_kept_and_makes_pieces_of_at_most_a_second(
    tmp_path: Path,
) -> None:
    with Centre() as centre:
        queue = UploadQueue(tmp_path / "uploads.sqlite")
        await queue.add(make_file(tmp_path, EVENT, "clip.mp4", 500 * KIB))
        clock = SleepingClock()
        capped = {"upload_most_kbit_per_s": 800, "piece_kib": 1024}
        async with sending(tmp_path, centre, queue, clock, **capped) as uploader:
            await eventually(lambda: uploader.stats.delivered == 1, "delivered")
            await eventually(lambda: clock.now_s > 5, "the last piece is paid for")
        assert clock.now_s == pytest.approx(5.12, abs=0.01)
        assert max(size for _, _, size in centre.pieces) == 100_000
        await queue.close()


async def test_a_preview_is_shown_and_the_centre_says_when_it_wants_the_next(
    tmp_path: Path,
) -> None:
    at = datetime(2026, 9, 21, 13, 33, tzinfo=UTC)
    with Centre(token="t") as centre:
        (tmp_path / "token").write_text("t")
        token = {"file": str(tmp_path / "token")}
        client = CentreClient(CentreSettings.model_validate(settings_for(centre, token=token)))
        assert await client.send_preview(CAMERA, b"jpeg", at) == 0.5
        assert centre.previews == [(CAMERA, b"jpeg", "2026-09-21T13:33:00+00:00")]
        (tmp_path / "token").write_text("wrong")
        with pytest.raises(CentreUnavailable, match="401"):
            await client.send_preview(CAMERA, b"jpeg", at)
        await client.close()
