"""The page's sources: reproducible, small, and sufficient in themselves.

`tools/web check` tells whether types are right and logic does what it should.
"""

import gzip
import json
import re

import pytest

from tests.web.node import BUILT, WEB

MOST_GZIP_BYTES = 350_000
"""Of all pages together; the first page has a bound of its own."""


def test_lock_file_names_no_private_registry() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    foreign = [
        name
        for name, package in packages.items()
        if not package.get("resolved", "https://registry.npmjs.org/").startswith(
            "https://registry.npmjs.org/"
        )
    ]
    assert foreign == []


def test_every_locked_package_has_a_hash() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


@pytest.mark.usefixtures("built_page")
def test_built_page_is_small() -> None:
    sizes = {
        file.name: len(gzip.compress(file.read_bytes()))
        for file in BUILT.rglob("*")
        if file.is_file()
    }
    assert sum(sizes.values()) <= MOST_GZIP_BYTES, sizes


@pytest.mark.usefixtures("built_page")
def test_built_page_has_no_inline_script_and_loads_nothing_from_elsewhere() -> None:
    page = (BUILT / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == []
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", page) == []
    for style in BUILT.rglob("*.css"):
        assert re.findall(r"url\(\s*[\"']?(?:https?:)?//", style.read_text()) == []
