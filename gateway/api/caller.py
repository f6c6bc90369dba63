"""Who is asking: by their own word, until people have accounts."""

from typing import Annotated, Final
from urllib.parse import unquote

from fastapi import Depends, Header, Query

UNKNOWN: Final = "không rõ"


def who_asks(
    by: Annotated[str | None, Query(max_length=60)] = None,
    x_by: Annotated[str | None, Header(max_length=200)] = None,
) -> str:
    """Return the name in ``?by=`` or in the header ``X-By`` (percent-encoded UTF-8)."""
    named = " ".join((by or unquote(x_by or "")).split())[:60]
    return named.replace("\x00", "") or UNKNOWN


Caller = Annotated[str, Depends(who_asks)]
