"""Reads out of the sources what a program may say, for tests that ask whether it is translated."""

import ast
from collections.abc import Collection, Mapping
from pathlib import Path


def sentences_said(
    folder: Path, by: Collection[str], parts: Mapping[str, str] | None = None
) -> set[str]:
    """Return the last text that each call of a name in ``by`` is given, in a folder's modules.

    Args:
        by: names of exceptions.
        parts: what stands in a sentence by the name of a variable; every other one counts as 7.
    """
    said = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[*_, last]) if name in by:
                    said.add(_text_of(last, parts or {}))
    return said - {""}


def _text_of(node: ast.AST, parts: Mapping[str, str]) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.FormattedValue(value=ast.Name(id=name)):
            return parts.get(name, "7")
        case ast.Name(id=name):
            return parts.get(name, "")
        case ast.FormattedValue():
            return "7"
        case ast.JoinedStr(values=values):
            return "".join(_text_of(value, parts) for value in values)
        case _:
            return ""
