"""The streams' section of the configuration: roles, addresses, and where logins may stand."""

from pathlib import Path
from typing import Any

import pytest

from quantrac_core.config.load import validate
from quantrac_core.contracts.errors import ConfigErrors
from vision.streams.settings import StreamSettings, StreamsSettings

URL = "rtsp://10.0.0.5:554/live"


def refusal(document: dict[str, Any]) -> str:
    with pytest.raises(ConfigErrors) as caught:
        validate(document, StreamsSettings, "vision.yaml")
    assert len(caught.value.errors) == 1
    return str(caught.value)


def test_the_main_stream_serves_every_role_that_no_other_claims() -> None:
    alone = StreamsSettings.model_validate({"main": {"url": URL}})
    assert alone.in_use() == {"main": ["detect", "record", "preview"]}
    both = StreamsSettings.model_validate(
        {"main": {"url": URL, "roles": ["detect"]}, "sub": {"url": URL, "roles": ["preview"]}}
    )
    assert both.in_use() == {"main": ["detect", "record"], "sub": ["preview"]}
    assert both.stream("sub").url == URL


def test_a_main_stream_without_work_is_not_opened() -> None:
    roles = ["detect", "record", "preview"]
    streams = StreamsSettings.model_validate(
        {"main": {"url": URL}, "sub": {"url": URL, "roles": roles}}
    )
    assert streams.in_use() == {"sub": roles}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"main": {"url": "http://10.0.0.5/"}}, "rtsp://"),
        ({"main": {"url": "rtsp:///live"}}, "rtsp://"),
        ({"main": {"url": "rtsp://host:99999/"}}, "rtsp://"),
        ({"main": {"url": "rtsp://host/a b"}}, "without spaces"),
        ({"main": {"url": URL, "transport": "http"}}, "'tcp' or 'udp'"),
        ({"main": {"url": URL, "username": "admin"}}, "username and password together"),
        ({"main": {"url": URL, "roles": ["detect", "detect"]}}, "each role once"),
        ({"main": {"url": URL, "roles": ["spy"]}}, "'detect', 'record' or 'preview'"),
        ({"main": {"url": URL, "retry_first_s": 60, "retry_most_s": 1}}, "retry_first_s at most"),
        ({"main": {"url": URL}, "sub": {"url": URL}}, "sub.roles"),
        (
            {"main": {"url": URL, "roles": ["record"]}, "sub": {"url": URL, "roles": ["record"]}},
            "record is on main and sub",
        ),
    ],
)
def test_a_fault_is_one_line_with_what_is_allowed(change: dict[str, Any], words: str) -> None:
    assert words in refusal(change)


@pytest.mark.parametrize("scheme", ["rtsp", "http", "RTSP"])
def test_a_login_inside_the_url_is_refused_and_never_shown(scheme: str) -> None:
    line = refusal({"main": {"url": f"{scheme}://admin:geheim@10.0.0.5/live"}})
    assert "username and password as keys" in line
    assert "geheim" not in line


def test_the_login_reaches_ffmpeg_with_every_character_escaped(password_file: Path) -> None:
    settings = StreamSettings.model_validate(
        {"url": URL + "?a=1", "username": "admin", "password": {"file": str(password_file)}}
    )
    login = "admin:p%40ss%3Aw%2Frd%3F%E1%BB%91"
    assert settings.address_with_login() == f"rtsp://{login}@10.0.0.5:554/live?a=1"
    assert "p@ss" not in repr(settings)
