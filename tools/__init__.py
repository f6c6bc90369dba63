"""Tools for those who work on Quan Trắc."""
