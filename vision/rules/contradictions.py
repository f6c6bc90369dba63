"""What the zones and rules of one camera cannot mean together."""

from collections.abc import Collection, Sequence

from vision.rules.settings import AnyRule, LineCrossing, Tamper, ZoneSettings


def contradictions(
    rules: Sequence[AnyRule],
    zones: Sequence[ZoneSettings],
    *,
    calendars: Collection[str] = (),
    views: Collection[str] | None = None,
    labels: Collection[str] | None = None,
) -> list[str]:
    """Return one sentence for everything that cannot be meant.

    Args:
        calendars: names of the shared calendars.
        views: names of the camera's views; None where they are not known yet.
        labels: classes of the model; None where they are not known yet.
    """
    found: list[str] = []
    by_name = {zone.name: zone for zone in zones}
    found += _doubled("zone", [zone.name for zone in zones])
    found += _doubled("rule", [rule.id for rule in rules])
    for zone in zones:
        if views is not None and zone.view is not None and zone.view not in views:
            found.append(
                f"zone {zone.name} lies in the view {zone.view}, which does not exist; "
                f"expected {_listed(views)}"
            )
    for rule in rules:
        found += _zone_faults(rule, by_name)
        for ref in rule.calendar:
            if isinstance(ref, str) and ref not in calendars:
                found.append(
                    f"rule {rule.id} names the calendar {ref!r}; expected {_listed(calendars)}"
                )
        for label in rule.label_names:
            if labels is not None and label not in labels:
                found.append(
                    f"rule {rule.id} wants {label!r}, which the model does not know; "
                    f"expected {_listed(labels)}"
                )
    return found


def _zone_faults(rule: AnyRule, zones: dict[str, ZoneSettings]) -> list[str]:
    if isinstance(rule, Tamper):
        return []
    zone = zones.get(rule.zone)
    if zone is None:
        return [f"rule {rule.id} names the zone {rule.zone!r}; expected {_listed(zones)}"]
    wanted = "line" if isinstance(rule, LineCrossing) else "area"
    if zone.shape != wanted:
        return [f"rule {rule.id} ({rule.kind}) needs shape: {wanted} for its zone {zone.name}"]
    return []


def _doubled(what: str, names: list[str]) -> list[str]:
    return [
        f"{what} {name} is defined twice; keep one"
        for name in sorted({name for name in names if names.count(name) > 1})
    ]


def _listed(names: Collection[str]) -> str:
    shown = sorted(names)[:20]
    if not shown:
        return "none, because there is none"
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return ", ".join(shown) + more
