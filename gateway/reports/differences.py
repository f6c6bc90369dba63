"""Which figures and words changed from one version of a report to the next."""

from dataclasses import dataclass

from gateway.reports.blocks import Heading, Letter, Paragraph, Table


@dataclass(slots=True, frozen=True)
class Change:
    """One place whose words differ; empty where there was nothing."""

    where: str
    before: str
    after: str


def changes(before: Letter, after: Letter) -> list[Change]:
    """Return what changed, in the order of the newer version, then what went away."""
    old, new = _words(before), _words(after)
    found = [
        Change(where, old.get(where, ""), text)
        for where, text in new.items()
        if old.get(where, "") != text
    ]
    return found + [Change(where, text, "") for where, text in old.items() if where not in new]


def _words(letter: Letter) -> dict[str, str]:
    """Return every figure and sentence by its place; places stay when others come or go."""
    words = {"Số": letter.number, "Ngày ban hành": letter.issued_on or ""}
    section, table, counts = "", "", dict[str, int]()
    for block in [*letter.body, *letter.annex]:
        match block:
            case Heading():
                section = block.text
            case Paragraph():
                # An item is known by its beginning ("+ Trạm A"), so that its figures may change.
                head = block.text.partition(":")[0] if block.style == "subitem" else block.style
                place = f"{section} {head}"
                counts[place] = counts.get(place, 0) + 1
                words[f"{place} ({counts[place]})"] = block.text
            case Table():
                table = block.caption or section
                for row in block.rows:
                    for name, cell in zip(block.head[1:], row[1:], strict=True):
                        words[f"{table}, {row[0]}, {name}"] = cell
            case _:
                pass
    return words
