"""Faults as one sentence and a stable code, which pages translate."""

from typing import Final, Literal

from fastapi import HTTPException, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from gateway.alarms.flags import StepCode
from gateway.sign_in.doors import PasswordCode, SignInCode
from gateway.sign_in.registry import AccountCode

StatusCode = Literal[
    "bad_request",
    "not_signed_in",
    "not_allowed",
    "not_found",
    "wrong_method",
    "too_slow",
    "conflict",
    "too_large",
    "wrong_type",
    "wrong_host",
    "invalid",
    "busy",
    "too_many",
    "defect",
    "unavailable",
    "disk_full",
    "refused",
]
"""Codes that say no more than the status does."""

FaultCode = Literal[
    StatusCode,
    SignInCode,
    PasswordCode,
    AccountCode,
    StepCode,
    "csrf",
    "password_must_change",
    "reason_needed",
    "beyond_reach",
    "wrong_years",
    "wrong_order",
    "range_too_long",
    "too_many_points",
    "too_many_rows",
    "control_characters",
    "end_in_the_past",
    "wrong_channel",
    "recipients_full",
    "rosters_full",
    "recipient_on_duty",
    "unknown_recipient",
    "not_failed",
    "push_off",
    "browser_unknown",
    "not_a_recipient",
    "reports_off",
    "wrong_day",
    "report_closed",
    "report_being_made",
    "period_to_come",
    "wrong_value",
    "document_failed",
    "archive_failed",
    "archive_damaged",
    "no_picture",
    "no_clip",
    "file_deleted",
    "file_coming",
    "file_lost",
    "evidence_off",
]
"""Every code that an answer may carry; the page has a sentence in two languages for each."""

CODES: Final[dict[int, StatusCode]] = {
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
        more: figures and names for the sentence in another language, such as ``wait_s``.
    """

    def __init__(
        self,
        status: int,
        code: FaultCode,
        detail: str,
        headers: dict[str, str] | None = None,
        **more: int | str,
    ) -> None:
        super().__init__(status, detail, headers)
        self.code = code
        self.more = more


def fault_body(
    status: int, detail: str, code: FaultCode | None = None, **more: int | str
) -> dict[str, object]:
    """Return the JSON of a fault."""
    return {"detail": detail, "code": code or CODES.get(status, "refused"), **more}


async def answer_fault(_request: Request, error: Exception) -> JSONResponse:
    """Answer any HTTP exception."""
    assert isinstance(error, StarletteHTTPException)
    more = getattr(error, "more", {})
    body = fault_body(error.status_code, error.detail, getattr(error, "code", None), **more)
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)
