"""What a detector refuses: one line each that says what, where and what to do."""

from pathlib import Path

from quantrac_core.contracts.errors import QuantracError


class ModelRefused(QuantracError):
    """A model, or a model on this device, that must not be trusted with a camera.

    Args:
        path: the model's file or folder.
        problem: what was found, in one clause.
        advice: what a person can do about it.
    """

    def __init__(self, path: Path | str, problem: str, advice: str) -> None:
        self.path = Path(path)
        self.problem = problem
        self.advice = advice
        super().__init__(f"{path}: {one_line(problem)}; {advice}")


class InferenceFailed(QuantracError):
    """The device could not run one picture; the next one may work again."""


class DetectorClosed(QuantracError):
    """A picture was handed to a detector that is closed or closing."""


def one_line(text: str, most: int = 300) -> str:
    """Return ``text`` without line breaks, at most ``most`` characters of it."""
    words = " ".join(text.split())
    return words if len(words) <= most else words[: most - 1] + "…"
