"""How a camera's streams are reached and kept: addresses, logins, patience, pre-roll."""

from typing import Annotated, Any, Final, Literal, Self, get_args
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field, model_validator

from quantrac_core.config.secrets import Secret
from quantrac_core.config.strict import StrictModel

StreamRole = Literal["detect", "record", "preview"]
StreamName = Literal["main", "sub"]
ROLES: Final[tuple[StreamRole, ...]] = get_args(StreamRole)
LOGIN_RULE: Final = "no login inside the url; give username and password as keys beside it"
URL_RULE: Final = "an address such as rtsp://192.168.1.64:554/Streaming/Channels/101"


class StreamSettings(StrictModel):
    """One RTSP stream.

    ``stall_timeout_s`` is how long no video packet may arrive, ``picture_timeout_s`` how long
    packets may arrive without one picture that can be decoded. Retries wait from
    ``retry_first_s``, doubling, up to ``retry_most_s``, each ± 25 %.
    """

    url: Annotated[str, Field(max_length=1024)]
    transport: Literal["tcp", "udp"] = "tcp"
    username: Annotated[str | None, Field(max_length=128, pattern=r"^[^:\s]+$")] = None
    password: Secret | None = None
    roles: Annotated[list[StreamRole] | None, Field(min_length=1, max_length=3)] = None
    connect_timeout_s: Annotated[float, Field(gt=0, le=120)] = 10.0
    stall_timeout_s: Annotated[float, Field(gt=0, le=120)] = 5.0
    picture_timeout_s: Annotated[float, Field(gt=0, le=600)] = 20.0
    retry_first_s: Annotated[float, Field(gt=0, le=60)] = 1.0
    retry_most_s: Annotated[float, Field(gt=0, le=600)] = 30.0

    @model_validator(mode="before")
    @classmethod
    def _keeps_its_login_apart(cls, document: Any) -> Any:
        # Before every other check, so that no message can quote an url with a password in it.
        url = document.get("url") if isinstance(document, dict) else None
        if isinstance(url, str) and "@" in url:
            raise ValueError(LOGIN_RULE)
        return document

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        try:
            parts = urlsplit(self.url)
            port_is_good = parts.port is None or parts.port > 0
        except ValueError:
            raise ValueError(f"url: {URL_RULE}") from None
        if parts.scheme != "rtsp" or not parts.hostname or not port_is_good:
            raise ValueError(f"url: {URL_RULE}")
        if any(letter.isspace() or not letter.isprintable() for letter in self.url):
            raise ValueError(f"url: {URL_RULE}, without spaces")
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password together, or neither")
        if self.retry_first_s > self.retry_most_s:
            raise ValueError("retry_first_s at most retry_most_s")
        if self.roles is not None and len(set(self.roles)) != len(self.roles):
            raise ValueError("each role once in roles")
        return self

    def address_with_login(self) -> str:
        """Return the address as FFmpeg wants it, login included; never log it.

        Raises:
            OSError: the file of the password has vanished.
        """
        if self.username is None or self.password is None:
            return self.url
        login = f"{quote(self.username, safe='')}:{quote(self.password.reveal(), safe='')}"
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc}"))


class StreamsSettings(StrictModel):
    """A camera's streams; every role is served by exactly one of them, by default the main one.

    ``pre_roll_s`` of packets, at most ``ring_mb``, are kept in memory for clips.
    """

    main: StreamSettings
    sub: StreamSettings | None = None
    pre_roll_s: Annotated[float, Field(ge=1, le=120)] = 10.0
    ring_mb: Annotated[float, Field(ge=1, le=1024)] = 64.0

    @model_validator(mode="after")
    def _serves_each_role_once(self) -> Self:
        if self.sub is None:
            return self
        if self.sub.roles is None:
            raise ValueError(f"sub.roles to name at least one of {', '.join(ROLES)}")
        twice = sorted(set(self.main.roles or []) & set(self.sub.roles))
        if twice:
            raise ValueError(f"each role on one stream only; {', '.join(twice)} is on main and sub")
        return self

    def serving(self, role: StreamRole) -> StreamName:
        """Return the name of the stream that serves ``role``."""
        is_on_sub = self.sub is not None and role in (self.sub.roles or [])
        return "sub" if is_on_sub else "main"

    def stream(self, name: StreamName) -> StreamSettings:
        """Return the stream called ``name``.

        Raises:
            KeyError: there is no such stream.
        """
        stream = self.main if name == "main" else self.sub
        if stream is None:
            raise KeyError(name)
        return stream

    def in_use(self) -> dict[StreamName, list[StreamRole]]:
        """Return the streams that have work to do, each with its roles."""
        streams: dict[StreamName, list[StreamRole]] = {}
        for role in ROLES:
            streams.setdefault(self.serving(role), []).append(role)
        return streams
