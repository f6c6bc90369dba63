"""The promise «nothing is lost, nothing is doubled», under load, with real processes."""
