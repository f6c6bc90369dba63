"""Figures about the alarms of a period."""

from datetime import timedelta
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.alarms.kpis import Kpis, figures
from gateway.api.access import needs
from gateway.api.alarms_models import KpisView
from gateway.api.alarms_views import kpis_view
from gateway.api.faults import Fault
from gateway.api.routes_alarms import reaches
from gateway.api.services import InjectedServices, Services
from gateway.database.alarm_occurrences import occurrences
from gateway.database.engine import Database
from quantrac_core.contracts.identifiers import STATION_ID
from quantrac_core.contracts.messages import ms_from_utc

router = APIRouter(prefix="/api/v1/alarm-kpis", tags=["alarms"])
LONGEST = timedelta(days=370)


class KpiQuestion(NamedTuple):
    """A period in milliseconds since 1970, how many share the work, one station or all."""

    from_ms: int
    to_ms: int
    operators: int
    station: str | None


def wanted_kpis(
    from_: Annotated[AwareDatetime, Query(alias="from")],
    to: AwareDatetime,
    operators: Annotated[int, Query(ge=1, le=100)] = 1,
    station: Annotated[str | None, Query(pattern=f"^{STATION_ID.pattern}$", max_length=48)] = None,
) -> KpiQuestion:
    """Return what a request asks for.

    Raises:
        Fault: 422, empty or too long.
    """
    if not (2000 <= from_.year <= 2200 and 2000 <= to.year <= 2200):
        raise Fault(422, "wrong_years", "from and to must lie between the years 2000 and 2200")
    if from_ >= to:
        raise Fault(422, "wrong_order", "from must lie before to")
    if to - from_ > LONGEST:
        sentence = f"the range is longer than {LONGEST.days} days"
        raise Fault(422, "range_too_long", sentence, most_days=LONGEST.days)
    return KpiQuestion(ms_from_utc(from_), ms_from_utc(to), operators, station)


WantedKpis = Annotated[KpiQuestion, Depends(wanted_kpis)]


@router.get("")
async def show_kpis(
    services: InjectedServices,
    caller: Annotated[Principal, needs(Permission.SEE_STATIONS)],
    wanted: WantedKpis,
) -> KpisView:
    """Return load, bad actors, chattering, stale alarms and times to acknowledge."""
    kpis = await compute_kpis(services, caller, wanted)
    return kpis_view(kpis, wanted.from_ms, wanted.to_ms, wanted.operators)


async def compute_kpis(services: Services, caller: Principal, wanted: KpiQuestion) -> Kpis:
    """Return the figures of what the caller reaches."""
    from_ms, to_ms, operators, station = wanted

    def compute(database: Database) -> Kpis:
        with database.reading() as connection:
            found = occurrences(connection, from_ms, to_ms, station)
        reached = [one for subject, one in found if reaches(caller, subject, one.station)]
        return figures(reached, from_ms, to_ms, operators)

    return await services.threads.call(compute, services.database)
