"""What vision machines send over HTTP: files of events in pieces, and preview pictures."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Header, Path, Request, Response
from starlette.requests import ClientDisconnect

from gateway.api.access import UPLOADS
from gateway.api.camera_models import PreviewAnswer
from gateway.api.routes_cameras import CameraName
from gateway.api.routes_events import EventId
from gateway.api.services import InjectedServices, Services
from gateway.api.upload_answers import admitted, in_thread, progress_answer, refused
from gateway.database.evidence_files import FileKey
from gateway.evidence.folder import BLOCK_BYTES
from gateway.evidence.opening import Evidence
from gateway.evidence.uploads import Progress, Transfer
from gateway.live.previews import MAX_PREVIEW_BYTES, is_jpeg
from quantrac_core.contracts.camera_messages import FILE_NAME, SHA256
from quantrac_core.contracts.messages import ms_from_utc

log = logging.getLogger(__name__)
router = APIRouter(prefix="/api/v1/cameras", tags=["uploads"])
SILENCE_S: Final = 20.0
"""How long a piece may stand still before its sender counts as gone."""
MAX_AHEAD_S: Final = 300.0
_RANGE: Final = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")

FileName = Annotated[str, Path(pattern=f"^{FILE_NAME.pattern}$", max_length=50)]
Sha256 = Annotated[str | None, Header(alias="X-Content-SHA256", pattern=f"^{SHA256.pattern}$")]
Authorization = Annotated[str | None, Header(max_length=1_000)]


@router.head(
    "/{camera}/events/{event_id}/files/{name}",
    response_class=Response,
    dependencies=[UPLOADS],
    responses={200: {"description": "Upload-Offset, and Upload-Complete: 1 when all is there"}},
)
async def get_progress(
    services: InjectedServices,
    camera: CameraName,
    event_id: EventId,
    name: FileName,
    sha256: Sha256 = None,
    authorization: Authorization = None,
) -> Response:
    """Tell how much of a file is there, so that its sender goes on from there."""
    evidence = admitted(services, camera, authorization)
    progress = await in_thread(
        services, evidence, evidence.uploads.progress, camera, event_id, name, sha256
    )
    _tell(services, progress)
    return progress_answer(200, progress)


@router.put(
    "/{camera}/events/{event_id}/files/{name}",
    response_class=Response,
    dependencies=[UPLOADS],
    status_code=204,
    responses={
        201: {"description": "the file is whole, verified and kept"},
        409: {"description": "the piece does not begin at Upload-Offset"},
        413: {"description": "too large, or too many files for one event"},
        422: {"description": "the hash is wrong: the file was thrown away"},
        423: {"description": "another transfer is writing this file; see Retry-After"},
        507: {"description": "no room"},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
)
async def put_file(
    services: InjectedServices,
    request: Request,
    camera: CameraName,
    event_id: EventId,
    name: FileName,
    sha256: Sha256 = None,
    content_range: Annotated[str | None, Header(max_length=80)] = None,
    authorization: Authorization = None,
) -> Response:
    """Take one piece (``Content-Range``; none: all of the file) of a file known by its hash."""
    evidence = admitted(services, camera, authorization)
    if sha256 is None:
        raise refused(services, 400, "X-Content-SHA256: the hash of the whole file is needed")
    begin, end, total = _range_of(services, request, content_range, evidence.max_file_bytes)
    key = FileKey(camera, event_id, name, sha256)
    begun = await in_thread(services, evidence, evidence.uploads.begin, key, begin, total)
    if isinstance(begun, Progress):
        _tell(services, begun)
        return progress_answer(201, begun)
    try:
        await _append(services, evidence, begun, request, end - begin)
        progress = await in_thread(services, evidence, evidence.uploads.finish, begun)
    finally:
        evidence.uploads.end(begun)
    if not progress.complete:
        return progress_answer(204, progress)
    services.metrics.files.inc()
    services.metrics.file_bytes.inc(progress.offset)
    _tell(services, progress)
    return progress_answer(201, progress)


@router.put(
    "/{camera}/preview",
    dependencies=[UPLOADS],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def put_preview(
    services: InjectedServices,
    request: Request,
    camera: CameraName,
    x_taken_at: Annotated[datetime | None, Header()] = None,
    authorization: Authorization = None,
) -> PreviewAnswer:
    """Take the newest picture of a camera; the answer says how soon the next one is wanted."""
    admitted(services, camera, authorization)
    now = datetime.now(UTC)
    taken_at = x_taken_at or now
    if taken_at.tzinfo is None or not 2000 <= taken_at.year <= 2200:
        raise refused(services, 400, "X-Taken-At: a time with its zone")
    if (taken_at - now).total_seconds() > MAX_AHEAD_S:
        raise refused(services, 400, "X-Taken-At lies ahead: see to the camera's clock")
    body = b""
    async for chunk in _chunks(services, request):
        body += chunk
        if len(body) > MAX_PREVIEW_BYTES:
            raise refused(services, 413, f"a preview has at most {MAX_PREVIEW_BYTES} bytes")
    if not is_jpeg(body):
        raise refused(services, 415, "a preview is one whole JPEG")
    services.metrics.previews.inc()
    next_after_s = services.camera_board.previews.put(
        camera, body, ms_from_utc(taken_at), services.now_s()
    )
    return PreviewAnswer(next_after_s=next_after_s)


def _range_of(
    services: Services, request: Request, content_range: str | None, most_bytes: int
) -> tuple[int, int, int]:
    length = int(request.headers.get("content-length", "0"))
    if content_range is None:
        begin, end, total = 0, length, length
    else:
        match = _RANGE.fullmatch(content_range)
        if match is None:
            raise refused(services, 400, "Content-Range: bytes FIRST-LAST/TOTAL")
        begin, end, total = int(match[1]), int(match[2]) + 1, int(match[3])
    if total > most_bytes:
        raise refused(services, 413, f"a file has at most {most_bytes} bytes")
    if not begin < end <= total and (begin, end, total) != (0, 0, 0):
        raise refused(services, 400, f"Content-Range: {begin}-{end - 1} of {total} bytes")
    if length != end - begin:
        raise refused(services, 400, f"the body has {length} bytes, Content-Range {end - begin}")
    return begin, end, total


async def _append(
    services: Services, evidence: Evidence, transfer: Transfer, request: Request, size_bytes: int
) -> None:
    block = bytearray()
    try:
        async for chunk in _chunks(services, request):
            size_bytes -= len(chunk)
            if size_bytes < 0:
                raise refused(services, 400, "more bytes came than Content-Range says")
            block += chunk
            if len(block) >= BLOCK_BYTES:
                await in_thread(services, evidence, transfer.partial.append, bytes(block))
                block.clear()
    except ClientDisconnect:
        log.info("%s: the sender of %s has gone", transfer.key.camera, transfer.key.name)
    # What came before a sender went is kept: it goes on from there.
    await in_thread(services, evidence, transfer.partial.append, bytes(block))


async def _chunks(services: Services, request: Request) -> AsyncIterator[bytes]:
    stream = aiter(request.stream())
    while True:
        try:
            yield await asyncio.wait_for(anext(stream), SILENCE_S)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise refused(services, 408, f"nothing came for {SILENCE_S:g} s") from error


def _tell(services: Services, progress: Progress) -> None:
    if progress.event is not None:
        services.camera_board.events_changed([progress.event])
