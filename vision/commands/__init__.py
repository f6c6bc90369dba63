"""The one-shot commands of `quantrac-vision`: each adds a parser and a function that runs it."""
