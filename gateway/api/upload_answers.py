"""How the progress of a file and the faults of a transfer are said in HTTP."""

from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from fastapi import HTTPException, Response

from gateway.api.services import Services
from gateway.evidence.folder import DiskFull, EvidenceUnavailable, PartialInUse
from gateway.evidence.opening import Evidence
from gateway.evidence.uploads import (
    Progress,
    TooManyFiles,
    TooManyTransfers,
    WrongHash,
    WrongOffset,
)
from quantrac_core.contracts.errors import QuantracError

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
STATUS_OF: Final[dict[type[QuantracError], int]] = {
    WrongOffset: 409,
    PartialInUse: 423,
    TooManyFiles: 413,
    WrongHash: 422,
    TooManyTransfers: 503,
    EvidenceUnavailable: 503,
    DiskFull: 507,
}
RETRY_AFTER_S: Final = "2"
NOT_CONFIGURED: Final = (
    "uploads are refused: evidence.path and evidence.upload_tokens are not both configured"
)


def progress_answer(status: int, progress: Progress) -> Response:
    """Return how far a file is, in headers."""
    headers = {
        "Upload-Offset": str(progress.offset),
        "Upload-Complete": "1" if progress.complete else "0",
        "Cache-Control": "no-store",
    }
    return Response(status_code=status, headers=headers)


def refused(
    services: Services, status: int, detail: str, headers: dict[str, str] | None = None
) -> HTTPException:
    """Return the error to raise; it is counted."""
    services.metrics.uploads_refused.labels(str(status)).inc()
    return HTTPException(status, detail, headers)


async def in_thread(
    services: Services,
    evidence: Evidence,
    work: Callable[Parameters, Result],
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    """Do blocking work of a transfer; its faults become answers."""
    try:
        return await evidence.threads.call(work, *args, **kwargs)
    except tuple(STATUS_OF) as error:
        headers = {}
        if isinstance(error, WrongOffset | PartialInUse):
            headers["Upload-Offset"] = str(error.offset)
        if isinstance(error, PartialInUse | TooManyTransfers):
            headers["Retry-After"] = RETRY_AFTER_S
        raise refused(services, STATUS_OF[type(error)], str(error), headers) from error


def admitted(services: Services, camera: str, authorization: str | None) -> Evidence:
    """Return the evidence that a sender may add to.

    Raises:
        HTTPException: 401 or 403, with the reason in one line.
    """
    evidence = services.evidence
    if evidence is None:
        raise refused(services, 403, NOT_CONFIGURED)
    match evidence.tokens.check(authorization, camera):
        case "not_configured":
            raise refused(services, 403, NOT_CONFIGURED)
        case "wrong_token":
            needed = "Authorization: Bearer with a token of evidence.upload_tokens is needed"
            raise refused(services, 401, needed, {"WWW-Authenticate": "Bearer"})
        case "another_camera":
            raise refused(services, 403, f"this token does not send for {camera!r}")
        case "admitted":
            pass
    if not services.knows_camera(camera):
        raise refused(services, 403, f"camera {camera!r} is not configured")
    return evidence
