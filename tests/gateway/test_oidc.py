"""Signing in at a real provider over HTTP, and everything that it may say wrongly."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey

from tests.gateway.conftest import Centre
from tests.gateway.provider import CLIENT, Provider, running_provider
from tests.peers.gateway import access_section, embedded_config, gateway
from tests.peers.process import Process, free_port, running, until


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider() as one:
        yield one


@pytest.fixture(scope="module")
def joined(
    broker: Process, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Centre]:
    """A centre that knows the provider, and one account that belongs to its person."""
    assert broker.port is not None
    folder: Path = tmp_path_factory.mktemp("oidc")
    port = free_port()
    oidc = {"name": "Tỉnh", "issuer": provider.issuer, "client_id": CLIENT,
            "page_url": f"http://127.0.0.1:{port}"}  # fmt: skip
    access = {**access_section(folder), "oidc": oidc}
    config = embedded_config(
        folder, broker.port, http={"port": port}, access=access,
        gateway={"name": f"oidc-{free_port()}"},
    )  # fmt: skip
    with running(gateway(folder, config)) as process:
        centre = Centre(process, config, broker.port)
        until(lambda: centre.api.get("/health"))
        body = {"account": "nguyen.van.a", "name": "A", "roles": ["leader"],
                "with_password": False, "oidc_claim": provider.person}  # fmt: skip
        assert centre.api.post("/accounts", body)[0] == 201
        yield centre


@pytest.fixture(autouse=True)
def honest(provider: Provider) -> None:
    provider.change = lambda claims: claims
    provider.signing_key = provider.key
    provider.person = "so-41-nguyen-van-a"


def visit(centre: Centre) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{centre.api.port}", timeout=20)


def sign_in(client: httpx.Client) -> str:
    """Go to the provider and back; return where the centre sends the browser then."""
    there = client.get("/api/v1/session/oidc")
    back = httpx.get(there.headers["location"], timeout=20)
    return client.get(back.headers["location"]).headers["location"]


def test_the_person_of_the_provider_is_signed_in(joined: Centre) -> None:
    with visit(joined) as client:
        assert client.get("/api/v1/session/ways").json()["provider"] == "Tỉnh"
        assert sign_in(client) == "/"
        assert client.get("/api/v1/session").json()["account"] == "nguyen.van.a"
    assert joined.api.get("/audit", by="nguyen.van.a")["lines"][0]["detail"].startswith("oidc")


LIES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another nonce": lambda claims: {**claims, "nonce": "x"},
    "no nonce": lambda claims: {name: claims[name] for name in claims if name != "nonce"},
    "for another client": lambda claims: {**claims, "aud": "another"},
    "another issuer": lambda claims: {**claims, "iss": "https://evil.example"},
    "out of date": lambda claims: {**claims, "exp": claims["exp"] - 3_600},
    "without end": lambda claims: {name: claims[name] for name in claims if name != "exp"},
    "no text": lambda claims: {**claims, "sub": ""},
    "nobody here": lambda claims: {**claims, "sub": "somebody-else"},
}


@pytest.mark.parametrize("name", LIES)
def test_a_word_that_does_not_hold_signs_nobody_in(
    joined: Centre, provider: Provider, name: str
) -> None:
    provider.change = LIES[name]
    with visit(joined) as client:
        assert sign_in(client) == "/#/sign-in-failed"
        assert client.get("/api/v1/session").status_code == 401


def test_a_token_of_another_key_signs_nobody_in(joined: Centre, provider: Provider) -> None:
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "one"})
    with visit(joined) as client:
        assert sign_in(client) == "/#/sign-in-failed"


def test_a_flow_belongs_to_its_browser_and_is_good_once(joined: Centre) -> None:
    with visit(joined) as victim, visit(joined) as attacker:
        there = attacker.get("/api/v1/session/oidc").headers["location"]
        back = httpx.get(there, timeout=20).headers["location"]
        assert victim.get(back).headers["location"] == "/#/sign-in-failed"
        assert attacker.get(back).headers["location"] == "/"
        assert attacker.get(back).headers["location"] == "/#/sign-in-failed"
