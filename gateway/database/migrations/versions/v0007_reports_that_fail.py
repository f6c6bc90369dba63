"""Reports: since when and why one could not be made; what channels were that are gone."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add what is known of a failure (null where there is none) and of former channels."""
    op.add_column("report", sa.Column("failed_since_ms", sa.BigInteger))
    op.add_column("report", sa.Column("failed_at_ms", sa.BigInteger))
    op.add_column("report", sa.Column("failed_times", sa.Integer))
    op.add_column("report", sa.Column("failure", sa.String(24)))
    op.add_column("report", sa.Column("failure_detail", sa.String(300)))
    op.create_table(
        "station_former_channel",
        sa.Column("station", sa.String(48), primary_key=True),
        sa.Column("channel", sa.String(48), primary_key=True),
        sa.Column("payload", sa.Text, nullable=False),
    )
