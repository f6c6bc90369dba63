"""Serves the encoded street over RTSP (TCP); every client begins at its first picture."""

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path

from aio_rtsp_toolkit.server import RtspServer

from demo.ports import LOOPBACK
from demo.street_camera.encode import LOOP_FILE
from quantrac_core.contracts.errors import QuantracError
from quantrac_core.runtime.program import run_program

log = logging.getLogger("demo.street_camera")
log.setLevel(logging.ERROR)
EXIT_USAGE = 2


class CannotServe(QuantracError):
    """The port or the video is not usable."""


def main(argv: list[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m demo.street_camera", description=__doc__)
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on")
    parser.add_argument("--port", type=int, default=8554)
    parser.add_argument("--video", type=Path, default=LOOP_FILE, help="H.264 in an MP4 file")
    options = parser.parse_args(argv)
    if not options.video.is_file():
        print(
            f"street_camera: {options.video} is not there; "
            "make it: python -m demo.street_camera.encode",
            file=sys.stderr,
        )
        return EXIT_USAGE
    return run_program(lambda stop: serve(options.video, options.host, options.port, stop))


def stream_url(host: str, port: int, video: Path = LOOP_FILE) -> str:
    """Return the address of the endless stream."""
    return f"rtsp://{host}:{port}/{video.name}?play_count=0"


async def serve(video: Path, host: str, port: int, stop: asyncio.Event) -> None:
    """Serve ``video`` until ``stop`` is set.

    Raises:
        CannotServe: the port is taken.
    """
    server = RtspServer(str(video.parent), host=host, port=port, session_name="Quan Trac demo")
    # By itself it prints each coming and going, into a pipe that nobody may be reading.
    server.logger = log
    try:
        await server.start()
    except OSError as error:
        raise CannotServe(f"street_camera: port {port} on {host}: {error.strerror}") from error
    print(json.dumps({"event": "ready", "url": stream_url(host, port, video)}), flush=True)
    try:
        await stop.wait()
    finally:
        # An open stream would hold the server's own orderly close for as long as it plays.
        try:
            await asyncio.wait_for(server.close(), 1.0)
        except TimeoutError:
            print(json.dumps({"event": "clients_cut_off"}), flush=True)
