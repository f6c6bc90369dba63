"""A centre or a delivery that makes no sense is refused in one line; a good one is taken."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from vision.delivery.settings import CentreSettings, DeliverySettings


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "https://ioc.example.vn/quan-trac/", "http://[::1]:80"]
)
def test_an_address_is_taken_without_its_last_slash(url: str) -> None:
    assert CentreSettings(url=url).url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8080",
        "ftp://host",
        "http://",
        "http://user:secret@host",
        "http://host/?q=1",
        "http://host/#x",
        "http://host:99999",
        "http://host:0",
        "http://ho st",
        "http://[::1",
    ],
)
def test_an_address_that_leads_nowhere_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="http:// or https:// with a host"):
        CentreSettings(url=url)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"ca_file": "/nowhere.pem"}, "only with an https"),
        ({"url": "https://host", "ca_file": "/nowhere.pem"}, "/nowhere.pem must exist"),
        ({"token": {"file": "/nowhere"}}, "must exist and be readable"),
        ({"token": "in the open"}, "Secret"),
        ({"timeout": 3}, "Extra inputs"),
    ],
)
def test_a_centre_that_makes_no_sense_is_refused(document: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        CentreSettings.model_validate(document)


@pytest.mark.parametrize(
    "document", [{"piece_kib": 4096}, {"retry_most_s": 0}, {"upload_most_kbit_per_s": -1}]
)
def test_a_delivery_out_of_its_bounds_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DeliverySettings.model_validate(document)


def test_the_token_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("very secret")
    settings = CentreSettings.model_validate({"token": {"file": str(tmp_path / "token")}})
    assert "very secret" not in repr(settings)
