"""Faults as one sentence and a stable code, which pages translate."""

from typing import Final

from fastapi import HTTPException, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

CODES: Final = {
    400: "bad_request",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "wrong_method",
    408: "too_slow",
    409: "conflict",
    413: "too_large",
    415: "wrong_type",
    421: "wrong_host",
    422: "invalid",
    423: "busy",
    429: "too_many",
    500: "defect",
    503: "unavailable",
    507: "disk_full",
}
"""By status, where a fault has no code of its own."""


class Fault(HTTPException):
    """An answer that is not what was asked for.

    Args:
        code: a word that stays the same over versions, such as ``locked``.
        more: figures for the sentence in another language, such as ``wait_s``.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: dict[str, str] | None = None,
        **more: int | str,
    ) -> None:
        super().__init__(status, detail, headers)
        self.code = code
        self.more = more


def fault_body(status: int, detail: str, code: str | None = None) -> dict[str, object]:
    """Return the JSON of a fault."""
    return {"detail": detail, "code": code or CODES.get(status, "refused")}


async def answer_fault(_request: Request, error: Exception) -> JSONResponse:
    """Answer any HTTP exception."""
    assert isinstance(error, StarletteHTTPException)
    body = fault_body(error.status_code, error.detail, getattr(error, "code", None))
    body |= getattr(error, "more", {})
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)
