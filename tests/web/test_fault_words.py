"""Whatever the gateway may refuse or note, the page says in the reader's language."""

import re
from typing import get_args

import pytest
from fastapi import APIRouter, FastAPI

from gateway.api import site
from gateway.api.faults import CODES, FaultCode, StatusCode
from gateway.database.audit import AuditAction
from gateway.database.custody import Action
from tests.web.node import ROOT, WEB
from tests.web.said import sentences_said

SOURCES = WEB / "src"
CHOSEN = {
    "active",
    "auth",
    "disabled",
    "keys",
    "language",
    "latching",
    "locked",
    "mode",
    "on",
    "one_shot",
    "p256dh",
    "revision",
    "with_password",
}
"""Fields that nobody types: switches, choices and what browsers fill in."""


def names_in(file: str, block: str) -> set[str]:
    text = (SOURCES / file).read_text(encoding="utf-8")
    found = re.search(rf"{block}(.*?)\n(?:    |  )?[}}\]]", text, re.DOTALL)
    assert found is not None, file
    return set(re.findall(r"^ +'?(\w+)'?(?:,$|:(?: |$))", found[1], re.MULTILINE))


def test_the_page_has_a_sentence_for_every_code_of_the_gateway() -> None:
    assert names_in("api/fault_codes.ts", r"FAULT_CODES = \[") == set(get_args(FaultCode))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_code_is_said_in_each_language(language: str) -> None:
    assert names_in(f"text/faults_{language}.ts", "sentences: {") >= set(get_args(FaultCode))


def test_every_status_that_has_no_code_of_its_own_gets_a_known_one() -> None:
    assert set(CODES.values()) <= set(get_args(StatusCode))


def names_of_bodies() -> set[str]:
    """Return the names of all fields that a request may carry."""
    app = FastAPI()
    for module in vars(site).values():
        if isinstance(getattr(module, "router", None), APIRouter):
            app.include_router(module.router)
    description = app.openapi()
    schemas, names, waiting = description["components"]["schemas"], set(), []
    for operations in description["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {})
            waiting += [kind["schema"] for kind in content.values()]
    seen = []
    while waiting:
        schema = waiting.pop()
        if schema in seen:
            continue
        seen.append(schema)
        if "$ref" in schema:
            waiting.append(schemas[schema["$ref"].rpartition("/")[2]])
        waiting += [*schema.get("anyOf", []), *schema.get("oneOf", [])]
        waiting += [schema["items"]] if "items" in schema else []
        names |= set(schema.get("properties", {}))
        waiting += schema.get("properties", {}).values()
    return names


def test_every_field_that_people_fill_in_has_a_word() -> None:
    assert names_of_bodies() - names_in("text/faults_vi.ts", "fields: {") == CHOSEN


def test_both_languages_know_the_same_fields_and_rules() -> None:
    for block in ("fields: {", "rules: {"):
        assert names_in("text/faults_vi.ts", block) == names_in("text/faults_en.ts", block)


def test_no_page_shows_words_of_the_gateway() -> None:
    """Faults have no ``detail`` for pages; only their code and figures reach a sentence."""
    assert "readonly detail" not in (SOURCES / "api/client.ts").read_text(encoding="utf-8")
    pages = [*SOURCES.rglob("*.svelte"), *(SOURCES / "state").rglob("*.ts")]
    telling = re.compile(r"\berror\.(detail|message)\b")
    assert [page.name for page in pages if telling.search(page.read_text(encoding="utf-8"))] == []


def test_every_reason_of_the_quarantine_has_a_word_in_each_language() -> None:
    reasons = set()
    for folder in ("gateway", "quantrac_core"):
        for source in (ROOT / folder).rglob("*.py"):
            text = source.read_text(encoding="utf-8")
            reasons |= set(re.findall(r'(?:MessageRejected|Rejection)\(\s*"(\w+)"', text))
    assert "not_json" in reasons
    for language in ("vi", "en"):
        assert names_in(f"text/{language}.ts", "    reasons: {") >= reasons


def test_what_a_failed_notice_says_is_known_in_vietnamese() -> None:
    text = (SOURCES / "text/notification_vi.ts").read_text(encoding="utf-8")
    shapes = re.findall(r"^    \['((?:[^'\\]|\\.)+)', '", text, re.MULTILINE)
    # As the browser reads them: \\' is an apostrophe, two backslashes are one.
    known = [re.compile(re.sub(r"\\(.)", r"\1", shape)) for shape in shapes]
    words = {"words": "the mail server refused the address (550)"}
    said = sentences_said(ROOT / "gateway/notification", ["Refused", "TryAgain"], words)
    said |= {"too many deliveries wait already", "push: not in the configuration of this centre"}
    assert len(said) > 12
    assert {line for line in said if not any(one.fullmatch(line) for one in known)} == set()


def test_every_audited_step_has_a_word_in_each_language() -> None:
    steps = set(get_args(AuditAction)) | set(get_args(Action))
    for language in ("vi", "en"):
        assert names_in(f"text/access_{language}.ts", "    actions: {") == steps
