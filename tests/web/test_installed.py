"""The built page: how much its first visit fetches, and what its worker keeps."""

import gzip
import json
import re

from tests.web.node import BUILT

MOST_FIRST_PAGE_BYTES = 300_000


def shell() -> list[str]:
    """Return the files that the built worker keeps."""
    found = re.search(r"^const SHELL = (\[.*\]);$", (BUILT / "sw.js").read_text(), re.MULTILINE)
    assert found is not None
    names: list[str] = json.loads(found[1])
    return names


def test_first_page_is_at_most_300_kb_and_carries_no_map(built_page: None) -> None:
    files = [name for name in shell() if name.startswith("/assets/index-")]
    files += [name for name in shell() if name.endswith((".js", ".css")) and name not in files]
    size = sum(len(gzip.compress((BUILT / name[1:]).read_bytes())) for name in files)
    assert size <= MOST_FIRST_PAGE_BYTES, f"{size} bytes in {files}"
    assert len([name for name in files if name.startswith("/assets/index-")]) == 2
    code = "".join((BUILT / name[1:]).read_text() for name in files)
    assert "leaflet" not in code.lower()


def test_everything_the_page_names_at_once_is_in_the_shell(built_page: None) -> None:
    page = (BUILT / "index.html").read_text()
    named = set(re.findall(r'(?:src|href)="(/assets/[^"]+\.(?:js|css))"', page))
    assert named
    assert named <= set(shell())


def test_manifest_names_icons_that_are_there(built_page: None) -> None:
    manifest = json.loads((BUILT / "manifest.json").read_text())
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        assert (BUILT / icon["src"][1:]).is_file()
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    assert any(icon.get("purpose") == "maskable" for icon in manifest["icons"])
