"""Signing in and out over HTTP: cookies, forgery, lock-out, links, rights at once."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.access.permissions import Role
from tests.gateway.browser import Browser
from tests.gateway.conftest import Centre
from tests.gateway.visitor import Visitor, new_person
from tests.peers.gateway import access_section
from tests.peers.process import free_port, until


@pytest.fixture
def name(unique: str) -> str:
    """An account of this test alone."""
    return unique


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(centre: Centre, name: str) -> None:
    _, password = new_person(centre.api, name, Role.OPERATOR)
    person = Visitor(centre.api.port)

    status, body = person.sign_in(name, password)

    assert (status, body["account"], body["roles"]) == (200, name, ["operator"])
    attributes = {part.strip().lower() for part in person.set_cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= attributes
    assert "secure" not in attributes
    assert person.get("/session")[1]["account"] == name


def test_behind_tls_the_cookie_is_bound_to_tls_and_to_the_host(
    new_centre: Callable[..., Centre],
) -> None:
    centre = new_centre(http={"port": free_port(), "behind_tls": True})

    cookie = centre.api.session_cookie()

    assert cookie["name"] == "__Host-quantrac"


def test_an_unknown_account_and_a_wrong_password_are_told_alike(centre: Centre, name: str) -> None:
    new_person(centre.api, name, Role.LEADER)

    wrong = Visitor(centre.api.port).sign_in(name, "not the password")
    unknown = Visitor(centre.api.port).sign_in(f"x{name}", "not the password")
    nonsense = Visitor(centre.api.port).sign_in("Ông Không Có", "not the password")

    assert wrong == unknown == nonsense
    assert wrong[1]["code"] == "wrong"


def test_who_guesses_is_made_to_wait_and_the_terminal_ends_it(centre: Centre, name: str) -> None:
    _, password = new_person(centre.api, name, Role.LEADER)
    guesser = Visitor(centre.api.port)
    for _ in range(5):
        assert guesser.sign_in(name, "a wrong one")[0] == 401

    status, body = guesser.sign_in(name, password)

    assert (status, body["code"]) == (429, "locked")
    assert 0 < body["wait_s"] <= 30


def test_a_one_time_password_opens_nothing_but_its_change(centre: Centre, name: str) -> None:
    body = {"account": name, "name": "Lan", "roles": ["operator"]}
    once = centre.api.post("/accounts", body)[1]["one_time_password"]
    person = Visitor(centre.api.port)
    assert person.sign_in(name, once)[1]["must_change_password"] is True

    for path in ("/stations", "/alarms", "/events", "/stream"):
        status, fault = person.get(path)
        assert (status, fault["code"]) == (403, "password_must_change")
    weak = person.post("/session/password", {"current": once, "new": "short"})
    wrong = person.post("/session/password", {"current": "x", "new": "a good long sentence"})

    assert (weak[0], weak[1]["code"]) == (422, "password_weak")
    assert (wrong[0], wrong[1]["code"]) == (422, "password_wrong")
    good = {"current": once, "new": "a good long sentence"}
    assert person.post("/session/password", good)[0] == 204
    assert person.get("/stations")[0] == 200


def test_a_request_that_changes_something_carries_the_sessions_token(
    centre: Centre, name: str
) -> None:
    person, _ = new_person(centre.api, name, Role.OPERATOR)

    status, fault = person.post("/alarms/none/ack", {}, X_CSRF_Token="")
    forged = person.post("/alarms/none/ack", {}, X_CSRF_Token="0" * 64)

    assert (status, fault["code"]) == (403, "csrf")
    assert forged[1]["code"] == "csrf"
    assert person.post("/alarms/none/ack", {})[0] == 404


def test_signing_out_ends_the_session_at_the_centre(centre: Centre, name: str) -> None:
    person, _ = new_person(centre.api, name, Role.OPERATOR)

    assert person.post("/session/end", {})[0] == 204

    assert "max-age=0" in person.set_cookie.lower()
    assert person.get("/session")[0] == 401


def test_a_link_signs_in_once(centre: Centre, name: str) -> None:
    new_person(centre.api, name, Role.LEADER)
    link = centre.api.post(f"/accounts/{name}/link", {})[1]["link"]
    first, second = Visitor(centre.api.port), Visitor(centre.api.port)

    assert first.follow(link)[0] == 200
    assert second.follow(link)[1]["code"] == "link_used"
    assert first.get("/stations")[0] == 200


def test_rights_that_are_taken_away_are_gone_with_the_next_request_and_the_stream(
    centre: Centre, name: str
) -> None:
    person, _ = new_person(centre.api, name, Role.OPERATOR)
    assert person.get("/stations")[0] == 200
    browser = Browser(centre.api.port, headers={"Cookie": person.cookie})
    browser.next("hello")

    change = {"name": "Lan", "roles": ["operator"], "stations": None, "cameras": None}
    status, view = centre.api.post(f"/accounts/{name}", {**change, "disabled": True}, "PUT")

    assert (status, view["disabled"], view["sessions"]) == (200, True, 0)
    assert person.get("/stations")[0] == 401
    with pytest.raises(AssertionError, match="the stream ended"):
        browser.next("nothing of this name")


def test_a_session_lives_through_a_restart_of_the_gateway(
    new_centre: Callable[..., Centre], name: str
) -> None:
    centre = new_centre()
    person, _ = new_person(centre.api, name, Role.OPERATOR)

    centre.process.kill()
    centre.process.start()

    assert until(lambda: person.get("/stations")[0] == 200)


def test_the_first_start_leaves_a_password_that_its_change_makes_disappear(
    new_centre: Callable[..., Centre], tmp_path: Path
) -> None:
    access = access_section(tmp_path)
    del access["first_password_file"]
    centre = new_centre(access=access)
    file = until(lambda: next(tmp_path.glob("first-password.txt"), None))
    until(lambda: str(file) in centre.process.log())
    password = file.read_text().strip()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert password not in centre.process.log()
    admin = Visitor(centre.api.port)
    assert admin.sign_in("admin", password)[1]["must_change_password"] is True
    change = {"current": password, "new": "what nobody could guess"}
    assert admin.post("/session/password", change)[0] == 204
    assert not file.exists()
    assert admin.get("/accounts")[0] == 200
    centre.process.stop()
    centre.process.start()
    assert not file.exists()


def test_the_last_administrator_stays(new_centre: Callable[..., Centre], name: str) -> None:
    centre = new_centre()
    until(lambda: [one["account"] for one in centre.api.get("/accounts")["accounts"]] == ["admin"])
    change = {"name": "A", "roles": ["leader"], "stations": None, "cameras": None}

    status, fault = centre.api.post("/accounts/admin", change, "PUT")

    assert (status, fault["code"]) == (409, "last_administrator")


def test_health_tells_a_stranger_no_more_than_whether_all_is_well(centre: Centre) -> None:
    assert centre.api.of(None).get("/health").keys() == {"status"}
    assert "mqtt" in centre.api.get("/health")["checks"]
