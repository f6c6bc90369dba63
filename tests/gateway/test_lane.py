"""A lane batches, retries and never loses or reorders."""

import asyncio
import threading

from gateway.ingest.commits import write_bisecting
from gateway.ingest.lane import Lane
from gateway.stores.interface import StoredScan, StoreRefused, StoreUnavailable
from gateway.threads import WorkerThreads


async def test_items_arrive_in_order_within_the_weight_of_a_batch() -> None:
    batches: list[list[int]] = []
    done: list[int] = []
    lane: Lane[int, None] = Lane(
        "test",
        batches.append,
        lambda batch, _: done.extend(batch),
        weight=lambda item: item,
        max_weight=10,
    )
    items = [4, 4, 4, 12, 1, 1]
    for item in items:
        assert lane.put(item)
    task = asyncio.create_task(lane.run())

    assert await lane.drain(5.0)

    task.cancel()
    lane.close()
    assert done == items
    assert batches == [[4, 4], [4], [12], [1, 1]]


async def test_a_batch_is_tried_again_until_the_store_is_back() -> None:
    tries: list[list[int]] = []

    def commit(batch: list[int]) -> int:
        tries.append(list(batch))
        if len(tries) < 3:
            raise StoreUnavailable("away")
        return len(batch)

    outcomes: list[int] = []
    lane: Lane[int, int] = Lane(
        "test", commit, lambda _, outcome: outcomes.append(outcome), retry_most_s=0.01
    )
    lane.put(1)
    lane.put(2)
    task = asyncio.create_task(lane.run())

    assert await lane.drain(5.0)

    task.cancel()
    lane.close()
    assert tries == [[1, 2]] * 3
    assert outcomes == [2]
    assert lane.failure == ""


async def test_a_full_lane_refuses_and_counts() -> None:
    lane: Lane[int, None] = Lane("test", lambda _: None, lambda *_: None, max_waiting=2)

    taken = [lane.put(item) for item in range(3)]

    lane.close()
    assert taken == [True, True, False]
    assert lane.dropped == 1
    assert lane.oldest_age_s() >= 0.0


async def test_draining_gives_up_when_the_commit_hangs() -> None:
    release = threading.Event()

    def commit(_: list[int]) -> None:
        release.wait(10)

    lane: Lane[int, None] = Lane("test", commit, lambda *_: None)
    lane.put(1)
    task = asyncio.create_task(lane.run())

    assert await lane.drain(0.05) is False

    task.cancel()
    release.set()
    lane.close()


async def test_worker_threads_hand_on_results_and_errors() -> None:
    threads = WorkerThreads("test", 2)

    assert await threads.call(lambda a, b: a + b, 1, b=2) == 3
    caught = ""
    try:
        await threads.call(int, "x")
    except ValueError as error:
        caught = str(error)

    threads.close()
    assert "invalid literal" in caught


class PoisonedStore:
    """Refuses any write that holds one of the poisoned numbers."""

    settle_s = 0.0

    def __init__(self, poison: set[int]) -> None:
        self.poison = poison
        self.written: list[int] = []

    def write(self, scans: list[StoredScan]) -> None:
        if any(scan.seq in self.poison for scan in scans):
            raise StoreRefused("400")
        self.written += [scan.seq for scan in scans]


def test_halving_finds_exactly_what_is_refused() -> None:
    scans = [StoredScan("s", seq, seq, seq, False, 0, []) for seq in range(50)]
    store = PoisonedStore({0, 17, 18, 49})

    refused = write_bisecting(store, scans)  # type: ignore[arg-type]

    assert [index for index, _ in refused] == [0, 17, 18, 49]
    assert store.written == [seq for seq in range(50) if seq not in store.poison]
