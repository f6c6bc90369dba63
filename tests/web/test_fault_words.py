"""Whatever the gateway may refuse or note, the page says in the reader's language."""

import re
from typing import get_args

import pytest

from gateway.api.faults import CODES, FaultCode, StatusCode
from tests.web.node import WEB

SOURCES = WEB / "src"


def names_in(file: str, block: str) -> set[str]:
    text = (SOURCES / file).read_text(encoding="utf-8")
    found = re.search(rf"{block}(.*?)\n(?:  )?[}}\]]", text, re.DOTALL)
    assert found is not None, file
    return set(re.findall(r"^ +'?(\w+)'?(?:,$|:(?: |$))", found[1], re.MULTILINE))


def test_the_page_has_a_sentence_for_every_code_of_the_gateway() -> None:
    assert names_in("api/fault_codes.ts", r"FAULT_CODES = \[") == set(get_args(FaultCode))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_code_is_said_in_each_language(language: str) -> None:
    assert names_in(f"text/faults_{language}.ts", "sentences: {") >= set(get_args(FaultCode))


def test_every_status_that_has_no_code_of_its_own_gets_a_known_one() -> None:
    assert set(CODES.values()) <= set(get_args(StatusCode))


def test_both_languages_know_the_same_fields_and_rules() -> None:
    for block in ("fields: {", "rules: {"):
        assert names_in("text/faults_vi.ts", block) == names_in("text/faults_en.ts", block)


def test_no_page_shows_words_of_the_gateway() -> None:
    """Faults have no ``detail`` for pages; only their code and figures reach a sentence."""
    client = (SOURCES / "api/client.ts").read_text(encoding="utf-8")
    assert "readonly detail" not in client
    shown = [
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*")
        if path.suffix in (".svelte", ".ts")
        and re.search(r"\berror\.(detail|message)\b", path.read_text())
        and path.name != "client.ts"
    ]
    assert shown == []
