"""Strict configuration from YAML, environment and secret files."""
