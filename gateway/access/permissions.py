"""Roles and what each may do: one table, which the tests read against every route."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a person is at the centre."""

    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    POLICE = "police"
    LEADER = "leader"
    STATION_OWNER = "station_owner"
    TECHNICIAN = "technician"


class Permission(StrEnum):
    """One thing that may be done; every route names the one it needs."""

    SEE_STATIONS = "see_stations"
    """Stations, their readings, alarms and completeness."""
    HANDLE_ALARMS = "handle_alarms"
    """Acknowledge, shelve, unshelve, reset, comment."""
    SERVICE_ALARMS = "service_alarms"
    """Take out of service and put back, suppress by design."""
    SEE_EVENTS = "see_events"
    """Cameras, live pictures and security events, with blurred pictures only."""
    JUDGE_EVENTS = "judge_events"
    """Verdict, note, lock."""
    SEE_FACES = "see_faces"
    """Unblurred pictures and clips, with a reason."""
    EXPORT_EVIDENCE = "export_evidence"
    """Evidence packs and original files, with a reason."""
    SEE_REPORTS = "see_reports"
    """Reports of the whole city; only with every station and camera in reach."""
    WRITE_REPORTS = "write_reports"
    """Fill in sections, edit, generate."""
    SEE_SYSTEM = "see_system"
    """Health in detail, refused messages, metrics."""
    SEE_DELIVERIES = "see_deliveries"
    """Who was told of what, and whether it arrived."""
    CONFIGURE = "configure"
    """Duty rosters, recipients, alarm texts, report settings."""
    MANAGE_ACCOUNTS = "manage_accounts"
    """Accounts, roles, grants, tokens of others."""
    SEE_AUDIT = "see_audit"


_P = Permission
MAY: Final[dict[Role, frozenset[Permission]]] = {
    Role.ADMINISTRATOR: frozenset(Permission) - {_P.SEE_FACES, _P.EXPORT_EVIDENCE},
    Role.OPERATOR: frozenset(
        {
            _P.SEE_STATIONS,
            _P.HANDLE_ALARMS,
            _P.SERVICE_ALARMS,
            _P.SEE_EVENTS,
            _P.JUDGE_EVENTS,
            _P.SEE_REPORTS,
            _P.WRITE_REPORTS,
            _P.SEE_SYSTEM,
            _P.SEE_DELIVERIES,
        }
    ),
    Role.POLICE: frozenset(
        {_P.SEE_EVENTS, _P.JUDGE_EVENTS, _P.SEE_FACES, _P.EXPORT_EVIDENCE, _P.SEE_REPORTS}
    ),
    Role.LEADER: frozenset({_P.SEE_STATIONS, _P.SEE_EVENTS, _P.SEE_REPORTS}),
    Role.STATION_OWNER: frozenset({_P.SEE_STATIONS}),
    Role.TECHNICIAN: frozenset(
        {_P.SEE_STATIONS, _P.HANDLE_ALARMS, _P.SERVICE_ALARMS, _P.SEE_SYSTEM}
    ),
}
"""An administrator gives rights away but sees no face: that is for those who investigate."""
CITY_WIDE: Final = frozenset({_P.SEE_REPORTS, _P.WRITE_REPORTS})
"""What is about every station and camera at once, and cannot be cut to some of them."""


def within_reach(
    permissions: frozenset[Permission],
    stations: frozenset[str] | None,
    cameras: frozenset[str] | None,
) -> frozenset[Permission]:
    """Return what is left to somebody who reaches these only (None is all)."""
    reaches_all = stations is None and cameras is None
    return permissions if reaches_all else permissions - CITY_WIDE
