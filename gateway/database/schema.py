"""Every table of the gateway's database in one place, for migrations and their test."""

from typing import Final

from sqlalchemy import MetaData

from gateway.database import (
    access_tables,
    alarms_tables,
    notification_tables,
    report_tables,
    tables,
)

METADATA: Final[MetaData] = tables.METADATA
TABLE_MODULES: Final = (
    tables,
    access_tables,
    alarms_tables,
    notification_tables,
    report_tables,
)
"""Importing them is what puts their tables into the metadata."""
