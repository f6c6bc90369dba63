"""How large a distribution and all that it needs are, as installed here."""

from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement


def installed_bytes(name: str, extras: frozenset[str]) -> dict[str, int]:
    """Return bytes by distribution: ``name`` with ``extras`` and everything that these need.

    Counted are the files that each installer recorded, without compiled bytecode.

    Raises:
        PackageNotFoundError: ``name`` itself is not installed.
    """
    sizes: dict[str, int] = {}
    done: set[tuple[str, frozenset[str]]] = set()
    waiting = [(name, extras)]
    while waiting:
        one = waiting.pop()
        if one in done:
            continue
        done.add(one)
        try:
            found = distribution(one[0])
        except PackageNotFoundError:
            if one[0] == name:
                raise
            continue
        sizes[found.metadata["Name"]] = _own_bytes(found)
        waiting += [_plain(need) for need in _needs(found, one[1])]
    return sizes


def _plain(need: Requirement) -> tuple[str, frozenset[str]]:
    return need.name.lower(), frozenset(need.extras)


def _needs(found: Distribution, extras: frozenset[str]) -> list[Requirement]:
    needs = [Requirement(text) for text in found.requires or ()]
    return [
        need
        for need in needs
        if need.marker is None
        or any(need.marker.evaluate({"extra": extra}) for extra in (*extras, ""))
    ]


def _own_bytes(found: Distribution) -> int:
    files = (Path(file.locate()) for file in found.files or () if file.suffix != ".pyc")
    return sum(path.stat().st_size for path in files if path.is_file())
