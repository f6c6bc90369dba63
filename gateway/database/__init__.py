"""Alarms, sequence ranges, births and quarantine in SQL: SQLite or PostgreSQL."""
