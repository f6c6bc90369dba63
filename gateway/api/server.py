"""Runs uvicorn inside the gateway's own event loop, without its signal handling."""

import contextlib
import socket
import ssl
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from gateway.api.settings import HttpSettings, TlsSettings
from gateway.live.stream import MAX_SUBSCRIBERS
from quantrac_core.contracts.errors import ConfigError, ConfigErrors

BACKLOG = 512
GRACE_S = 1


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program."""
        yield


def bind(listen: str, port: int, file: str) -> socket.socket:
    """Return a listening socket.

    Raises:
        ConfigErrors: the port is busy or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in listen else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((listen, port))
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        allowed = f"an address and a port that are free ({error.strerror})"
        raise ConfigErrors([ConfigError(file, "http.port", f"{listen}:{port}", allowed)]) from error
    sock.setblocking(False)
    return sock


def check_tls(tls: TlsSettings, file: str) -> None:
    """Try certificate and key.

    Raises:
        ConfigErrors: they cannot be read, or do not belong together.
    """
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls.certificate, tls.key)
    except (OSError, ValueError) as error:
        allowed = f"a PEM certificate and its key ({error})"
        fault = ConfigError(file, "http.tls", str(tls.certificate), allowed)
        raise ConfigErrors([fault]) from error


class HttpServer:
    """Serves ``app`` on a bound socket until `stop`."""

    def __init__(self, app: FastAPI, sock: socket.socket, settings: HttpSettings) -> None:
        tls = settings.tls
        config = uvicorn.Config(
            app,
            # Only a proxy of ours may say which address a browser has.
            proxy_headers=settings.behind_tls,
            forwarded_allow_ips=settings.proxies,
            ssl_certfile=None if tls is None else tls.certificate,
            ssl_keyfile=None if tls is None else tls.key,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
            # Every browser holds its stream and asks beside it.
            limit_concurrency=MAX_SUBSCRIBERS + 400,
            timeout_keep_alive=15,
        )
        self._server = _Server(config)
        self._sock = sock

    async def run(self) -> None:
        """Serve until `stop`, then let open requests end for a second."""
        await self._server.serve(sockets=[self._sock])

    def stop(self) -> None:
        """Take no more requests."""
        self._server.should_exit = True
