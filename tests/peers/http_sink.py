"""A real HTTP server that takes what the gateway sends, and fails or hangs on demand."""

import contextlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Taken:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    status: int


class HttpSink:
    """Answers ``status``, or nothing at all while `hang` holds."""

    def __init__(self, port: int = 0, certificate: tuple[Path, Path] | None = None) -> None:
        self.status = 204
        self.taken: list[Taken] = []
        self.arrivals = 0
        self.released = threading.Event()
        self.released.set()
        self._lock = threading.Lock()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                with sink._lock:
                    sink.arrivals += 1
                sink.released.wait(60)
                status = sink.status
                headers = {key.lower(): value for key, value in self.headers.items()}
                with sink._lock:
                    sink.taken.append(Taken(self.path, headers, body, status))
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def url(self) -> str:
        """Address of the sink."""
        return f"http://127.0.0.1:{self.port}/events"

    def hang(self) -> None:
        """Take requests and answer nothing until `release`."""
        self.released.clear()

    def release(self) -> None:
        """Answer again, also what hangs."""
        self.released.set()

    def accepted(self) -> list[Taken]:
        """Return what was answered with success."""
        with self._lock:
            return [one for one in self.taken if 200 <= one.status < 300]

    def close(self) -> None:
        """End."""
        self.release()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextlib.contextmanager
def http_sink(certificate: tuple[Path, Path] | None = None, port: int = 0) -> Iterator[HttpSink]:
    """Run a sink until the end of the block."""
    sink = HttpSink(port, certificate)
    try:
        yield sink
    finally:
        sink.close()
