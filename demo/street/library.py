"""The scenes that come with the demo, and the zones and rules that watch them."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from demo.street.script import SceneScript
from quantrac_core.config.load import read_yaml
from quantrac_core.contracts.errors import ConfigError, ConfigErrors

SCRIPTS = Path(__file__).parent / "scripts"
DEMO_LOOP = SCRIPTS / "demo-loop.yaml"
CAMERA_LAT, CAMERA_LON = 11.5827, 108.9913
"""Where the mast stands."""


def scene_paths() -> list[Path]:
    """Return the files of the evaluation scenes, in order of their names."""
    return sorted((SCRIPTS / "scenes").glob("*.yaml"))


def load_scene(path: Path) -> SceneScript:
    """Return the scene in a file; movers of the groups named in ``with`` come first.

    Raises:
        ConfigErrors: the file is no scene, one line for each fault.
    """
    document = read_yaml(path)
    traffic = read_yaml(SCRIPTS / "traffic.yaml")
    movers: list[Any] = []
    for group in document.pop("with", []):
        if group not in traffic:
            known = ", ".join(traffic)
            raise ConfigErrors([ConfigError(str(path), "with", f"{group!r}", f"any of {known}")])
        movers += traffic[group]
    document["movers"] = movers + document.get("movers", [])
    try:
        return SceneScript.model_validate(document)
    except ValidationError as error:
        raise ConfigErrors(
            [
                ConfigError(
                    str(path), ".".join(map(str, fault["loc"])) or "(file)", fault["msg"], "a scene"
                )
                for fault in error.errors()
            ]
        ) from error


@lru_cache(maxsize=1)
def _watch() -> dict[str, Any]:
    return read_yaml(SCRIPTS / "rules.yaml")


def zones_and_rules(rule_ids: list[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return those rules, and the zones they need, as the vision program's configuration has them.

    Raises:
        KeyError: there is no such rule.
    """
    by_id = {rule["id"]: rule for rule in _watch()["rules"]}
    rules = [dict(by_id[rule_id]) for rule_id in rule_ids]
    needed = {rule.get("zone") for rule in rules}
    return [dict(zone) for zone in _watch()["zones"] if zone["name"] in needed], rules
