"""Every sample on disk before it is offered to the network: log, retention, full disk."""
