"""Rules that cannot see what they are to report, from where the camera hangs and how it looks."""

from collections.abc import Sequence

from vision.optics.coverage import CoverageMap, WatchedZone, rule_faults
from vision.optics.settings import ViewsSettings
from vision.optics.spaces import Spaces
from vision.rules.settings import AnyRule, ObjectRule, ZoneSettings


def rules_that_cannot_see(
    rules: Sequence[AnyRule],
    zones: Sequence[ZoneSettings],
    views: ViewsSettings,
    coverage: CoverageMap,
    spaces: Spaces,
) -> list[str]:
    """Return a sentence for each rule whose zone lies where its objects are too small."""
    watched = {zone.name: watched_zone(zone) for zone in zones}
    return [
        fault
        for rule in rules
        if isinstance(rule, ObjectRule) and rule.zone in watched
        for fault in rule_faults(
            coverage,
            spaces,
            watched[rule.zone],
            {label: views.required_px(label) for label in rule.labels},
            rule=rule.id,
        )
    ]


def watched_zone(zone: ZoneSettings) -> WatchedZone:
    """Return a zone as geometry takes it."""
    return WatchedZone(zone.name, zone.space, zone.points, zone.shape == "line")
