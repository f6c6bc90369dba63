"""Every role tries every route; the table beside this file says what must come of it."""

import csv
import http.client
import json
from pathlib import Path

import pytest

from gateway.access.permissions import MAY, Permission, Role
from tests.gateway.access.routes import every_route, others, site
from tests.gateway.conftest import Centre
from tests.gateway.visitor import Visitor

TABLE = Path(__file__).with_name("who_may.csv")
ROWS = list(csv.DictReader(TABLE.read_text().splitlines()))
NOBODY = "nobody"
PARTS = {
    "account": "nobody.like.it",
    "alarm_id": "nothing.like.it",
    "camera": "no-such-camera",
    "channel": "cod",
    "delivery": "0" * 32,
    "event_id": "nothing-like-it",
    "form": "csv",
    "key": "no-such-section",
    "level": "limit",
    "name": "snapshot.jpg",
    "number": "1",
    "recipient_id": "no-such-recipient",
    "report_id": "week-2000-01-07",
    "roster_id": "no-such-roster",
    "station": "no-such-station",
    "token_id": "0" * 16,
}
LAST = "/api/v1/session/end"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("<html></html>")
    return tmp_path


def test_every_route_is_in_the_table_with_its_one_rule(page: Path) -> None:
    found = every_route(site(page))

    assert [one for one in found if len(one.rules) != 1] == []
    assert [(one.method, one.path, *one.rules) for one in found] == [
        (row["method"], row["path"], row["rule"]) for row in ROWS
    ]
    assert others(site(page)) == ["page"]


def test_no_route_of_the_document_is_missed(page: Path) -> None:
    app = site(page)

    assert set(app.openapi()["paths"]) <= {one.path for one in every_route(app)}


@pytest.mark.parametrize("role", Role)
def test_the_table_says_of_each_permission_what_the_roles_say(role: Role) -> None:
    for row in ROWS:
        if row["rule"] in set(Permission):
            assert (row[role] == "yes") is (Permission(row["rule"]) in MAY[role]), row


@pytest.mark.parametrize("role", [NOBODY, *Role])
def test_a_role_reaches_what_the_table_says_and_nothing_else(centre: Centre, role: str) -> None:
    person = Visitor(centre.api.port)
    if role != NOBODY:
        made = centre.api.session_cookie(f"one.{role}", Role(role))
        person.cookie = f"{made['name']}={made['value']}"
        person.csrf = person.get("/session")[1]["csrf"]
    answers = {
        f"{row['method']} {row['path']}": (row[role], *ask(centre, person, row))
        for row in sorted(ROWS, key=lambda row: row["path"] == LAST)
    }

    expected = "not_signed_in" if role == NOBODY else "not_allowed"
    for name, (may, status, code) in answers.items():
        if may == "yes":
            assert code not in ("not_signed_in", "not_allowed"), (name, status, code)
            assert status < 500, (name, status, code)
        elif name.endswith(("/preview", "/files/{name}")) and not name.startswith("GET"):
            assert status == 401, name
        else:
            assert (code, status) == (expected, 401 if role == NOBODY else 403), name


def ask(centre: Centre, person: Visitor, row: dict[str, str]) -> tuple[int, str]:
    """Return status and code of a request that means nothing but is well made."""
    headers = {"Cookie": person.cookie, "X-CSRF-Token": person.csrf}
    body = None
    if row["method"] not in ("GET", "HEAD"):
        headers["Content-Type"] = "application/json"
        body = "{}"
    connection = http.client.HTTPConnection("127.0.0.1", centre.api.port, timeout=10)
    try:
        connection.request(row["method"], row["path"].format(**PARTS), body, headers)
        answer = connection.getresponse()
        kind = answer.headers.get("content-type", "")
        # The stream of events never ends.
        text = answer.read() if kind.startswith("application/json") else b""
        told = json.loads(text) if text else {}
        return answer.status, str(told.get("code", ""))
    finally:
        connection.close()
