"""Getting events to the broker and evidence to the centre, after any outage, each once."""
