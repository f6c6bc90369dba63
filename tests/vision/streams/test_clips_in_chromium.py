"""A real Chromium plays the clips, knows their length, and shows the picture that was sought."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.vision.streams.packets import BEGAN_MS, stream_packets
from tests.vision.streams.videos import encoded
from vision.streams.clip import ClipInfo, clip_in_memory
from vision.streams.packet_ring import PacketRing
from vision.streams.transcoding import transcode_clip

pytestmark = pytest.mark.browser
CHROMIUM = "/usr/bin/chromium"
PLAYER = """
async ([content, positions, wanted]) => {
  const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
  const video = document.createElement("video");
  const event = (name) => new Promise((done, fail) => {
    video.addEventListener(name, done, { once: true });
    video.addEventListener("error", () => fail(new Error(video.error.message)), { once: true });
  });
  const loaded = event("loadeddata");
  video.muted = true;
  video.src = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
  await loaded;
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d");
  const number = () => {
    context.drawImage(video, 0, 0);
    let found = 0;
    for (let bit = 0; bit < 8; bit++) {
      const x = Math.floor((bit + 0.5) * canvas.width / 8);
      const [value] = context.getImageData(x, Math.floor(canvas.height / 4), 1, 1).data;
      if (value > 128) found |= 1 << bit;
    }
    return found;
  };
  const shown = [];
  for (const [index, position] of positions.entries()) {
    const sought = event("seeked");
    video.currentTime = position;
    await sought;
    // A busy machine paints the new picture a little after it says that it has sought.
    const patience = performance.now() + 5000;
    while (number() !== wanted[index] && performance.now() < patience) {
      await new Promise((done) => setTimeout(done, 20));
    }
    shown.push(number());
  }
  const ended = event("ended");
  video.playbackRate = 8;
  await video.play();
  await ended;
  return { shown, duration: video.duration, width: video.videoWidth };
}
"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    if not Path(CHROMIUM).is_file():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_page()
        page.goto("about:blank")
        yield page
        chromium.close()


def played(
    page: Page, content: bytes, positions_s: list[float], wanted: list[int]
) -> dict[str, Any]:
    answer = page.evaluate(PLAYER, [base64.b64encode(content).decode(), positions_s, wanted])
    assert isinstance(answer, dict)
    return answer


def clip_of(b_frames: int, codec: str = "h264") -> tuple[bytes, ClipInfo]:
    ring = PacketRing(60, 10**8)
    video = encoded(100, codec="h265" if codec == "hevc" else "h264", b_frames=b_frames)
    for packet in stream_packets(video, "hevc" if codec == "hevc" else "h264"):
        ring.add(packet)
    return clip_in_memory(ring.footage(BEGAN_MS + 1400, BEGAN_MS + 3600))


@pytest.mark.parametrize("b_frames", [0, 2])
def test_a_clip_plays_and_seeks_to_the_moment(page: Page, b_frames: int) -> None:
    content, info = clip_of(b_frames)
    numbers = [25, 35, 80, 60]
    positions_s = [info.position_s(BEGAN_MS + 40 * n) + 0.01 for n in numbers]
    seen = played(page, content, positions_s, numbers)
    assert seen["shown"] == numbers
    assert seen["duration"] == pytest.approx(2.64, abs=0.15)
    assert seen["width"] == 320


def test_the_copy_of_an_h265_clip_plays_and_seeks_to_the_moment(page: Page, tmp_path: Path) -> None:
    content, info = clip_of(0, "hevc")
    copied = transcode_clip(content, tmp_path / "copy.mp4", info)
    copy = (tmp_path / "copy.mp4").read_bytes()
    seen = played(page, copy, [copied.position_s(BEGAN_MS + 40 * 50) + 0.01], [50])
    assert seen["shown"] == [50]
