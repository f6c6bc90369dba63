"""Whoever holds the machine gets in again at its terminal, while the gateway runs."""

import json
import subprocess
from collections.abc import Callable

from gateway.access.permissions import Role
from tests.gateway.conftest import Centre
from tests.gateway.visitor import Visitor, new_person
from tests.peers.process import until


def terminal(centre: Centre, *words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [*centre.process.arguments, "accounts", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_forgotten_password_is_replaced_and_a_wait_is_ended(
    new_centre: Callable[..., Centre],
) -> None:
    centre = new_centre()
    person, password = new_person(centre.api, "lan", Role.ADMINISTRATOR)
    for _ in range(5):
        Visitor(centre.api.port).sign_in("lan", "wrong")
    assert Visitor(centre.api.port).sign_in("lan", password)[0] == 429

    assert terminal(centre, "unlock", "lan")[0] == 0
    assert Visitor(centre.api.port).sign_in("lan", password)[0] == 200
    code, out, _ = terminal(centre, "reset", "lan")

    assert code == 0
    fresh = Visitor(centre.api.port)
    once = out.strip().rpartition(" ")[2]
    assert fresh.sign_in("lan", once)[1]["must_change_password"] is True
    until(lambda: person.get("/stations")[0] == 401)
    assert "lan: Lan (administrator)" in terminal(centre, "list")[1]


def test_an_unknown_name_is_one_clear_line(new_centre: Callable[..., Centre]) -> None:
    centre = new_centre()

    code, out, words = terminal(centre, "link", "nobody.like.it")

    assert (code, out, words.count("\n")) == (1, "", 1)
    assert "nobody.like.it" in words


def test_a_link_of_the_terminal_opens_the_page_once(new_centre: Callable[..., Centre]) -> None:
    centre = new_centre()
    new_person(centre.api, "lan", Role.LEADER)
    _, out, _ = terminal(centre, "link", "lan")
    address, _, link = out.strip().rpartition("#/sign-in/")

    assert address == f"http://127.0.0.1:{centre.api.port}/"
    assert json.loads(centre.api.raw("/api/v1/health")[1])["status"]
    assert Visitor(centre.api.port).follow(link)[0] == 200
