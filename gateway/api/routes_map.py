"""What the map page needs to know before it can draw."""

from fastapi import APIRouter
from pydantic import BaseModel

from gateway.api.access import Self
from gateway.api.services import InjectedServices

router = APIRouter(prefix="/api/v1/map", tags=["map"])


class MapView(BaseModel):
    """Where the tiles are; ``tiles_url`` is null where the map has a plain background."""

    tiles_url: str | None
    attribution: str
    most_zoom: int


@router.get("")
async def get_map(services: InjectedServices, _caller: Self) -> MapView:
    """Return the map's background."""
    settings = services.map
    return MapView(
        tiles_url=settings.tiles_url,
        attribution=settings.attribution,
        most_zoom=settings.most_zoom,
    )
