"""Puts routes, protection and page together, and answers faults in one sentence."""

from collections.abc import Iterable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from gateway.api import (
    routes_alarms,
    routes_cameras,
    routes_events,
    routes_evidence,
    routes_map,
    routes_stations,
    routes_system,
    routes_uploads,
)
from gateway.api.page import mount_page
from gateway.api.protection import UPLOAD_PATH, Protection
from gateway.api.services import Services
from gateway.database.engine import DatabaseUnavailable
from gateway.stores.interface import StoreUnavailable


def build_site(services: Services, hosts: Iterable[str]) -> FastAPI:
    """Return the ASGI application.

    Args:
        hosts: names and addresses that may stand in the Host header.
    """
    app = FastAPI(
        title="Quan Trắc",
        version=services.version,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    app.add_middleware(Protection, hosts=hosts, tiles=services.map.foreign_origin())
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StoreUnavailable, _unavailable)
    app.add_exception_handler(DatabaseUnavailable, _unavailable)
    for routes in (
        routes_stations,
        routes_alarms,
        routes_cameras,
        routes_events,
        routes_evidence,
        routes_uploads,
        routes_map,
        routes_system,
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
    return JSONResponse({"detail": f"{where}: {first['msg']}"[:300]}, status_code=status)


async def _unavailable(_request: Request, error: Exception) -> JSONResponse:
    kind = "the store" if isinstance(error, StoreUnavailable) else "the database"
    return JSONResponse({"detail": f"{kind} does not answer; try again"}, status_code=503)
