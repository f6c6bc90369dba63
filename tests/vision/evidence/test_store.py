"""Evidence is whole or not there, hashed from birth, and safe from names that lead elsewhere."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.peers.small_disk import Neighbour, small_disk
from vision.evidence.births import RECORD_NAME, read_births
from vision.evidence.store import EvidenceRefused, EvidenceStore, NameRefused, hash_file

AT_MS = 1_790_000_000_000
EVENT = "cam-1-20260921-abcd"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_file_has_its_hash_from_birth_and_its_day_in_the_path(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path / "evidence")
    stored = store.event("cam-1", EVENT, AT_MS).write("clip.mp4", "clip", b"film", AT_MS, "5 s")
    assert stored.path == f"2026/09/21/{EVENT}/clip.mp4"
    assert (store.folder / stored.path).read_bytes() == b"film"
    again = list(EvidenceStore(tmp_path / "evidence").stored())
    assert again == [stored]
    assert stored.birth.sha256 == sha256(b"film")
    assert stored.birth.as_file().media_type == "video/mp4"
    assert list(store.stored(since_ms=AT_MS + 1)) == []


def test_a_file_of_another_writer_is_adopted_under_its_name(tmp_path: Path) -> None:
    folder = EvidenceStore(tmp_path).event("cam-1", EVENT, AT_MS)
    part = folder.part("clip.mp4")
    part.write_bytes(b"written by somebody else")
    stored = folder.adopt("clip.mp4", "clip", AT_MS)
    assert stored.birth.sha256 == sha256(b"written by somebody else")
    assert not part.exists()
    assert [file.name for file in folder.files()] == ["clip.mp4"]


def test_the_same_bytes_twice_are_one_file_and_other_bytes_are_refused(tmp_path: Path) -> None:
    folder = EvidenceStore(tmp_path).event("cam-1", EVENT, AT_MS)
    first = folder.write("snapshot.jpg", "snapshot", b"picture", AT_MS)
    assert folder.write("snapshot.jpg", "snapshot", b"picture", AT_MS + 5) == first
    with pytest.raises(NameRefused, match="evidence stays"):
        folder.write("snapshot.jpg", "snapshot", b"another", AT_MS)
    assert (folder.path / "snapshot.jpg").read_bytes() == b"picture"
    assert len(read_births(folder.path)) == 1


@pytest.mark.parametrize(
    "name",
    ["../x.jpg", "/x.jpg", "a/b.jpg", "..", "x.exe", ".x.jpg", "x.jpg\n", "X.jpg", "", "x\0.jpg"],
)
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    folder = EvidenceStore(tmp_path / "evidence").event("cam-1", EVENT, AT_MS)
    with pytest.raises(NameRefused, match="is no name for evidence"):
        folder.write(name, "snapshot", b"x", AT_MS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("camera", "event"), [("..", EVENT), ("cam-1", "../../etc"), ("cam/1", EVENT), ("cam-1", "x")]
)
def test_a_camera_or_event_that_could_lead_elsewhere_is_refused(
    tmp_path: Path, camera: str, event: str
) -> None:
    with pytest.raises(NameRefused, match="no camera or no event id"):
        EvidenceStore(tmp_path).event(camera, event, AT_MS)


def test_an_empty_or_absent_file_is_no_evidence(tmp_path: Path) -> None:
    folder = EvidenceStore(tmp_path).event("cam-1", EVENT, AT_MS)
    with pytest.raises(EvidenceRefused, match="0 bytes"):
        folder.write("clip.mp4", "clip", b"", AT_MS)
    with pytest.raises(EvidenceRefused, match=r"clip\.mp4"):
        folder.adopt("clip.mp4", "clip", AT_MS)
    assert folder.files() == []


def test_a_full_disk_refuses_the_file_leaves_nothing_of_it_and_takes_the_next_one(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        store = EvidenceStore(disk / "evidence")
        folder = store.event("cam-1", EVENT, AT_MS)
        folder.write("snapshot.jpg", "snapshot", b"small", AT_MS)
        neighbour = Neighbour(disk)
        neighbour.take_all(leave_bytes=200_000)
        with pytest.raises(EvidenceRefused, match="No space left on device; free space"):
            folder.write("clip.mp4", "clip", bytes(500_000), AT_MS)
        assert {path.name for path in folder.path.iterdir()} == {"snapshot.jpg", RECORD_NAME}
        neighbour.leave()
        folder.write("clip.mp4", "clip", bytes(500_000), AT_MS)
        assert [file.name for file in folder.files()] == ["snapshot.jpg", "clip.mp4"]


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(0, 400))
def test_a_record_cut_off_anywhere_costs_one_line_and_never_the_next(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    folder = EvidenceStore(tmp_path_factory.mktemp("e")).event("cam-1", EVENT, AT_MS)
    folder.write("a.jpg", "snapshot", b"a", AT_MS)
    folder.write("b.jpg", "snapshot", b"b", AT_MS)
    record = folder.path / RECORD_NAME
    whole = record.read_bytes()
    record.write_bytes(whole[: max(0, len(whole) - cut)])
    folder.write("c.jpg", "snapshot", b"c", AT_MS)
    names = [birth.name for birth in read_births(folder.path)]
    assert names[-1] == "c.jpg"
    assert names[0] == "a.jpg" or cut > len(whole) // 2


def test_a_sweep_finishes_what_was_recorded_and_removes_what_was_not(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    folder = store.event("cam-1", EVENT, AT_MS)
    folder.write("snapshot.jpg", "snapshot", b"recorded", AT_MS)
    (folder.path / "snapshot.jpg").rename(folder.part("snapshot.jpg"))
    folder.part("clip.mp4").write_bytes(b"half a cl")
    assert list(store.stored()) == []
    assert store.sweep() == 2
    assert [stored.birth.name for stored in store.stored()] == ["snapshot.jpg"]
    assert (folder.path / "snapshot.jpg").read_bytes() == b"recorded"
    assert not folder.part("clip.mp4").exists()


WRITER = """
import sys
from pathlib import Path
from vision.evidence.store import EvidenceStore
store = EvidenceStore(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(100_000):
    folder = store.event("cam-1", f"cam-1-event-{number:06}", 1_790_000_000_000)
    folder.write("snapshot.jpg", "snapshot", bytes([number % 251]) * 30_000, 1_790_000_000_000)
    folder.write("clip.mp4", "clip", bytes([number % 251]) * 400_000, 1_790_000_000_000)
"""


@pytest.mark.faults
def test_a_kill_in_the_middle_of_writing_leaves_only_whole_files_with_true_hashes(
    tmp_path: Path,
) -> None:
    chance = random.Random(7)
    for _ in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(0.05 + chance.random() * 0.15)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        store = EvidenceStore(tmp_path)
        store.sweep()
        stored = list(store.stored())
        assert stored
        for path, birth in stored:
            assert hash_file(store.folder / path) == (birth.sha256, birth.size_bytes)
        evidence = [path for path in tmp_path.rglob("*") if path.suffix in (".jpg", ".mp4")]
        assert len(evidence) == len(stored)
        assert not list(tmp_path.rglob("*.part"))
