"""Pictures, clips and packs of events, given out with an entry in the custody log."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse

from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.api.access import needs
from gateway.api.camera_models import ExportRequest
from gateway.api.event_views import event_view
from gateway.api.faults import Fault
from gateway.api.routes_events import EventId, SeesEvents, load_event
from gateway.api.routes_uploads import FileName
from gateway.api.services import InjectedServices, Services
from gateway.database import custody, events
from gateway.database.custody import Action
from gateway.database.engine import Database
from gateway.database.events import EventRecord
from gateway.evidence.folder import EvidenceFolder
from gateway.evidence.opening import Evidence
from gateway.evidence.pack import (
    PackContent,
    custody_document,
    read_me,
    readable,
    verifier,
    write_pack,
)
from gateway.ingest.commits import now_ms
from quantrac_core.contracts.camera_messages import EvidenceFile
from quantrac_core.contracts.pack_verifier import COMPANIONS

log = logging.getLogger(__name__)
router = APIRouter(prefix="/api/v1/events", tags=["evidence"])
ONCE_WITHIN_MS: Final = 10 * 60_000
"""A player asks for many ranges of one clip: it is one opening."""
MEDIA_TYPES: Final = {"jpg": "image/jpeg", "mp4": "video/mp4", "json": "application/json"}
BY_DEFAULT: Final = ["snapshot_blurred", "snapshot_boxed", "snapshot"]
_KIND_OF: Final = {
    "boxed": "snapshot_boxed",
    "plain": "snapshot",
    "blurred": "snapshot_blurred",
}
_UNBLURRED: Final = frozenset({"snapshot", "snapshot_boxed"})
_SHOWS_FACES: Final = _UNBLURRED | {"clip", "clip_playback"}
_Exports = Annotated[Principal, needs(Permission.EXPORT_EVIDENCE)]
_Reason = Annotated[str | None, Query(min_length=1, max_length=300)]
_CLIP: Final = {"content": {"video/mp4": {}}, "description": "the clip, or the part asked for"}
_ANY: Final = {
    "content": {media_type: {} for media_type in MEDIA_TYPES.values()},
    "description": "the file, or the part asked for",
}
_PICTURE: Final = {"content": {"image/jpeg": {}}, "description": "the picture"}


@router.get(
    "/{event_id}/snapshot.jpg", response_class=FileResponse, responses={200: _PICTURE, 304: {}}
)
async def get_snapshot(
    services: InjectedServices,
    request: Request,
    caller: SeesEvents,
    event_id: EventId,
    kind: Literal["boxed", "plain", "blurred"] | None = None,
    reason: _Reason = None,
) -> Response:
    """Return the picture of an event, blurred where there is a blurred one.

    The others need the permission to see faces and a ``reason``, and are entered in the custody
    log.
    """
    record = await load_event(services, event_id, caller)
    wanted = BY_DEFAULT if kind is None else [_KIND_OF[kind]]
    file = next(filter(None, map(record.announced, wanted)), None)
    if file is None:
        raise Fault(404, "no_picture", f"event {event_id!r} has no such picture")
    return await _give(services, request, record, file, None, caller, reason)


@router.get("/{event_id}/clip.mp4", response_class=FileResponse, responses={200: _CLIP, 206: _CLIP})
async def get_clip(
    services: InjectedServices,
    request: Request,
    caller: SeesEvents,
    event_id: EventId,
    reason: _Reason = None,
) -> Response:
    """Return the clip (with ranges), in a form that browsers play where there is one.

    It is never blurred: it needs the permission to see faces and a reason.
    """
    record = await load_event(services, event_id, caller)
    playable = [record.announced("clip_playback"), record.announced("clip")]
    clips = [file for file in playable if file is not None]
    if not clips:
        raise Fault(404, "no_clip", f"event {event_id!r} has no clip")
    file = next(filter(record.stored, clips), clips[0])
    return await _give(services, request, record, file, "played", caller, reason)


@router.get(
    "/{event_id}/files/{name}", response_class=FileResponse, responses={200: _ANY, 206: _ANY}
)
async def get_file(
    services: InjectedServices,
    request: Request,
    caller: _Exports,
    event_id: EventId,
    name: FileName,
    reason: Annotated[str, Query(min_length=1, max_length=300)],
) -> Response:
    """Return any file of an event as it came; it is entered in the custody log."""
    record = await load_event(services, event_id, caller)
    file = next((file for file in record.message.evidence if file.name == name), None)
    if file is None:
        raise HTTPException(404, f"event {event_id!r} has no file {name!r}")
    return await _give(services, request, record, file, "opened", caller, reason)


@router.post(
    "/{event_id}/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}}},
)
async def export_pack(
    services: InjectedServices, caller: _Exports, event_id: EventId, body: ExportRequest
) -> StreamingResponse:
    """Return the evidence pack: every file, manifest, log and a verifier, in one zip."""
    folder = _evidence(services).folder
    record = await load_event(services, event_id, caller)
    now = services.camera_board.cameras.get(record.message.camera)
    key = "" if now is None or now.status is None else now.status.signing_key
    content = await services.threads.call(
        _prepare_pack, services.database, folder, event_id, caller, body, key
    )
    return StreamingResponse(
        write_pack(content),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{event_id}.zip"'},
    )


async def _give(
    services: Services,
    request: Request,
    record: EventRecord,
    file: EvidenceFile,
    action: Action | None,
    caller: Principal,
    reason: str | None,
) -> Response:
    evidence = _evidence(services)
    stored = record.stored(file)
    if stored is None:
        raise _absent(record, file)
    caching = "no-cache"
    detail = file.name if reason is None else f"{file.name}: {' '.join(reason.split())}"
    if file.kind in _SHOWS_FACES:
        if not caller.may(Permission.SEE_FACES):
            sentence = "this account sees people blurred only"
            raise Fault(403, "not_allowed", sentence, permission=Permission.SEE_FACES.value)
        if reason is None:
            raise Fault(422, "reason_needed", "to see people unblurred needs a reason")
        caching = "no-store"
        if file.kind in _UNBLURRED:
            action = "unblurred"
    if action is not None:
        await services.threads.call(_log, services.database, record, action, caller.account, detail)
    tag = f'"{file.sha256}"'
    headers = {"ETag": tag, "Cache-Control": f"private, {caching}"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    path = evidence.folder.path_of(stored.path)
    try:
        there = await evidence.threads.call(path.stat)
    except FileNotFoundError as error:
        log.error("evidence is gone from the disk: %s", stored.path)
        sentence = f"{file.name} is gone from the centre's disk"
        raise Fault(404, "file_lost", sentence) from error
    return FileResponse(
        path,
        stat_result=there,
        media_type=MEDIA_TYPES[file.name.rpartition(".")[2]],
        headers=headers,
    )


def _evidence(services: Services) -> Evidence:
    if services.evidence is None:
        raise Fault(404, "evidence_off", "no evidence folder is configured (evidence.path)")
    return services.evidence


def _absent(record: EventRecord, file: EvidenceFile) -> Fault:
    for known in record.files:
        if (known.name, known.sha256) == (file.name, file.sha256) and known.deleted_at_ms:
            sentence = f"{file.name} was deleted when its time was over"
            return Fault(404, "file_deleted", sentence)
    return Fault(404, "file_coming", f"{file.name} has not come yet")


def _log(database: Database, record: EventRecord, action: Action, by: str, detail: str) -> None:
    at_ms = now_ms()
    with database.writing() as connection:
        custody.append_unless_since(
            connection, record.message.id, action, by, detail, at_ms - ONCE_WITHIN_MS, at_ms
        )


def _prepare_pack(
    database: Database,
    folder: EvidenceFolder,
    event_id: str,
    caller: Principal,
    body: ExportRequest,
    key: str,
) -> PackContent:
    made_at = datetime.now(UTC)
    with database.writing() as connection:
        # Entered first, so that the pack tells of itself.
        custody.append(connection, event_id, "exported", caller.account, body.reason, now_ms())
    with database.reading() as connection:
        record = events.find(connection, event_id)
        lines, intact = custody.of_event(connection, event_id), custody.is_intact(connection)
    assert record is not None
    here: dict[str, Path] = {}
    absent = []
    for file in record.message.evidence:
        stored = record.stored(file)
        path = None if stored is None else folder.path_of(stored.path)
        ours = file.name in COMPANIONS and file.kind != "manifest"
        if path is not None and path.is_file() and not ours:
            here[file.name] = path
        else:
            absent.append(file.name)
    documents = {
        "README.txt": read_me(event_id, record.message.camera, key, absent, made_at),
        "verify.py": verifier(),
        "event.json": readable(event_view(record).model_dump(mode="json")),
        "custody.json": custody_document(lines, intact),
    }
    return PackContent(made_at, here, documents)
