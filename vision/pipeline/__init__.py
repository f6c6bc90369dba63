"""One camera end to end: from the newest frame to an event with its evidence."""
