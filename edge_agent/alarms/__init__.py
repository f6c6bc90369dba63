"""Alarms decided where the data are born: rules, rolling means, one state machine per alarm."""
