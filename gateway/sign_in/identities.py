"""Who a cookie or a bearer token belongs to, remembered for seconds: requests do not wait."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from gateway.access.permissions import within_reach
from gateway.access.principal import Identity, Principal
from gateway.access.settings import AccessSettings, ServiceToken
from gateway.database import api_tokens, sessions
from gateway.database.engine import Database, DatabaseUnavailable
from gateway.sign_in.secrets_made import csrf_of, hash_of
from gateway.threads import WorkerThreads
from quantrac_core.runtime.clock import Clock

REMEMBER_S: Final = 5.0
WITHOUT_DATABASE_S: Final = 900.0
"""While the database is away nothing can be revoked either, and the wall goes on."""
MOST_REMEMBERED: Final = 5_000
NOTE_USE_EVERY_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
_SCHEME: Final = "bearer "


@dataclass(slots=True, frozen=True)
class _Remembered:
    identity: Identity | None
    at_s: float


class Identities:
    """Looks secrets up by their hash.

    ``on_forgotten`` is called with an account whose rights have changed here.
    """

    def __init__(
        self, settings: AccessSettings, database: Database, threads: WorkerThreads, clock: Clock
    ) -> None:
        self._idle_ms = int(settings.idle_hours * HOUR_MS)
        self._database = database
        self._threads = threads
        self._clock = clock
        self._services = {hash_of(one.token.reveal()): one for one in settings.service_tokens}
        self._known: OrderedDict[str, _Remembered] = OrderedDict()
        self._generation = 0
        self.on_forgotten: Callable[[str], None] = lambda account: None

    async def of_request(self, cookie: str | None, authorization: str | None) -> Identity | None:
        """Return who asks, or None; a bearer token goes before a cookie.

        Raises:
            DatabaseUnavailable: nobody knows at the moment.
        """
        header = authorization or ""
        if header.lower().startswith(_SCHEME):
            return await self._find(hash_of(header[len(_SCHEME) :].strip()), None)
        return None if not cookie else await self._find(hash_of(cookie), cookie)

    async def again(self, identity: Identity) -> Identity | None:
        """Return what an identity of earlier is now; None when it is over."""
        return await self._find(identity.key, None, identity.csrf)

    def forget(self, account: str) -> None:
        """Ask the database anew about an account, from now on."""
        self._generation += 1
        for key, known in list(self._known.items()):
            if known.identity is None or known.identity.principal.account == account:
                del self._known[key]
        self.on_forgotten(account)

    async def _find(self, key: str, cookie: str | None, csrf: str = "") -> Identity | None:
        service = self._services.get(key)
        if service is not None:
            return _of_service(key, service)
        known = self._known.get(key)
        now_s = self._clock.monotonic()
        if known is not None and now_s - known.at_s < REMEMBER_S:
            return self._in_time(known.identity)
        generation = self._generation
        csrf = csrf or ("" if cookie is None else csrf_of(cookie))
        try:
            identity = await self._threads.call(self._load, key, csrf)
        except DatabaseUnavailable:
            if known is None or known.identity is None or now_s - known.at_s > WITHOUT_DATABASE_S:
                raise
            return self._in_time(known.identity)
        if generation == self._generation:
            self._known[key] = _Remembered(identity, self._clock.monotonic())
            self._known.move_to_end(key)
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return identity

    def _in_time(self, identity: Identity | None) -> Identity | None:
        if identity is None or identity.expires_at_ms is None:
            return identity
        return identity if self._clock.now_ms() < identity.expires_at_ms else None

    def _load(self, key: str, csrf: str) -> Identity | None:
        # Only a cookie has a CSRF token: a session's secret is no bearer token.
        return self._load_session(key, csrf) if csrf else self._load_token(key)

    def _load_session(self, key: str, csrf: str) -> Identity | None:
        now_ms = self._clock.now_ms()
        with self._database.reading() as connection:
            found = sessions.find_with_account(connection, key)
        if found is None:
            return None
        session, account = found
        idle_ms = now_ms - session.seen_at_ms
        if account.disabled or idle_ms > self._idle_ms or session.expires_at_ms <= now_ms:
            return None
        if idle_ms > NOTE_USE_EVERY_MS:
            with self._database.writing() as connection:
                sessions.mark_seen(connection, key, now_ms)
        must_change = account.must_change_password
        return Identity(
            account.principal(), "session", key, csrf, must_change, session.expires_at_ms
        )

    def _load_token(self, key: str) -> Identity | None:
        now_ms = self._clock.now_ms()
        with self._database.reading() as connection:
            found = api_tokens.find_with_account(connection, key)
        if found is None:
            return None
        token, account = found
        if account.disabled or token.revoked_at_ms is not None or token.expires_at_ms <= now_ms:
            return None
        if now_ms - (token.used_at_ms or 0) > NOTE_USE_EVERY_MS:
            with self._database.writing() as connection:
                api_tokens.mark_used(connection, key, now_ms)
        whole = account.principal()
        principal = replace(whole, permissions=whole.permissions & token.permissions)
        return Identity(principal, "token", key, expires_at_ms=token.expires_at_ms)


def _of_service(key: str, service: ServiceToken) -> Identity:
    stations = None if service.stations is None else frozenset(service.stations)
    cameras = None if service.cameras is None else frozenset(service.cameras)
    principal = Principal(
        f"service:{service.name}"[:60],
        service.name,
        within_reach(frozenset(service.may), stations, cameras),
        stations,
        cameras,
    )
    return Identity(principal, "service", key)
