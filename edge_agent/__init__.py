"""The program of a station: schedule, quality, alarms, outbox, publishing."""
