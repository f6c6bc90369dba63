"""What the tests of notices under faults share with those of the gateway."""

from tests.gateway.conftest import broker, new_centre, new_station
from tests.gateway.notification.conftest import certificate, hook, mails, section

__all__ = ["broker", "certificate", "hook", "mails", "new_centre", "new_station", "section"]
