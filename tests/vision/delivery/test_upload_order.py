"""Small new files first, then large new ones, then the past from its beginning; nobody starves."""

from hypothesis import given
from hypothesis import strategies as st

from vision.delivery.uploads import LIVE_MS, SMALL_BYTES, FileToSend, Upload, UploadOrder

NOW_MS = 1_790_000_000_000


def upload(number: int, made_ms: int = NOW_MS, size_bytes: int = 1_000) -> Upload:
    name = f"{number}.jpg"
    file = FileToSend("cam-1", "event", name, name, "image/jpeg", size_bytes, "", made_ms)
    return Upload(number, file)


def drain(order: UploadOrder, now_ms: int = NOW_MS, now_s: float = 0.0) -> list[int]:
    numbers: list[int] = []
    while (found := order.next(now_ms, now_s)) is not None:
        numbers.append(found.number)
        order.drop(found.number)
    return numbers


def test_small_new_files_go_first_newest_first_then_large_ones_then_the_past() -> None:
    order = UploadOrder()
    order.add(upload(1, NOW_MS - 10**9), is_live=False)
    order.add(upload(2, NOW_MS - 10**10), is_live=False)
    order.add(upload(3, NOW_MS - 5_000, SMALL_BYTES + 1), is_live=True)
    order.add(upload(4, NOW_MS - 2_000, SMALL_BYTES + 1), is_live=True)
    order.add(upload(5, NOW_MS - 5_000), is_live=True)
    order.add(upload(6, NOW_MS - 2_000), is_live=True)
    assert drain(order) == [6, 5, 3, 4, 2, 1]


def test_what_was_new_too_long_ago_waits_with_the_past() -> None:
    order = UploadOrder()
    order.add(upload(1, NOW_MS), is_live=True)
    order.add(upload(2, NOW_MS - 1_000), is_live=False)
    assert drain(order, NOW_MS + LIVE_MS + 1) == [2, 1]


def test_a_delayed_file_lets_others_pass_until_its_time() -> None:
    order = UploadOrder()
    first, second = upload(1), upload(2)
    order.add(first, is_live=True)
    order.add(second, is_live=False)
    order.delay(first, until_s=10.0)
    assert order.due_s() == 10.0
    assert order.next(NOW_MS, 9.0) is second
    order.drop(2)
    assert order.next(NOW_MS, 9.0) is None
    assert order.next(NOW_MS, 10.0) is first
    assert order.due_s() is None


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["add_live", "add_old", "delay", "drop", "look"]), st.integers(0, 30)
        ),
        max_size=120,
    )
)
def test_whatever_happens_every_file_that_was_not_dropped_comes_out_exactly_once(
    steps: list[tuple[str, int]],
) -> None:
    order = UploadOrder()
    alive: dict[int, Upload] = {}
    now_s = 0.0
    for number, (step, value) in enumerate(steps):
        now_s += 1.0
        if step.startswith("add"):
            alive[number] = upload(number, NOW_MS - value * 50_000)
            order.add(alive[number], is_live=step == "add_live")
        elif step == "look":
            found = order.next(NOW_MS + value * 10_000, now_s)
            assert found is None or found.number in alive
        elif alive:
            victim = alive[sorted(alive)[value % len(alive)]]
            if step == "delay":
                order.delay(victim, now_s + value)
            else:
                order.drop(victim.number)
                del alive[victim.number]
    assert len(order) == len(alive)
    assert sorted(drain(order, now_s=now_s + 100)) == sorted(alive)
