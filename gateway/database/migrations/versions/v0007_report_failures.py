"""Reports: since when and why one could not be made; null where the last attempt went well."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add what is known of a failure to the reports."""
    op.add_column("report", sa.Column("failed_since_ms", sa.BigInteger))
    op.add_column("report", sa.Column("failed_at_ms", sa.BigInteger))
    op.add_column("report", sa.Column("failed_times", sa.Integer))
    op.add_column("report", sa.Column("failure", sa.String(24)))
    op.add_column("report", sa.Column("failure_detail", sa.String(300)))
