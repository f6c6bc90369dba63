"""Cameras as they are now, and their live preview."""

from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Path, Response

from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.api.access import needs
from gateway.api.camera_models import CameraList, CameraView
from gateway.api.faults import Fault
from gateway.api.services import InjectedServices
from quantrac_core.contracts.identifiers import STATION_ID
from quantrac_core.contracts.messages import utc_from_ms

router = APIRouter(prefix="/api/v1/cameras", tags=["cameras"])
SeesEvents = Annotated[Principal, needs(Permission.SEE_EVENTS)]
CameraName = Annotated[str, Path(pattern=f"^{STATION_ID.pattern}$", max_length=48)]


@router.get("")
async def list_cameras(services: InjectedServices, caller: SeesEvents) -> CameraList:
    """Return every camera the gateway knows."""
    board = services.camera_board
    known = [now.camera for now in board.cameras.all()]
    views = [board.view(camera) for camera in known if caller.reaches_camera(camera)]
    return CameraList(cameras=[view for view in views if view is not None])


@router.get("/{camera}")
async def get_camera(
    services: InjectedServices, caller: SeesEvents, camera: CameraName
) -> CameraView:
    """Return one camera."""
    view = services.camera_board.view(camera) if caller.reaches_camera(camera) else None
    if view is None:
        raise HTTPException(404, f"there is no camera {camera!r}")
    return view


@router.get(
    "/{camera}/preview.jpg",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, 304: {"description": "not newer"}},
)
async def get_preview(
    services: InjectedServices,
    caller: SeesEvents,
    camera: CameraName,
    if_none_match: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Return the newest picture; asking makes the camera send the next ones sooner."""
    preview = None
    if caller.reaches_camera(camera):
        preview = services.camera_board.previews.ask(camera, services.now_s())
    if preview is None:
        raise Fault(404, "no_picture", f"no picture of {camera!r} has come yet")
    tag = f'"{preview.tag}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "no-store",
        "X-Taken-At": utc_from_ms(preview.taken_at_ms).isoformat(timespec="milliseconds"),
    }
    if if_none_match == tag:
        return Response(status_code=304, headers=headers)
    return Response(preview.jpeg, media_type="image/jpeg", headers=headers)
