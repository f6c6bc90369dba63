"""On which lines (recipient, channel, target) of the queue nothing arrives now."""

from sqlalchemy import Connection, and_, exists, not_, or_, select

from gateway.database import notice_people
from gateway.database.access_tables import ACCOUNT
from gateway.database.notification_tables import NOTICE_DELIVERY, PUSH_SUBSCRIPTION
from gateway.notification.failing import Line, failing_sinks

_D = NOTICE_DELIVERY.c


def failing_lines(connection: Connection) -> list[Line]:
    """Return every line on which an attempt failed and nothing has arrived since."""
    later = NOTICE_DELIVERY.alias("later")
    same = and_(later.c.state == "sent", later.c.sink == _D.sink, later.c.line == _D.line)
    query = (
        select(_D.recipient, _D.sink, _D.target)
        .where(
            or_(_D.state == "failed", and_(_D.state == "waiting", _D.attempts > 0)),
            # Two questions: the first, which an index answers, settles nearly every line.
            not_(exists().where(same, later.c.number > _D.number)),
            not_(exists().where(same, later.c.done_at_ms > _D.done_at_ms)),
        )
        .distinct()
    )
    return [Line(row.recipient, row.sink, row.target) for row in connection.execute(query)]


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
