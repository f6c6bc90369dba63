"""One-time codes: turned on with proof, each code good once, recovery codes as the way back."""

import time
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from gateway.access.permissions import Role
from gateway.sign_in.one_time_codes import STEP_S, matching_step, new_totp_secret
from tests.gateway.conftest import Centre
from tests.gateway.visitor import Visitor, new_person

NOW_MS = 1_800_000_000_000


def turn_on(person: Visitor) -> tuple[pyotp.TOTP, list[str], str]:
    """Return the telephone, the recovery codes, and the code that was used."""
    begun = person.post("/session/totp", {})[1]
    assert begun["qr"].startswith("data:image/svg+xml")
    phone = pyotp.TOTP(parse_qs(urlsplit(begun["uri"]).query)["secret"][0])
    code = phone.now()
    status, body = person.post("/session/totp/confirm", {"code": code})
    assert status == 200, body
    return phone, body["recovery_codes"], code


def test_a_code_is_asked_for_after_the_password_and_is_good_once(
    centre: Centre, unique: str
) -> None:
    person, password = new_person(centre.api, unique, Role.POLICE)
    phone, _, used = turn_on(person)
    other = Visitor(centre.api.port)

    assert other.sign_in(unique, password)[1]["code"] == "code_needed"
    assert other.sign_in(unique, "a wrong password", used)[1]["code"] == "wrong"
    assert other.sign_in(unique, password, used)[1]["code"] == "code_wrong"
    following = phone.at(time.time() + STEP_S)
    assert other.sign_in(unique, password, following)[0] == 200
    assert Visitor(centre.api.port).sign_in(unique, password, following)[1]["code"] == "code_wrong"


def test_a_recovery_code_is_the_way_back_once(centre: Centre, unique: str) -> None:
    person, password = new_person(centre.api, unique, Role.POLICE)
    _, recovery, _ = turn_on(person)
    other = Visitor(centre.api.port)

    assert other.sign_in(unique, password, recovery[0].upper())[0] == 200
    assert other.get("/session/own")[1]["recovery_codes_left"] == len(recovery) - 1
    assert Visitor(centre.api.port).sign_in(unique, password, recovery[0])[0] == 401
    assert other.post("/session/totp/end", {"code": recovery[1]})[0] == 204
    assert Visitor(centre.api.port).sign_in(unique, password)[0] == 200


def test_a_wrong_code_turns_nothing_on(centre: Centre, unique: str) -> None:
    person, password = new_person(centre.api, unique, Role.POLICE)
    person.post("/session/totp", {})

    assert person.post("/session/totp/confirm", {"code": "000000x"})[1]["code"] == "code_wrong"
    assert Visitor(centre.api.port).sign_in(unique, password)[0] == 200


def test_a_link_stands_for_the_password_and_not_for_the_code(centre: Centre, unique: str) -> None:
    person, _ = new_person(centre.api, unique, Role.POLICE)
    phone, _, used = turn_on(person)
    link = centre.api.post(f"/accounts/{unique}/link", {})[1]["link"]
    other = Visitor(centre.api.port)

    assert other.follow(link)[1]["code"] == "code_needed"
    assert other.follow(link, used)[1]["code"] == "code_wrong"
    assert other.follow(link, phone.at(time.time() + STEP_S))[0] == 200
    assert other.get("/events")[0] == 200
    assert Visitor(centre.api.port).follow(link)[1]["code"] == "link_used"


def test_codes_that_are_guessed_at_behind_a_link_lock_the_account(
    centre: Centre, unique: str
) -> None:
    person, _ = new_person(centre.api, unique, Role.POLICE)
    turn_on(person)
    link = centre.api.post(f"/accounts/{unique}/link", {})[1]["link"]
    guesser = Visitor(centre.api.port)

    answers = [guesser.follow(link, f"00000{number}x")[1]["code"] for number in range(6)]

    assert answers == ["code_wrong"] * 5 + ["locked"]


@pytest.mark.parametrize(
    ("off_s", "good"), [(-31, False), (-30, True), (0, True), (59, True), (60, False)]
)
def test_a_clock_may_be_one_step_off_and_no_more(off_s: int, good: bool) -> None:
    secret = new_totp_secret()
    code = pyotp.TOTP(secret).at(NOW_MS // 1000 + off_s)

    assert (matching_step(secret, code, NOW_MS) is not None) is good
