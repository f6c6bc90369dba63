"""Getting the outbox to the centre: what to send when, and the sending itself."""
