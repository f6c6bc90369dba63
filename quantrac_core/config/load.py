"""YAML to a checked model: every fault as one line with file, key, value and what is allowed."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from quantrac_core.contracts.errors import ConfigError, ConfigErrors

Model = TypeVar("Model", bound=BaseModel)
ENV_PREFIX = "QUANTRAC__"
MAX_CONFIG_BYTES = 4 * 1024 * 1024
_SECRET_WORDS = ("password", "secret", "token", "key_file")


# libyaml's parser needs a tenth of the time and memory where PyYAML was built with it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _UniqueKeyLoader(_Loader):  # type: ignore[misc]
    """Refuses a key written twice: YAML would silently keep the last."""


def _construct_unique_mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} is written twice", key_node.start_mark
            )
        seen.add(key)
    mapping: dict[Any, Any] = loader.construct_mapping(node, deep=True)
    return mapping


_UniqueKeyLoader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_unique_mapping
)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file.

    Raises:
        ConfigErrors: if the file is missing, too large, not YAML, or not a mapping.
    """
    file = str(path)
    try:
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise ConfigErrors([ConfigError(file, "(file)", "too large", "at most 4 MiB")])
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)
    except OSError as error:
        raise ConfigErrors(
            [ConfigError(file, "(file)", error.strerror or "unreadable", "a readable YAML file")]
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigErrors([ConfigError(file, "(file)", "not UTF-8", "UTF-8 text")]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"(line {mark.line + 1})" if mark is not None else "(file)"
        problem = getattr(error, "problem", None) or "not YAML"
        raise ConfigErrors([ConfigError(file, where, problem, "valid YAML")]) from error
    if not isinstance(document, dict):
        raise ConfigErrors(
            [ConfigError(file, "(file)", type(document).__name__, "a mapping of keys to values")]
        )
    return document


def apply_environment(document: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """Return ``document`` with ``QUANTRAC__SECTION__KEY=value`` entries laid over it."""
    merged = dict(document)
    for name, text in sorted(environment.items()):
        if not name.startswith(ENV_PREFIX):
            continue
        *sections, leaf = name[len(ENV_PREFIX) :].lower().split("__")
        target = merged
        for section in sections:
            inner = target.get(section)
            target[section] = dict(inner) if isinstance(inner, dict) else {}
            target = target[section]
        target[leaf] = yaml.safe_load(text)
    return merged


def validate(document: dict[str, Any], model: type[Model], file: str) -> Model:
    """Return the checked model of a document read from ``file``.

    Raises:
        ConfigErrors: one entry per fault.
    """
    try:
        return model.model_validate(document, context={"folder": str(Path(file).parent)})
    except ValidationError as error:
        raise ConfigErrors([_as_config_error(detail, file) for detail in error.errors()]) from error


def load_config(
    path: Path, model: type[Model], environment: Mapping[str, str] | None = None
) -> Model:
    """Return the configuration in ``path``, with the environment laid over it.

    Raises:
        ConfigErrors: one entry per fault, each a line a technician can act on.
    """
    document = apply_environment(
        read_yaml(path), os.environ if environment is None else environment
    )
    return validate(document, model, str(path))


def _as_config_error(detail: ErrorDetails, file: str) -> ConfigError:
    key = ".".join(str(part) for part in detail["loc"]) or "(file)"
    allowed = detail["msg"].removeprefix("Value error, ")
    value = detail.get("input")
    kind = detail["type"]
    if kind == "extra_forbidden":
        allowed = "a known key (this one is not)"
    elif kind == "missing":
        value, allowed = "(missing)", "this key to be given"
    if any(word in key.lower() for word in _SECRET_WORDS):
        value = "(hidden)"
    elif isinstance(value, dict | list):
        value = f"{type(value).__name__} of {len(value)}"
    elif isinstance(value, BaseModel):
        value = type(value).__name__
    elif isinstance(value, str) and len(value) > 80:
        value = value[:80] + "…"
    return ConfigError(file, key, value, allowed)
