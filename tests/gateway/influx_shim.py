"""InfluxDB 2's write address in front of a real InfluxDB 1.x engine, which lacks it."""

import http.client
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit


class InfluxShim:
    """Turns ``/api/v2/write?bucket=`` into ``/write?db=``; hands everything else through.

    It can be told to answer 503 instead, as an overloaded server does, or 400 to a request
    that holds certain bytes, as a server does to a line that it will never take.
    """

    def __init__(self, engine_port: int) -> None:
        self.refuse_all = False
        self.poison: bytes | None = None
        shim = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                self.engine = http.client.HTTPConnection("127.0.0.1", engine_port, timeout=30)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if shim.poison is not None and shim.poison in body:
                    self._answer(400, b"partial write: field type conflict")
                    return
                query = parse_qs(urlsplit(self.path).query)
                database, precision = query["bucket"][0], query.get("precision", ["ns"])[0]
                headers = {"Content-Encoding": self.headers.get("Content-Encoding", "identity")}
                self._pass("POST", f"/write?db={database}&precision={precision}", body, headers)

            def do_GET(self) -> None:
                self._pass("GET", self.path, None, {})

            def _pass(self, method: str, path: str, body: bytes | None, headers: Any) -> None:
                if shim.refuse_all:
                    status, answer = 503, b"overloaded"
                else:
                    try:
                        self.engine.request(method, path, body, headers)
                        response = self.engine.getresponse()
                        status, answer = response.status, response.read()
                    except OSError as error:
                        self.engine.close()
                        status, answer = 502, str(error).encode()
                self._answer(status, answer)

            def _answer(self, status: int, answer: bytes) -> None:
                self.send_response(status)
                if status != 204:
                    self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                if status != 204:
                    self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> "InfluxShim":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def create_database(engine_port: int, name: str) -> None:
    """Create a database in the 1.x engine."""
    connection = http.client.HTTPConnection("127.0.0.1", engine_port, timeout=10)
    connection.request("POST", f"/query?q={quote(f'CREATE DATABASE {name}')}")
    assert connection.getresponse().status == 200
    connection.close()


def main() -> None:
    """Run in front of the engine whose port is the first argument; print our own port."""
    with InfluxShim(int(sys.argv[1])) as shim:
        print(shim.port, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
