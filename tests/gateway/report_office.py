"""Desks of one or several gateways over one database and store, and a clock to set."""

from datetime import date
from pathlib import Path

from gateway.database.engine import Database
from gateway.report_reminders import ReportReminders
from gateway.reports.desk import ReportDesk
from gateway.stores.sqlite import SqliteStore
from tests.gateway.report_samples import at_site, report_settings

THURSDAY, FRIDAY = date(2024, 12, 19), date(2024, 12, 20)


class Office:
    """What the tests of a report's life begin with; the clock stands at Thursday, 9 o'clock."""

    def __init__(self, folder: Path, database: Database, store: SqliteStore) -> None:
        self.folder, self.database, self.store = folder, database, store
        self.now_ms = at_site(THURSDAY, 9)
        self.desks: list[ReportDesk] = []

    def desk(self, name: str = "gateway", *, reminds: bool = False) -> ReportDesk:
        """Return the desk of one more gateway."""
        settings = report_settings(self.folder, monthly={"enabled": False})
        remind = ReportReminders(settings.form, self.database).remind
        made = ReportDesk(
            settings,
            self.store,
            self.database,
            [],
            [],
            lambda: self.now_ms,
            remind if reminds else lambda _now_ms: None,
            name,
        )
        self.desks.append(made)
        return made
