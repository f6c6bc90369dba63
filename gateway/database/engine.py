"""Opens the database, brings it to the newest schema and turns driver errors into our own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from quantrac_core.contracts.errors import QuantracError

MIGRATIONS = Path(__file__).parent / "migrations"


class DatabaseUnavailable(QuantracError):
    """The database did not answer or refused the work: try again later."""


class Database:
    """One SQL database, shared by every gateway process of a centre.

    Args:
        url: ``sqlite:////path/file.db`` or ``postgresql+psycopg://user:secret@host/name``.

    Every method blocks; the gateway calls them in worker threads.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise DatabaseUnavailable("database.url: not a database address") from error
        self.place = parsed.render_as_string(hide_password=True)
        self._is_sqlite = parsed.get_backend_name() == "sqlite"
        if self._is_sqlite and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        self._engine = create_engine(parsed, pool_pre_ping=True, **self._pool_options())
        # What is read in one transaction belongs together; SQLite reads like this anyway.
        snapshot = {} if self._is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reader = self._engine.execution_options(read_only=True, **snapshot)
        if self._is_sqlite:
            event.listen(self._engine, "connect", _prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        self._opening = threading.Lock()
        self._migrated = False

    def _pool_options(self) -> dict[str, Any]:
        if self._is_sqlite:
            return {"connect_args": {"timeout": 10}}
        return {"pool_size": 6, "pool_timeout": 10, "connect_args": {"connect_timeout": 5}}

    def open(self) -> None:
        """Run the migrations that are missing, once; `writing` and `reading` do so by themselves.

        Raises:
            DatabaseUnavailable: the database cannot be reached or migrated.
        """
        if self._migrated:
            return
        with self._opening:
            if not self._migrated:
                self._migrate()
                self._migrated = True

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self._translated(), self._engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection inside a write transaction.

        Raises:
            DatabaseUnavailable: the work was rolled back.
        """
        self.open()
        with self._translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection inside a read transaction.

        Raises:
            DatabaseUnavailable: the database did not answer.
        """
        self.open()
        with self._translated(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise DatabaseUnavailable(f"{self.place}: {error.orig}") from error
        except SQLAlchemyError as error:
            raise DatabaseUnavailable(f"{self.place}: {error}") from error


def insert_missing(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet; leave the others as they are."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(postgresql.insert(table).on_conflict_do_nothing(), rows)
    else:
        connection.execute(sqlite.insert(table).on_conflict_do_nothing(), rows)


def insert_if_absent(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert one row unless its primary key is there; tell whether it was inserted."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table).values(**row).on_conflict_do_nothing()
    return connection.execute(insert.returning(*table.primary_key.columns)).first() is not None


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transaction handling begins too late for a row lock, so it is off.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
