"""What a detector refuses: one line each that says what, where and what to do."""

import re
from pathlib import Path
from typing import Final

from quantrac_core.contracts.errors import QuantracError

_PLACE_IN_SOURCES: Final = re.compile(r"(Exception from|Check '.*' failed at) \S+:\d+:?$")


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


def in_plain_words(error: Exception) -> str:
    """Return what OpenVINO says, without where in its sources it says so."""
    lines = [line.strip() for line in str(error).splitlines()]
    said = [line for line in lines if line and not _PLACE_IN_SOURCES.match(line)]
    return one_line(" ".join(said) or str(error), 200)


def one_line(text: str, most: int = 300) -> str:
    """Return ``text`` without line breaks, at most ``most`` characters of it."""
    words = " ".join(text.split())
    return words if len(words) <= most else words[: most - 1] + "…"
