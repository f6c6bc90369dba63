"""Settings of what the page shows beyond the gateway's own data."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from quantrac_core.config.strict import StrictModel

_TEMPLATE: Final = re.compile(r"(?:https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?)?/[A-Za-z0-9._~/{}@-]*")
TILES_RULE: Final = (
    "an address such as https://tiles.example.vn/{z}/{x}/{y}.png, or a path of this server such as"
    " /tiles/{z}/{x}/{y}.png, with {z}, {x} and {y} once each and without a key or a password"
)


def _tiles_template(text: str) -> str:
    names = sorted(re.findall(r"\{([^}]*)\}", text))
    # A browser takes two slashes at the beginning for another server.
    if not _TEMPLATE.fullmatch(text) or names != ["x", "y", "z"] or text.startswith("//"):
        raise ValueError(TILES_RULE)
    return text


class MapSettings(StrictModel):
    """Where the map's pictures come from; without ``tiles_url`` it draws a plain grid.

    Args:
        tiles_url: template of square map tiles (Web Mercator, 256 px); browsers ask it themselves.
        attribution: what the owner of the tiles wants to read on them; plain text.
        most_zoom: the closest zoom that the tiles have.
    """

    tiles_url: Annotated[str, Field(max_length=300), AfterValidator(_tiles_template)] | None = None
    attribution: str = Field(default="", max_length=200)
    most_zoom: int = Field(default=18, ge=1, le=22)

    def foreign_origin(self) -> str | None:
        """Return ``scheme://host[:port]`` of the tiles where it is not this server."""
        if self.tiles_url is None or self.tiles_url.startswith("/"):
            return None
        parts = urlsplit(self.tiles_url)
        return f"{parts.scheme}://{parts.netloc}"
