"""Serves the built web page with caching that never shows an old one."""

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

NOT_BUILT = (
    "The web page is not built yet. Run 'make web' (or install the released package) and reload.\n"
    "The API works: /api/v1/health, /api/v1/openapi.json\n"
)


class _PageFiles(StaticFiles):
    """Assets carry a hash in their names and may be kept for ever; the page itself may not."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        immutable = path.startswith("assets/") and response.status_code == 200
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if immutable else "no-cache"
        )
        return response


def mount_page(app: FastAPI, web_folder: Path) -> None:
    """Serve ``web_folder`` at ``/``, or say that it is not built."""
    if (web_folder / "index.html").is_file():
        app.mount("/", _PageFiles(directory=web_folder, html=True), name="page")
        return

    @app.get("/", include_in_schema=False)
    async def not_built() -> Response:
        return PlainTextResponse(NOT_BUILT, status_code=503)
