"""Every message on disk before it is offered to the network: log, lanes, history, full disk."""
