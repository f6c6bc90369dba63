"""Asks a store's HTTP query endpoints."""

from collections.abc import Mapping

import urllib3
from urllib3.exceptions import HTTPError

from gateway.stores.interface import StoreUnavailable

MAX_ANSWER_BYTES = 64 << 20


class HttpReader:
    """GET with a timeout and a bounded answer.

    Args:
        url: address of the server, without a path.
        headers: sent with every request.
    """

    def __init__(self, url: str, headers: Mapping[str, str], timeout_s: float) -> None:
        self._url = url.rstrip("/")
        timeout = urllib3.Timeout(connect=timeout_s, read=timeout_s)
        self._pool = urllib3.PoolManager(
            num_pools=2, maxsize=6, headers=dict(headers), timeout=timeout, retries=False
        )

    def get(self, path: str, parameters: Mapping[str, str] | None = None) -> bytes:
        """Return the body of a 200 answer.

        Raises:
            StoreUnavailable: no answer, another status, or more than 64 MiB.
        """
        try:
            response = self._pool.request(
                "GET", self._url + path, fields=dict(parameters or {}), preload_content=False
            )
            try:
                body: bytes = response.read(MAX_ANSWER_BYTES + 1)
            finally:
                response.release_conn()
        except (HTTPError, OSError) as error:
            raise StoreUnavailable(f"{self._url}{path}: {error}") from error
        if response.status != 200:
            raise StoreUnavailable(f"{self._url}{path}: {response.status} {body[:200]!r}")
        if len(body) > MAX_ANSWER_BYTES:
            response.close()
            raise StoreUnavailable(f"{self._url}{path}: an answer of more than 64 MiB")
        return body

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()
