"""On which lines (recipient, channel, target) of the queue nothing arrives now."""

from sqlalchemy import Connection, and_, case, exists, func, not_, or_, select

from gateway.database import notice_people
from gateway.database.access_tables import ACCOUNT
from gateway.database.notification_tables import NOTICE_DELIVERY, PUSH_SUBSCRIPTION
from gateway.notification.failing import Line, failing_sinks

_D = NOTICE_DELIVERY.c


def failing_lines(connection: Connection) -> list[Line]:
    """Return every line on which an attempt failed and nothing has arrived since.

    Reads one row of each line through an index, and what was queued since the oldest failure
    that still stands: an outage of days costs no more than one of minutes.
    """
    tried = and_(_D.state == "waiting", _D.attempts > 0)
    newest = (
        select(
            _D.recipient,
            _D.sink,
            _D.target,
            _D.line,
            func.max(_D.number).label("number"),
            func.max(_D.done_at_ms).label("done_at_ms"),
        )
        .where(or_(_D.state == "failed", tried))
        .group_by(_D.recipient, _D.sink, _D.target, _D.line)
        .subquery()
    )
    sent = NOTICE_DELIVERY.alias("sent")
    later = exists().where(
        sent.c.state == "sent",
        sent.c.sink == newest.c.sink,
        sent.c.line == newest.c.line,
        sent.c.number > newest.c.number,
    )
    found = connection.execute(select(newest).where(not_(later))).all()
    failed_at_ms = [row.done_at_ms for row in found if row.done_at_ms is not None]
    again = _sent_again(connection, min(failed_at_ms)) if failed_at_ms else {}
    return [
        Line(row.recipient, row.sink, row.target)
        for row in found
        if row.done_at_ms is None or again.get((row.sink, row.line), -1) <= row.done_at_ms
    ]


def sinks_that_fail(connection: Connection) -> dict[str, int]:
    """Return through which sinks notices do not arrive, and on how many lines of people."""
    failing = failing_lines(connection)
    if not failing:
        return {}
    disabled = exists().where(ACCOUNT.c.account == PUSH_SUBSCRIPTION.c.account, ACCOUNT.c.disabled)
    browsers = connection.execute(
        select(PUSH_SUBSCRIPTION.c.id, PUSH_SUBSCRIPTION.c.account).where(not_(disabled))
    )
    return failing_sinks(
        failing,
        notice_people.recipients(connection),
        {row.id: row.account for row in browsers},
    )


def _sent_again(connection: Connection, since_ms: int) -> dict[tuple[str, str], int]:
    """Return when something arrived by sink and line, also an old delivery sent once more.

    One that is sent once more counts as queued anew, under its old number.
    """
    # The state stands outside of the condition: the time's index is the one that helps here.
    arrived_at_ms = func.max(case((_D.state == "sent", _D.done_at_ms)))
    rows = connection.execute(
        select(_D.sink, _D.line, arrived_at_ms)
        .where(_D.created_at_ms >= since_ms)
        .group_by(_D.sink, _D.line)
    )
    return {(sink, line): at_ms for sink, line, at_ms in rows if at_ms is not None}
