"""Puts routes, protection and page together, and answers faults in one sentence."""

import re
from collections.abc import Iterable
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from gateway.api import (
    routes_accounts,
    routes_alarm_definitions,
    routes_alarm_kpis,
    routes_alarms,
    routes_audit,
    routes_cameras,
    routes_desk_exports,
    routes_events,
    routes_evidence,
    routes_exports,
    routes_map,
    routes_notice_preview,
    routes_notification,
    routes_oidc,
    routes_own,
    routes_push,
    routes_reports,
    routes_session,
    routes_stations,
    routes_system,
    routes_tokens,
    routes_uploads,
)
from gateway.api.faults import answer_fault, fault_body
from gateway.api.page import mount_page
from gateway.api.protection import UPLOAD_PATH, Protection
from gateway.api.services import Services
from gateway.database.engine import DatabaseUnavailable
from gateway.stores.interface import StoreUnavailable

_BOUNDS: Final = ("min_length", "max_length", "ge", "gt", "le", "lt")
_RULE_OF_A_FIELD: Final = re.compile(r"Value error, ([a-z_]+): ")


def build_site(services: Services, hosts: Iterable[str]) -> FastAPI:
    """Return the ASGI application.

    Args:
        hosts: names and addresses that may stand in the Host header.
    """
    app = FastAPI(
        title="Quan Trắc",
        version=services.version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    app.add_middleware(Protection, hosts=hosts, tiles=services.map.foreign_origin())
    app.add_exception_handler(StarletteHTTPException, answer_fault)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StoreUnavailable, _unavailable)
    app.add_exception_handler(DatabaseUnavailable, _unavailable)
    for routes in (
        routes_exports,
        routes_desk_exports,
        routes_reports,
        routes_stations,
        routes_accounts,
        routes_alarms,
        routes_alarm_definitions,
        routes_alarm_kpis,
        routes_audit,
        routes_cameras,
        routes_events,
        routes_evidence,
        routes_oidc,
        routes_own,
        routes_session,
        routes_uploads,
        routes_notice_preview,
        routes_notification,
        routes_push,
        routes_map,
        routes_system,
        routes_tokens,
    ):
        app.include_router(routes.router)
    mount_page(app, services.web_folder)
    return app


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "body"
    # To an uploader 422 says that the hash is wrong and the file must be sent anew.
    status = 400 if UPLOAD_PATH.fullmatch(request.url.path) else 422
    # The value that was sent may be a password, so only its place and the rule are told.
    sentence = f"{where}: {first['msg']}"[:300]
    more = {"field": (_named_in(first) or where)[:100], "rule": first["type"], **_bound(first)}
    return JSONResponse(fault_body(status, sentence, **more), status_code=status)


def _named_in(error: dict[str, Any]) -> str | None:
    """Return the field that a rule of a whole model speaks of: ``account: needed for …``."""
    told = _RULE_OF_A_FIELD.match(error["msg"]) if error["type"] == "value_error" else None
    return told and told[1]


def _bound(error: dict[str, Any]) -> dict[str, int]:
    """Return the figure of a rule such as "at most 60 characters", where it has one."""
    bounds = (error.get("ctx", {}).get(name) for name in _BOUNDS)
    return next(({"bound": one} for one in bounds if isinstance(one, int)), {})


async def _unavailable(_request: Request, error: Exception) -> JSONResponse:
    kind = "the store" if isinstance(error, StoreUnavailable) else "the database"
    return JSONResponse(fault_body(503, f"{kind} does not answer; try again"), status_code=503)
