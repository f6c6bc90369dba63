"""The figures as sections of a Markdown page, each replaced on its own by a later run."""

import re


def with_section(document: str, name: str, machine: str, figures: str) -> str:
    """Return ``document`` with the section ``## name`` replaced, or appended where it is new.

    Args:
        machine: one line: when, where.
        figures: the benchmark's table as printed.
    """
    section = f"## {name}\n\n{machine}\n\n```\n{figures.strip()}\n```\n"
    pattern = re.compile(rf"^## {re.escape(name)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if pattern.search(document):
        return pattern.sub(lambda _: section + "\n", document, count=1).rstrip("\n") + "\n"
    return f"{document.rstrip()}\n\n{section}"
