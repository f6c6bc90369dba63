"""Alembic's folder: how each schema grew out of the one before."""
