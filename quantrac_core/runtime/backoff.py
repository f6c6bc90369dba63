"""Jittered exponential back-off: retries that neither hammer nor march in step."""

from dataclasses import dataclass, field
from random import Random


@dataclass(slots=True)
class Backoff:
    """Delays that grow from ``first_s`` by ``factor`` up to ``most_s``, each ± ``jitter``.

    Args:
        first_s: first delay, > 0.
        most_s: ceiling of the delay before jitter.
        factor: growth per failure.
        jitter: share of the delay that is random, 0..1.
    """

    first_s: float = 0.5
    most_s: float = 30.0
    factor: float = 2.0
    jitter: float = 0.25
    random: Random = field(default_factory=Random)
    failures: int = 0

    def next_delay_s(self) -> float:
        """Count one failure and return how long to wait before the next try."""
        exponent = min(self.failures, 60)
        self.failures += 1
        delay = min(self.most_s, self.first_s * self.factor**exponent)
        return delay * (1.0 + self.jitter * (2.0 * self.random.random() - 1.0))

    def reset(self) -> None:
        """Begin again at ``first_s`` after a success."""
        self.failures = 0
