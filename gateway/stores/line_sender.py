"""Sends line protocol over HTTP with influxdb-client: the only file that imports it."""

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from gateway.stores.interface import StoreRefused, StoreUnavailable

# 413 means a batch too large for the server; halves of it may pass.
REFUSALS = frozenset({400, 413, 422})


class LineSender:
    """Writes joined lines with millisecond timestamps to an InfluxDB 2 write endpoint.

    Args:
        url: address of the server, without a path.
        token: sent as ``Authorization: Token …``; any text where the server wants none.
    """

    def __init__(
        self, url: str, org: str, bucket: str, token: str, timeout_s: float, gzip: bool
    ) -> None:
        self._place = url
        self._bucket = bucket
        self._org = org
        self._client = InfluxDBClient(
            url=url, token=token, org=org, timeout=int(timeout_s * 1000), enable_gzip=gzip
        )
        self._writer = self._client.write_api(write_options=SYNCHRONOUS)

    def send(self, lines: bytes) -> None:
        """Write ``lines``.

        Raises:
            StoreRefused: the server calls the lines wrong.
            StoreUnavailable: any other failure.
        """
        try:
            self._writer.write(
                bucket=self._bucket,
                org=self._org,
                record=lines,
                write_precision="ms",  # type: ignore[arg-type]
            )
        except ApiException as error:
            words = f"{self._place}: {error.status} {str(error.body or error.reason)[:200]}"
            if error.status in REFUSALS:
                raise StoreRefused(words) from error
            raise StoreUnavailable(words) from error
        except (HTTPError, OSError) as error:
            raise StoreUnavailable(f"{self._place}: {error}") from error

    def close(self) -> None:
        """Close the connections."""
        self._writer.close()  # type: ignore[no-untyped-call]
        self._client.close()  # type: ignore[no-untyped-call]
