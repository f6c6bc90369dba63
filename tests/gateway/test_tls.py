"""The gateway's own TLS: the page by https, cookies that leave by no other way, bad files told."""

import http.client
import json
import ssl
from pathlib import Path

import pytest

from gateway.app import main
from tests.peers.certificates import make_certificate
from tests.peers.gateway import LITTLE_COST, embedded_config, gateway, token_of
from tests.peers.process import free_port, running


def test_pages_and_cookies_go_by_tls_and_nothing_is_told_without(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path, "127.0.0.1")
    tls = {"certificate": str(certificate), "key": str(key)}
    port = free_port()
    config = embedded_config(tmp_path, free_port(), http={"port": port, "tls": tls})
    trusting = ssl.create_default_context(cafile=str(certificate))
    with running(gateway(tmp_path, config)) as process:
        by_tls = http.client.HTTPSConnection("127.0.0.1", port, context=trusting, timeout=10)
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {token_of('administrator')}",
        }
        account = {"account": "lan", "name": "Lan", "roles": ["leader"]}
        by_tls.request("POST", "/api/v1/accounts", json.dumps(account), headers)
        password = json.loads(by_tls.getresponse().read())["one_time_password"]
        body = json.dumps({"account": "lan", "password": password})
        by_tls.request("POST", "/api/v1/session", body, {"Content-Type": "application/json"})
        answer = by_tls.getresponse()
        cookie = answer.headers["Set-Cookie"]
        answer.read()
        by_tls.request("GET", "/")
        page = by_tls.getresponse()

        assert answer.status == 200
        assert cookie.startswith("__Host-quantrac=")
        assert "secure" in cookie.lower()
        assert page.status == 200
        page.read()
        plain = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        plain.request("GET", "/api/v1/session/ways")
        with pytest.raises((http.client.HTTPException, OSError)):
            plain.getresponse()
        assert process.stop() == 0
        assert "Traceback" not in process.log()


@pytest.mark.parametrize("bad", ["no file", "no key", "another's key"])
def test_a_certificate_that_cannot_be_used_is_one_line(
    tmp_path: Path, bad: str, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate, key = make_certificate(tmp_path, "127.0.0.1")
    if bad == "no file":
        certificate = tmp_path / "none.crt"
    elif bad == "no key":
        key.write_text("nonsense")
    else:
        (tmp_path / "other").mkdir()
        _, key = make_certificate(tmp_path / "other", "127.0.0.1")
    tls = {"certificate": str(certificate), "key": str(key)}
    config = embedded_config(tmp_path, 1, http={"port": free_port(), "tls": tls})
    config["access"]["password"] = LITTLE_COST
    file = tmp_path / "gateway.json"
    file.write_text(json.dumps(config))

    code = main(["--config", str(file)])

    words = capsys.readouterr().err
    assert code == 2
    assert words.count("\n") == 1
    assert "http.tls" in words
