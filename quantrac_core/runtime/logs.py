"""Log lines on stderr: one format, secrets redacted, repeats counted instead of printed."""

import logging
import re
import sys
import time

_SECRET = re.compile(r"(?i)(password|passwd|token|secret|authorization)(\"?\s*[=:]\s*)(\S+)")
_URL_LOGIN = re.compile(r"(\w+://[^\s:/@]+:)([^\s@/]+)@")
REPEAT_WINDOW_S = 60.0
MAX_REMEMBERED = 512


def redact(text: str) -> str:
    """Return ``text`` with passwords, tokens and URL logins replaced by ``***``."""
    return _URL_LOGIN.sub(r"\1***@", _SECRET.sub(r"\1\2***", text))


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class RepeatFilter(logging.Filter):
    """Lets the same message through once a minute and tells how often it was held back."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[tuple[str, int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        key = (record.name, record.levelno, record.getMessage())
        now = time.monotonic()
        last = self._seen.get(key)
        if last is not None and now - last[0] < REPEAT_WINDOW_S:
            self._seen[key] = (last[0], last[1] + 1)
            return False
        if len(self._seen) >= MAX_REMEMBERED:
            self._seen.clear()
        self._seen[key] = (now, 0)
        if last is not None and last[1]:
            record.msg = f"{record.getMessage()} (and {last[1]} times more)"
            record.args = ()
        return True


def configure_logging(level: str = "INFO") -> None:
    """Send all logs of this process to stderr; libraries only from WARNING up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(RepeatFilter())
    formatter = _Redacting("%(asctime)s.%(msecs)03dZ %(levelname)-7s %(name)s: %(message)s")
    formatter.datefmt = "%Y-%m-%dT%H:%M:%S"
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for ours in ("quantrac_core", "station_drivers", "edge_agent", "gateway", "vision", "demo"):
        logging.getLogger(ours).setLevel(level)
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
