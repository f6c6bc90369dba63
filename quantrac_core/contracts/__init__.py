"""What crosses a process boundary: messages, topics, quality, identifiers, errors."""
