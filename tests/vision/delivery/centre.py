"""A small centre for tests: takes files in pieces as the contract says, misbehaves on demand."""

import hashlib
import json
import re
import socket
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATH = re.compile(r"/api/v1/cameras/([^/]+)/events/([^/]+)/files/([^/]+)")
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
Key = tuple[str, str]
"""Event and file name."""


@dataclass
class Held:
    """What the centre has of one file."""

    data: bytearray = field(default_factory=bytearray)
    is_whole: bool = False


class Centre:
    """The server, what it holds, and what it is told to do wrong.

    ``faults`` are used up one a PUT: ``cut`` (takes half of the body and drops the connection),
    ``drop`` (takes all, answers nothing), ``hang`` (answers when released), ``forget`` (loses
    what it has), ``wrong_offset``, ``no_offset``, ``spoil`` (flips a bit), ``huge_answer``, or
    a status. ``broken`` holds names for which every PUT answers with that status.
    """

    def __init__(self, token: str = "") -> None:
        self.token = token
        self.held: dict[Key, Held] = {}
        self.arrivals: list[Key] = []
        self.pieces: list[tuple[str, int, int]] = []
        self.previews: list[tuple[str, bytes, str]] = []
        self.faults: deque[str | int] = deque()
        self.broken: dict[str, int] = {}
        self.released = threading.Event()
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="centre", daemon=True
        )

    def __enter__(self) -> "Centre":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def content(self, event: str, name: str) -> bytes | None:
        """The bytes of a file that is here whole, else None."""
        held = self.held.get((event, name))
        return bytes(held.data) if held is not None and held.is_whole else None

    def _handler(centre) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                return

            def setup(self) -> None:
                super().setup()
                self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

            def answer(self, status: int, body: bytes = b"", **headers: object) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), str(value))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def hang_up(self) -> None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            def is_let_in(self) -> bool:
                wanted = f"Bearer {centre.token}"
                return not centre.token or self.headers.get("Authorization") == wanted

            def do_HEAD(self) -> None:
                key = self.key()
                held = centre.held.get(key, Held())
                if not self.is_let_in():
                    self.answer(401)
                elif held.is_whole:
                    self.answer(200, Upload_Offset=len(held.data), Upload_Complete=1)
                else:
                    self.answer(200, Upload_Offset=len(held.data))

            def key(self) -> Key:
                found = PATH.fullmatch(self.path)
                assert found is not None, self.path
                return found.group(2), found.group(3)

            def do_PUT(self) -> None:
                size = int(self.headers["Content-Length"])
                fault = centre.faults.popleft() if centre.faults else None
                if fault == "cut":
                    self.store(self.rfile.read(size // 2))
                    self.hang_up()
                    return
                body = self.rfile.read(size)
                if not self.is_let_in():
                    self.answer(401)
                elif self.path.endswith("/preview"):
                    camera = self.path.split("/")[4]
                    centre.previews.append((camera, body, self.headers["X-Taken-At"]))
                    self.answer(200, json.dumps({"next_after_s": 0.5}).encode())
                else:
                    self.take(body, fault)

            def take(self, body: bytes, fault: str | int | None) -> None:
                event, name = self.key()
                status = centre.broken.get(name, fault)
                if isinstance(status, int):
                    self.answer(status, b"as the test wants", Retry_After=0)
                    return
                if fault == "forget":
                    centre.held.pop((event, name), None)
                if fault == "wrong_offset":
                    self.answer(409, Upload_Offset=len(centre.held.get((event, name), Held()).data))
                    return
                if fault == "no_offset":
                    self.answer(204, Upload_Offset="soon")
                    return
                if fault == "huge_answer":
                    self.answer(500, b"x" * 5_000_000)
                    return
                if fault == "spoil":
                    body = bytes([body[0] ^ 1]) + body[1:]
                status, offset = self.store(body)
                if fault == "hang":
                    centre.released.wait(20)
                if fault in ("drop", "hang"):
                    self.hang_up()
                    return
                self.answer(status, Upload_Offset=offset)

            def store(self, body: bytes) -> tuple[int, int]:
                found = RANGE.fullmatch(self.headers["Content-Range"])
                assert found is not None
                first, last, total = map(int, found.groups())
                with centre.lock:
                    key = self.key()
                    held = centre.held.setdefault(key, Held())
                    if held.is_whole or first != len(held.data):
                        return 409, len(held.data)
                    assert last < total
                    held.data += body
                    centre.pieces.append((key[1], first, len(body)))
                    if len(held.data) < total:
                        return 204, len(held.data)
                    digest = hashlib.sha256(held.data).hexdigest()
                    if digest != self.headers["X-Content-SHA256"]:
                        del centre.held[key]
                        return 422, 0
                    held.is_whole = True
                    centre.arrivals.append(key)
                    return 201, total

        return Handler


def settings_for(centre: Centre, **changes: Any) -> dict[str, Any]:
    """Return the ``centre`` section of a configuration, impatient enough for tests."""
    return {"url": centre.url, "connect_timeout_s": 2, "answer_timeout_s": 2, **changes}
