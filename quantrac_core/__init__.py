"""Shared ground of the three programs: contracts, configuration, runtime."""
