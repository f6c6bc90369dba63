"""What else may listen on a camera's port: programs that speak no RTSP, or nothing at all."""

import socket
import threading
from types import TracebackType


class BadServer:
    """Accepts connections on a free port and answers each request with the same bytes, or never.

    Args:
        answer: sent after the client's first bytes; None keeps the connection and says nothing.
    """

    def __init__(self, answer: bytes | None) -> None:
        self._answer = answer
        self._clients: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, name="bad server")

    def url(self) -> str:
        """Return the address of the stream that is not there."""
        return f"rtsp://127.0.0.1:{self.port}/main"

    def __enter__(self) -> "BadServer":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for client in self._clients:
            client.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._clients.append(client)
            if self._answer is None:
                continue
            client.settimeout(1.0)
            try:
                client.recv(4096)
                client.sendall(self._answer)
                client.shutdown(socket.SHUT_WR)
            except OSError:
                continue
