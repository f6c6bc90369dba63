"""Failed sign-ins by account and by address, shared by every gateway of a centre."""

from sqlalchemy import Connection, delete, select, update

from gateway.access.lockout import NOTHING_HELD, Tally
from gateway.database.access_tables import SIGN_IN_TALLY as TALLY
from gateway.database.engine import insert_missing


def load_locked(connection: Connection, key: str) -> Tally:
    """Return a tally; others wait to change it until this transaction ends."""
    nothing = {"key": key, "failures": 0, "last_ms": 0, "locked_until_ms": 0}
    insert_missing(connection, TALLY, [nothing])
    row = connection.execute(select(TALLY).where(TALLY.c.key == key).with_for_update()).one()
    return Tally(row.failures, row.last_ms, row.locked_until_ms)


def save(connection: Connection, key: str, tally: Tally) -> None:
    """Keep a tally that `load_locked` gave."""
    values = {
        "failures": tally.failures,
        "last_ms": tally.last_ms,
        "locked_until_ms": tally.locked_until_ms,
    }
    connection.execute(update(TALLY).where(TALLY.c.key == key).values(**values))


def clear(connection: Connection, key: str) -> None:
    """Hold nothing against an account or address any more."""
    save(connection, key, NOTHING_HELD)


def forget_old(connection: Connection, before_ms: int, now_ms: int) -> None:
    """Forget what is no longer held against anybody."""
    connection.execute(
        delete(TALLY).where(TALLY.c.last_ms < before_ms, TALLY.c.locked_until_ms < now_ms)
    )
