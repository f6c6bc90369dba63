"""The delivery ledger sends every number until the centre holds it, within its window."""

from hypothesis import given, settings
from hypothesis import strategies as st

from quantrac_core.contracts.sequence import SequenceRanges
from quantrac_core.runtime.outbox.ledger import FIRST_WINDOW, DeliveryLedger


def test_back_fill_is_oldest_first_and_skips_what_is_on_its_way() -> None:
    ledger = DeliveryLedger(SequenceRanges(10))
    ledger.sent(13, 0.0, backfill=False)
    assert ledger.next_backfill(20, 100) == (11, 12)
    assert ledger.next_backfill(20, 100) == (14, 20)
    assert ledger.next_backfill(20, 100) is None


def test_a_number_that_is_not_acknowledged_in_time_is_sent_again() -> None:
    ledger = DeliveryLedger(SequenceRanges(0), ack_timeout_s=30.0)
    ledger.sent(1, 0.0, backfill=False)
    assert ledger.next_backfill(1, 10) is None
    assert ledger.expire(29.0) == 0
    assert ledger.expire(31.0) == 1
    assert ledger.next_backfill(1, 10) == (1, 1)


def test_the_window_grows_with_acknowledgements_and_halves_on_loss_to_its_first_size() -> None:
    ledger = DeliveryLedger(SequenceRanges(0), ack_timeout_s=30.0)
    assert ledger.next_backfill(1000, 1000) == (1, FIRST_WINDOW)
    for seq in range(1, FIRST_WINDOW + 1):
        ledger.sent(seq, 0.0, backfill=True)
    assert ledger.next_backfill(1000, 1000) is None
    ledger.acked(FIRST_WINDOW, [])
    assert ledger.window == 2 * FIRST_WINDOW
    for _ in range(2):
        ledger.sent(FIRST_WINDOW + 1, 1.0, backfill=True)
        ledger.expire(100.0)
        assert ledger.window == FIRST_WINDOW


def test_a_replay_is_served_first_even_for_what_was_acknowledged() -> None:
    ledger = DeliveryLedger(SequenceRanges(100))
    ledger.replay(5, 7)
    assert ledger.next_backfill(120, 100) == (5, 7)
    assert ledger.next_backfill(120, 100) == (101, 120)


def test_a_replay_beyond_the_newest_number_does_not_block_the_lane() -> None:
    ledger = DeliveryLedger(SequenceRanges(3))
    ledger.replay(50, 60)
    assert ledger.next_backfill(5, 10) == (4, 5)


def test_after_a_disconnect_everything_the_centre_lacks_is_sent_again() -> None:
    ledger = DeliveryLedger(SequenceRanges(0))
    for seq in (1, 2, 3):
        ledger.sent(seq, 0.0, backfill=False)
    ledger.acked(0, [(2, 2)])
    ledger.disconnected()
    assert ledger.next_backfill(3, 10) == (1, 1)
    assert ledger.next_backfill(3, 10) == (3, 3)


@settings(max_examples=100)
@given(
    newest=st.integers(1, 400),
    lose=st.lists(st.booleans(), min_size=400, max_size=400),
    live=st.sets(st.integers(1, 400)),
)
def test_whatever_is_lost_everything_arrives_in_the_end(
    newest: int, lose: list[bool], live: set[int]
) -> None:
    ledger = DeliveryLedger(SequenceRanges(0), ack_timeout_s=10.0)
    centre = SequenceRanges(0)
    lossy = list(lose)
    now_s = 0.0
    for seq in sorted(live):
        if seq <= newest:
            ledger.sent(seq, now_s, backfill=False)
    for _ in range(5_000):
        if centre.durable == newest:
            break
        span = ledger.next_backfill(newest, 50)
        if span is None:
            now_s += 11.0
            ledger.expire(now_s)
            continue
        for seq in range(span[0], span[1] + 1):
            ledger.sent(seq, now_s, backfill=True)
            if not (lossy and lossy.pop()):
                centre.add(seq)
        ledger.acked(centre.durable, centre.above)
    assert centre.durable == newest
    assert ledger.missing(newest) == 0
