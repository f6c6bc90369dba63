"""Who would be told: asked before something happens, answered by the rules that hold then."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import AwareDatetime, BaseModel

from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.api.access import needs
from gateway.api.faults import Fault
from gateway.api.notification_reach import seen_people
from gateway.api.services import InjectedServices
from gateway.database import notice_people
from gateway.ingest.commits import now_ms
from gateway.notification.notifiable import Kind, Notifiable, Priority
from gateway.notification.people import Recipient, Roster
from gateway.notification.preview import Why, preview
from quantrac_core.contracts.identifiers import STATION_ID
from quantrac_core.contracts.messages import ms_from_utc, utc_from_ms

router = APIRouter(prefix="/api/v1/notification", tags=["notification"])
Sees = Annotated[Principal, needs(Permission.SEE_DELIVERIES)]
Place = Annotated[str | None, Query(pattern=f"^{STATION_ID.pattern}$", max_length=48)]


class ToldView(BaseModel):
    """Who would be told; ``waits_until`` is the end of quiet hours that hold the message back."""

    recipient: str
    name: str
    step: int
    sinks: list[str]
    waits_until: datetime | None


class UntoldView(BaseModel):
    """Who would not be told, and why."""

    recipient: str
    name: str
    why: Why


class PreviewView(BaseModel):
    """The answer for one place, kind, priority and moment."""

    at: datetime
    told: list[ToldView]
    untold: list[UntoldView]


@router.get("/preview")
async def who_would_be_told(
    services: InjectedServices,
    caller: Sees,
    station: Place = None,
    camera: Place = None,
    kind: Kind = "alarm",
    priority: Priority = "high",
    at: AwareDatetime | None = None,
) -> PreviewView:
    """Return who would be told of something at a station or camera, now or ``at`` a moment."""
    if (station is None) == (camera is None):
        raise HTTPException(422, "give a station or a camera")
    if at is not None and not 2000 <= at.year <= 2200:
        raise Fault(422, "wrong_years", "at must lie between the years 2000 and 2200")
    if station is not None and not caller.reaches_station(station):
        raise HTTPException(404, f"there is no station {station!r}")
    if camera is not None and not caller.reaches_camera(camera):
        raise HTTPException(404, f"there is no camera {camera!r}")
    at_ms = now_ms() if at is None else ms_from_utc(at)

    def load() -> tuple[dict[str, Recipient], dict[str, Roster]]:
        with services.database.reading() as connection:
            return notice_people.recipients(connection), notice_people.rosters(connection)

    people, rosters = await services.threads.call(load)
    news = Notifiable(
        id="preview",
        kind=kind,
        station=station,
        camera=camera,
        group="",
        priority=priority,
        state="firing",
        title_vi="",
        title_en="",
        text_vi="",
        text_en="",
        at_ms=at_ms,
    )
    told, untold = preview(news, people, rosters, at_ms)
    seen = seen_people(caller, people, rosters)
    return PreviewView(
        at=utc_from_ms(at_ms),
        told=[
            ToldView(
                recipient=one.recipient,
                name=people[one.recipient].name,
                step=one.step,
                sinks=one.sinks,
                waits_until=None if one.waits_until_ms is None else utc_from_ms(one.waits_until_ms),
            )
            for one in told
        ],
        untold=[
            UntoldView(recipient=one.recipient, name=people[one.recipient].name, why=one.why)
            for one in untold
            if one.recipient in seen
        ],
    )
