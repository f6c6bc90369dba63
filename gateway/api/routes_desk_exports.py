"""Tables of the desks as files: alarm figures, deliveries and lines of the audit."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.api.access import needs
from gateway.api.downloads import (
    MAX_RECORDS,
    Format,
    From,
    file_name,
    hand_out_tables,
    open_range_ms,
    refuse_too_many,
)
from gateway.api.notification_reach import seen_deliveries
from gateway.api.routes_alarm_kpis import WantedKpis, compute_kpis
from gateway.api.routes_audit import SeesAudit, WantedLines
from gateway.api.services import InjectedServices
from gateway.database import audit, notice_people, notice_queue
from gateway.database.custody import CustodyRecord
from gateway.database.engine import Database
from gateway.database.notice_queue import Delivery, DeliveryState
from gateway.exports.kpi_tables import kpi_tables
from gateway.exports.people_tables import audit_table, deliveries_table

router = APIRouter(prefix="/api/v1", tags=["exports"])


@router.get("/alarm-kpis.{form}", response_class=Response)
async def export_kpis(
    services: InjectedServices,
    caller: Annotated[Principal, needs(Permission.SEE_STATIONS)],
    request: Request,
    form: Format,
    wanted: WantedKpis,
) -> Response:
    """Return the figures about the alarms of a period as a file."""
    from_ms, to_ms, operators, station = wanted
    kpis = await compute_kpis(services, caller, wanted)
    tables = kpi_tables(kpis, from_ms, to_ms, operators)
    name = file_name("chi-so-canh-bao", station, from_ms=from_ms, to_ms=to_ms)
    return await hand_out_tables(services, caller, request, tables, form, name)


@router.get("/notification/deliveries.{form}", response_class=Response)
async def export_deliveries(
    services: InjectedServices,
    caller: Annotated[Principal, needs(Permission.SEE_DELIVERIES)],
    request: Request,
    form: Format,
    state: DeliveryState | None = None,
    from_: From = None,
    to: datetime | None = None,
) -> Response:
    """Return what was sent to whom in [from, to) as a file, newest first.

    What speaks of anything beyond the caller's reach is left out.
    """
    from_ms, to_ms = open_range_ms(from_, to)

    def load(database: Database) -> tuple[list[Delivery], dict[str, str]]:
        with database.reading() as connection:
            found = notice_queue.search(
                connection, state, None, MAX_RECORDS + 1, from_ms=from_ms, to_ms=to_ms
            )
            refuse_too_many(len(found), MAX_RECORDS)
            seen = filter(seen_deliveries(connection, caller), found)
            return list(seen), _names(connection)

    found, names = await services.threads.call(load, services.database)
    tables = [deliveries_table(found, names)]
    name = file_name("thong-bao-da-gui", state, from_ms=from_ms, to_ms=to_ms)
    return await hand_out_tables(services, caller, request, tables, form, name)


@router.get("/audit.{form}", response_class=Response)
async def export_audit_lines(
    services: InjectedServices,
    caller: SeesAudit,
    request: Request,
    form: Format,
    wanted: WantedLines,
) -> Response:
    """Return lines of the audit as a table, by the filters of the list; no proof of the chain."""

    def load(database: Database) -> list[CustodyRecord]:
        with database.reading() as connection:
            return audit.search(connection, wanted, None, MAX_RECORDS + 1)

    found = await services.threads.call(load, services.database)
    refuse_too_many(len(found), MAX_RECORDS)
    name = file_name("nhat-ky", from_ms=wanted.from_ms, to_ms=wanted.to_ms)
    return await hand_out_tables(
        services, caller, request, [audit_table(found)], form, name, "audit_exported"
    )


def _names(connection: Connection) -> dict[str, str]:
    return {id: one.name for id, one in notice_people.recipients(connection).items()}
