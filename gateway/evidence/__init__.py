"""Files of events: taken in piece by piece, verified, kept, packed and in the end deleted."""
