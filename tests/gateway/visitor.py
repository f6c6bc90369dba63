"""A person at a browser of their own: keeps the cookie, sends the session's token."""

import json
from typing import Any

from gateway.access.permissions import Role
from tests.peers.gateway import Api


class Visitor:
    """Uses the API as the page does."""

    def __init__(self, port: int) -> None:
        self._api = Api(port, None)
        self.cookie = ""
        self.csrf = ""
        self.set_cookie = ""

    def get(self, path: str) -> tuple[int, Any]:
        """Return status and JSON."""
        return self._ask(path, "GET", None)

    def post(self, path: str, body: Any, method: str = "POST", **headers: str) -> tuple[int, Any]:
        """Send JSON; return status and JSON."""
        return self._ask(path, method, json.dumps(body), **headers)

    def sign_in(self, account: str, password: str, code: str = "") -> tuple[int, Any]:
        """Sign in by password."""
        body = {"account": account, "password": password, "code": code}
        return self._take(*self.post("/session", body))

    def follow(self, link: str, code: str = "") -> tuple[int, Any]:
        """Sign in by link."""
        return self._take(*self.post("/session/link", {"link": link, "code": code}))

    def _take(self, status: int, body: Any) -> tuple[int, Any]:
        if status == 200:
            self.cookie = self.set_cookie.partition(";")[0]
            self.csrf = body["csrf"]
        return status, body

    def _ask(self, path: str, method: str, body: str | None, **more: str) -> tuple[int, Any]:
        headers = {"Cookie": self.cookie, "X-CSRF-Token": self.csrf}
        if body is not None:
            headers["Content-Type"] = "application/json"
        sent = {**headers, **{name.replace("_", "-"): value for name, value in more.items()}}
        sent = {name: value for name, value in sent.items() if value}
        status, text, answer = self._api.raw(f"/api/v1{path}", method, body, sent)
        self.set_cookie = answer.get("set-cookie", "")
        return status, json.loads(text) if text else None


def new_person(api: Api, account: str, *roles: Role, **more: Any) -> tuple[Visitor, str]:
    """Make an account whose password is set, and sign it in; return it with its password."""
    body = {"account": account, "name": account.title(), "roles": list(roles), **more}
    status, made = api.post("/accounts", body)
    assert status == 201, made
    person = Visitor(api.port)
    assert person.sign_in(account, made["one_time_password"])[0] == 200
    password = f"a long sentence of {account[::-1]} 4711"
    change = {"current": made["one_time_password"], "new": password}
    status, answer = person.post("/session/password", change)
    assert status == 204, answer
    return person, password
