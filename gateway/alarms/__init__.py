"""What an alarm is at the centre: flags, definitions, inhibition, figures; no I/O, no clock."""
