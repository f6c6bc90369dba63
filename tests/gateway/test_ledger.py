"""The ledger decides what is acknowledged and what is asked for again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.database.outboxes import OutboxState
from gateway.ingest.ledger import MAX_ACK_RANGES, MAX_REPLAY_NUMBERS, SequenceLedger
from quantrac_core.contracts.sequence import SequenceRanges

KEY = ("thanh-hai", "a1")


def ledger_with(held: list[int], known: bool = True, now_s: float = 0.0) -> SequenceLedger:
    ledger = SequenceLedger(replay_after_s=10.0, replay_interval_s=10.0)
    ranges = SequenceRanges(0, [(seq, seq) for seq in held])
    ledger.committed(KEY, OutboxState(ranges, known), now_s)
    return ledger


def test_a_standing_gap_is_asked_for_once_an_interval() -> None:
    ledger = ledger_with([1, 2, 5])

    assert ledger.plan_replays(9.9) == []
    ((station, request),) = ledger.plan_replays(10.0)
    assert (station, request.from_seq, request.to_seq) == ("thanh-hai", 3, 4)
    assert ledger.plan_replays(19.9) == []
    assert len(ledger.plan_replays(20.0)) == 1


def test_a_gap_that_is_being_filled_is_left_alone() -> None:
    ledger = ledger_with([1, 2, 9])
    for step, seq in enumerate((3, 4, 5, 6, 7), start=1):
        held = SequenceRanges(seq, [(9, 9)])
        ledger.committed(KEY, OutboxState(held, True), step * 8.0)
        assert ledger.plan_replays(step * 8.0 + 7.9) == []


def test_nothing_is_asked_before_the_station_said_where_it_begins() -> None:
    assert ledger_with([500], known=False).plan_replays(1_000.0) == []


def test_a_heartbeat_tells_of_numbers_that_never_came() -> None:
    ledger = ledger_with([1, 2])
    assert ledger.heartbeat(KEY, 1, 7, 1.0) is False

    ((_, request),) = ledger.plan_replays(11.0)

    assert (request.from_seq, request.to_seq) == (3, 7)


def test_a_heartbeat_asks_for_closing_what_is_not_held_any_more() -> None:
    ledger = ledger_with([1, 2, 9])

    assert ledger.heartbeat(KEY, 3, 9, 1.0) is False
    assert ledger.heartbeat(KEY, 4, 9, 1.0) is True


def test_a_request_is_bounded() -> None:
    ledger = ledger_with([1, 50_000])

    ((_, request),) = ledger.plan_replays(10.0)

    assert request.to_seq - request.from_seq + 1 == MAX_REPLAY_NUMBERS


def test_single_holes_are_asked_for_together_and_far_ones_later() -> None:
    ledger = ledger_with([seq for seq in range(1, 60) if seq % 2] + list(range(60, 500)) + [502])

    ((_, request),) = ledger.plan_replays(10.0)

    assert (request.from_seq, request.to_seq) == (2, 58)


def test_patience_starts_anew_after_the_gateways_own_trouble() -> None:
    ledger = ledger_with([1, 5])
    ledger.restart_patience(8.0)

    assert ledger.plan_replays(17.9) == []
    assert len(ledger.plan_replays(18.0)) == 1


def test_an_acknowledgement_is_taken_once_and_can_be_had_again() -> None:
    ledger = ledger_with([1])
    assert len(ledger.take_acks()) == 1
    assert ledger.take_acks() == []

    ledger.ack_again("thanh-hai")

    assert ledger.take_acks()[0][1].durable_seq == 1


def test_the_current_outbox_is_the_one_last_heard_of() -> None:
    ledger = ledger_with([1])
    ledger.restored(("thanh-hai", "older"), OutboxState(SequenceRanges(99), True), 0.0)

    current = ledger.completeness("thanh-hai")

    assert current is not None
    assert current.outbox_id == "a1"


@settings(max_examples=200)
@given(st.sets(st.integers(1, 200)), st.integers(0, 250))
def test_acknowledged_is_held_and_asked_for_is_missing(held: set[int], newest: int) -> None:
    ledger = ledger_with(sorted(held))
    ledger.heartbeat(KEY, 1, newest, 0.0)

    ((_, ack),) = ledger.take_acks()
    requests = ledger.plan_replays(10.0)

    acknowledged = set(range(1, ack.durable_seq + 1))
    for first, last in ack.above:
        acknowledged |= set(range(first, last + 1))
    assert acknowledged <= held
    assert len(ack.above) <= MAX_ACK_RANGES
    missing = set(range(1, max(newest, max(held, default=0)) + 1)) - held
    if missing:
        ((_, request),) = requests
        assert request.from_seq == min(missing)
        assert request.to_seq in missing
    else:
        assert requests == []
