"""Names of stations, channels and cameras: safe in topics, URLs, tags and file names."""

import re
import secrets

STATION_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
CHANNEL_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
STATION_ID_RULE = "1 to 48 of a-z, 0-9 and '-', not at the ends"
CHANNEL_NAME_RULE = "1 to 48 of a-z, 0-9 and '_', beginning with a letter"


def is_station_id(text: str) -> bool:
    """Tell whether ``text`` may name a station or a camera."""
    return STATION_ID.fullmatch(text) is not None


def is_channel_name(text: str) -> bool:
    """Tell whether ``text`` may name a channel."""
    return CHANNEL_NAME.fullmatch(text) is not None


def new_random_id() -> str:
    """Return 16 hexadecimal digits (64 random bits): a boot or an outbox."""
    return secrets.token_hex(8)
