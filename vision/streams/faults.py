"""Why a stream does not run, in the words of the contract and one line for people."""

import errno
from typing import Final

import av.error

from quantrac_core.contracts.camera_messages import StreamCause
from quantrac_core.contracts.errors import QuantracError


class StreamFault(QuantracError):
    """A connection that could not be made or has ended.

    Args:
        cause: see `StreamCause`.
        detail: one line for people; never holds the login.
    """

    def __init__(self, cause: StreamCause, detail: str) -> None:
        self.cause: StreamCause = cause
        self.detail = detail
        super().__init__(f"{cause}: {detail}")


_UNREACHABLE: Final = {
    errno.ECONNREFUSED: "nobody listens at this address and port",
    errno.EHOSTUNREACH: "no way to this address",
    errno.ENETUNREACH: "no way to this address",
    errno.ETIMEDOUT: "no answer",
    errno.EIO: "the name is not known or the connection broke",
}
_OPEN_FAULTS: Final[tuple[tuple[type[Exception], StreamCause, str], ...]] = (
    (av.error.HTTPUnauthorizedError, "unauthorised", "the camera refuses username or password"),
    (av.error.HTTPForbiddenError, "unauthorised", "this user may not see the stream"),
    (av.error.HTTPNotFoundError, "not_found", "the camera knows no such path"),
)


def no_answer(timeout_s: float, transport: str) -> StreamFault:
    """Return the fault of a camera that takes too long to be opened."""
    hint = "; a firewall may hold UDP back, transport: tcp helps" if transport == "udp" else ""
    return StreamFault("no_connection", f"no video within {timeout_s:g} s{hint}")


def open_fault(error: Exception, elapsed_s: float, timeout_s: float, transport: str) -> StreamFault:
    """Return the fault that ``error`` means when it comes from opening a stream.

    The error's own text is never used: it may quote the address with its login.
    """
    for kind, cause, detail in _OPEN_FAULTS:
        if isinstance(error, kind):
            return StreamFault(cause, detail)
    # A camera that hangs makes FFmpeg say "invalid data" once its patience is over.
    if isinstance(error, av.error.ExitError | TimeoutError) or elapsed_s >= 0.95 * timeout_s:
        return no_answer(timeout_s, transport)
    if isinstance(error, av.error.InvalidDataError):
        return StreamFault("garbage", "the answer is not RTSP or describes no stream")
    if isinstance(error, av.error.HTTPError):
        return StreamFault("no_connection", f"the camera refuses: {error.strerror}")
    if isinstance(error, OSError):
        number = error.errno or 0
        return StreamFault("no_connection", _UNREACHABLE.get(number, error.strerror or "no way"))
    if isinstance(error, av.error.FFmpegError):
        return StreamFault("no_connection", error.strerror or type(error).__name__)
    return StreamFault("no_connection", type(error).__name__)


def read_fault(error: Exception | None) -> StreamFault:
    """Return the fault that ends a running stream; None is an end without an error."""
    if error is None or isinstance(error, av.error.EOFError):
        return StreamFault("ended", "the camera ended the stream")
    if isinstance(error, TimeoutError | av.error.ExitError):
        return StreamFault("stalled", "the camera sends nothing any more")
    if isinstance(error, av.error.InvalidDataError):
        return StreamFault("garbage", "the stream cannot be read any further")
    words = error.strerror if isinstance(error, av.error.FFmpegError | OSError) else None
    return StreamFault("ended", f"the connection broke: {words or type(error).__name__}")
