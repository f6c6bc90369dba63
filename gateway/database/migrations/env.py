"""Alembic's entry: migrates over the connection that `Database.open` hands in."""

from alembic import context

from gateway.database.schema import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        # Several gateways may start at once; the lock ends with the transaction.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7741853)")
    context.run_migrations()
