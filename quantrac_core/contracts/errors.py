"""Typed errors that a person can act on: what, where, and what to do."""


class QuantracError(Exception):
    """Root of every error this product raises on purpose."""


class ConfigError(QuantracError):
    """A configuration that must stop the start (exit code 2).

    Args:
        file: path of the configuration file.
        key: dotted path of the key, for example ``links.rs485.units.3.channels.cod``.
        value: the offending value as written; never a secret.
        allowed: what would have been accepted, as a short phrase.
    """

    def __init__(self, file: str, key: str, value: object, allowed: str) -> None:
        self.file = file
        self.key = key
        self.value = value
        self.allowed = allowed
        super().__init__(str(self))

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.value!r} is not allowed; expected {self.allowed}"


class ConfigErrors(QuantracError):
    """Every fault found in a configuration, so that one run shows them all."""

    def __init__(self, errors: list[ConfigError]) -> None:
        self.errors = errors
        super().__init__("\n".join(str(error) for error in errors))


class MessageRejected(QuantracError):
    """A message from the network that does not keep the contract.

    Args:
        reason: a short stable code, for example ``not_json`` or ``wrong_station``.
        detail: one line for people, bounded to 300 characters.
    """

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail[:300]
        super().__init__(f"{reason}: {self.detail}")
