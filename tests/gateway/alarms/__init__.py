"""The alarms at the centre: pure rules, tested without a gateway."""
