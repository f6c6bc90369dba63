"""Zones and rules: pure state machines that turn tracks into incidents."""
