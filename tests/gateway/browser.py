"""A browser that listens to the stream of server-sent events."""

import http.client
import json
from typing import Any

from tests.peers.gateway import CALLER, Api


class Browser:
    """Reads the stream of events."""

    def __init__(self, port: int, who: str = CALLER, headers: dict[str, str] | None = None) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._connection.request("GET", "/api/v1/stream", headers=headers or Api(port, who).headers)
        self._answer = self._connection.getresponse()
        assert self._answer.headers["Content-Type"].startswith("text/event-stream")

    def next(self, wanted: str, id: str | None = None) -> Any:
        """Return the data of the next event called ``wanted`` (of the subject ``id``)."""
        event = ""
        while line := self._answer.readline().decode().rstrip("\n"):
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            if line.startswith("data: "):
                self._answer.readline()
                data = json.loads(line.removeprefix("data: "))
                if event == wanted and id in (None, data.get("id")):
                    return data
        raise AssertionError("the stream ended")

    def close(self) -> None:
        """Leave."""
        self._connection.close()
