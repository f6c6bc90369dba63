"""Every route of the gateway, and the rule that it names, read from the application itself."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from gateway.api.access import Needs, OpenToAll, Rule, SignedIn, UploadToken
from gateway.api.map_settings import MapSettings
from gateway.api.services import Services
from gateway.api.site import build_site


class Found(NamedTuple):
    """One method of one path, with its rules in words."""

    method: str
    path: str
    rules: tuple[str, ...]


def site(web_folder: Path) -> FastAPI:
    """Return the application, without anything behind it."""
    services = SimpleNamespace(version="test", web_folder=web_folder, map=MapSettings())
    return build_site(cast(Services, services), ["localhost"])


def every_route(app: FastAPI) -> list[Found]:
    """Return the routes of the API in the order of their paths."""
    return sorted(
        Found(method, route.path, tuple(word_of(rule) for rule in rules_of(route.dependant)))
        for route in _flat(app.routes)
        if isinstance(route, APIRoute)
        for method in route.methods
    )


def others(app: FastAPI) -> list[str]:
    """Return what the site serves besides its API."""
    return [one.name for one in _flat(app.routes) if not isinstance(one, APIRoute)]


def _flat(routes: Sequence[Any]) -> Iterator[Any]:
    for route in routes:
        # FastAPI keeps an included router as one entry.
        router = getattr(route, "original_router", None)
        if router is None:
            yield route
        else:
            yield from _flat(router.routes)


def rules_of(dependant: Dependant) -> list[Rule]:
    """Return the rules that a route depends on, however deep."""
    found: list[Rule] = []
    for one in dependant.dependencies:
        if isinstance(one.call, Rule):
            found.append(one.call)
        found += rules_of(one)
    return found


def word_of(rule: Any) -> str:
    """Return a rule in one word."""
    if isinstance(rule, Needs):
        return rule.permission.value
    return {SignedIn: "signed_in", OpenToAll: "open", UploadToken: "upload_token"}[type(rule)]
