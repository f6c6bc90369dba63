"""Speed as ratios within one run: each program prints a table; nothing here is a test."""
