"""The audit: one chain for evidence and people, found by filters, verified from its export."""

import csv
import io
import json
from hashlib import sha256
from typing import Any

from sqlalchemy import update

from gateway.access.permissions import Role
from gateway.database import audit, custody
from gateway.database.audit import AuditFilter
from gateway.database.engine import Database
from gateway.database.tables import CUSTODY
from tests.gateway.conftest import Centre
from tests.gateway.visitor import Visitor, new_person
from tests.peers.gateway import token_of

JSON = {"Content-Type": "application/json"}


def actions_of(centre: Centre, person: str) -> list[str]:
    lines = centre.api.get("/audit", by=person, limit="500")["lines"]
    return [line["action"] for line in reversed(lines)]


def export(centre: Centre, form: str) -> str:
    status, text, _ = centre.api.raw(f"/api/v1/audit/export?format={form}", "POST", "{}", JSON)
    assert status == 200
    return text


def test_what_a_person_does_is_in_the_audit(centre: Centre, unique: str) -> None:
    person, password = new_person(centre.api, unique, Role.POLICE)
    person.post("/session/password", {"current": "wrong", "new": "a good long sentence"})
    Visitor(centre.api.port).sign_in(unique, "wrong")
    made = person.post("/tokens", {"name": "app", "permissions": ["see_events"]})[1]
    person.post(f"/tokens/{made['token']['id']}/revoke", {})
    person.post("/session/end", {})

    assert actions_of(centre, unique) == [
        "signed_in",
        "password_changed",
        "sign_in_failed",
        "token_created",
        "token_revoked",
        "signed_out",
    ]
    assert centre.api.get("/audit", subject=f"account/{unique}", action="account_created")["lines"]
    assert password not in json.dumps(centre.api.get("/audit", limit="500"))


def test_anybody_verifies_the_chain_from_its_export(centre: Centre, unique: str) -> None:
    new_person(centre.api, unique, Role.LEADER)

    previous, numbers = "0" * 64, []
    for text in export(centre, "jsonl").splitlines():
        line: dict[str, Any] = json.loads(text)
        sealed = {name: line[name] for name in line if name not in ("previous", "hash")}
        plain = json.dumps(sealed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert line["previous"] == previous
        previous = sha256(previous.encode() + b"\n" + plain.encode()).hexdigest()
        assert line["hash"] == previous
        numbers.append(line["number"])

    assert numbers == list(range(1, len(numbers) + 1))
    assert centre.api.get("/audit/state")["intact"] is True


def test_a_name_in_the_table_is_no_formula(centre: Centre) -> None:
    Visitor(centre.api.port).sign_in("=cmd", "wrong")
    body = {"account": "formel.mot", "name": "=1+1", "roles": ["leader"]}
    centre.api.post("/accounts", body)

    rows = list(csv.DictReader(io.StringIO(export(centre, "csv").lstrip("\ufeff"))))

    assert any("=1+1" in row["detail"] for row in rows)
    assert not any(value.startswith("=") for row in rows for value in row.values())


def test_a_token_is_worth_what_it_was_given_until_it_is_revoked(
    centre: Centre, unique: str
) -> None:
    person, _ = new_person(centre.api, unique, Role.OPERATOR)
    beyond = person.post("/tokens", {"name": "a", "permissions": ["see_faces"]})
    made = person.post("/tokens", {"name": "a", "permissions": ["see_stations"]})[1]
    bearer = {"Authorization": f"Bearer {made['secret']}"}

    assert beyond[0] == 403
    assert centre.api.raw("/api/v1/stations", headers=bearer)[0] == 200
    assert centre.api.raw("/api/v1/events", headers=bearer)[0] == 403
    assert centre.api.raw("/api/v1/tokens", headers=bearer)[0] == 403
    person.post(f"/tokens/{made['token']['id']}/revoke", {})
    assert centre.api.raw("/api/v1/stations", headers=bearer)[0] == 401


def test_a_line_that_is_changed_breaks_the_chain(database: Database) -> None:
    with database.writing() as connection:
        custody.append(connection, "e-1", "played", "lan", "clip.mp4", 1)
        audit.record(connection, "signed_in", "lan", "account/lan", "password", 2)
        custody.append(connection, "e-1", "verdict", "lan", "true", 3)
        assert custody.is_intact(connection)
        found = audit.search(connection, AuditFilter(subject="account/lan"), None, 10)
        assert [line.number for line in found] == [2]
        assert [line.number for line in custody.of_event(connection, "e-1")] == [1, 3]
        connection.execute(update(CUSTODY).where(CUSTODY.c.number == 2).values(subject="account/x"))
        assert not custody.is_intact(connection)


def test_no_secret_and_no_traceback_is_in_the_log(centre: Centre, unique: str) -> None:
    person, password = new_person(centre.api, unique, Role.ADMINISTRATOR)
    secrets = [password, person.cookie.partition("=")[2], person.csrf, token_of("administrator")]
    made = person.post("/tokens", {"name": "a", "permissions": ["see_audit"]})[1]
    secrets += [made["secret"], centre.api.post(f"/accounts/{unique}/link", {})[1]["link"]]
    for body in ("{", "[]", '{"account": 1}', json.dumps({"account": "x", "password": password})):
        centre.api.of(None).raw("/api/v1/session", "POST", body, JSON)
    text = centre.api.of(None).raw(
        "/api/v1/session", "POST", json.dumps({"account": "x", "password": [password]}), JSON
    )[1]

    log = centre.process.log()
    assert [one for one in secrets if one in log] == []
    assert password not in text
    assert "Traceback" not in log
