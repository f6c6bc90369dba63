"""Runs notification inside a gateway: the watch, and a lane for each sink."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final

from gateway.database import notice_queue
from gateway.database.alarm_records import AlarmRecord
from gateway.database.engine import Database, DatabaseUnavailable
from gateway.metrics import Sample
from gateway.notification.email import Email
from gateway.notification.from_alarms import Handling, handling_of
from gateway.notification.lane import Lane, Retry
from gateway.notification.outcomes import Sender
from gateway.notification.settings import NotificationSettings
from gateway.notification.watch import Watch
from gateway.threads import WorkerThreads
from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.clock import Clock
from quantrac_core.runtime.tasks import TaskScope

log = logging.getLogger(__name__)
FORGET_S: Final = 3_600.0


class Notifier:
    """Tells people, for as long as `run` runs.

    Args:
        name: of this gateway, different for each that shares the database.
        handling: tells an alarm's priority and whether it is silenced.

    Raises:
        ConfigErrors: the key for browsers can be neither read nor made.
    """

    def __init__(
        self,
        settings: NotificationSettings,
        database: Database,
        name: str,
        clock: Clock,
        handling: Callable[[AlarmRecord], Handling] = handling_of,
    ) -> None:
        self.settings = settings
        self.push_public_key: str | None = None
        self._database = database
        self._name = name
        self._clock = clock
        self._watch = Watch(settings, database, handling, clock.now_ms())
        self._looking = WorkerThreads("notice-watch")
        self._queueing = WorkerThreads("notice-queue", threads=2)
        self._woken = asyncio.Event()
        retry = Retry(
            settings.retry_first_s,
            settings.retry_most_s,
            int(settings.give_up_after_h * 3_600_000),
        )
        # A blocking library may take three times the timeout of one step.
        attempt_s = 3 * settings.timeout_s
        senders = self._senders()
        self.lanes = [
            Lane(
                sink,
                senders[sink],
                database,
                self._queueing,
                name,
                at_a_time,
                attempt_s,
                retry,
                clock.now_ms,
            )
            for sink, at_a_time in settings.sinks().items()
        ]

    def wake(self) -> None:
        """Look now: something was committed. Missing a call costs a second and nothing else."""
        self._woken.set()

    async def run(self) -> None:
        """Tell people until cancelled."""
        try:
            async with TaskScope() as scope:
                await self._take_back()
                for lane in self.lanes:
                    scope.start(f"notices-{lane.sink}", lane.run, Backoff())
                scope.start("notices-forget", self._forget, Backoff())
                await self._look_for_ever()
        finally:
            for lane in self.lanes:
                await lane.close()

    def close(self) -> None:
        """End the threads."""
        self._looking.close()
        self._queueing.close()

    def samples(self) -> Iterable[Sample]:
        """Yield what each lane has done since the start."""
        for lane in self.lanes:
            labels = {"sink": lane.sink}
            yield "notices_sent", "Deliveries that arrived", labels, lane.sent
            yield "notices_failed", "Deliveries that failed for good", labels, lane.failed
            yield "notices_retried", "Attempts that will be repeated", labels, lane.retried

    async def _look_for_ever(self) -> None:
        backoff = Backoff(first_s=0.5, most_s=10.0)
        while True:
            self._woken.clear()
            try:
                looked = await self._looking.call(self._watch.look, self._clock.now_ms())
            except DatabaseUnavailable as error:
                log.warning("nobody can be told of anything now: %s", error)
                await asyncio.sleep(backoff.next_delay_s())
                continue
            backoff.reset()
            if looked.deliveries:
                for lane in self.lanes:
                    lane.wake()
            if looked.more:
                continue
            try:
                async with asyncio.timeout(self.settings.look_interval_s):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _take_back(self) -> None:
        try:
            await self._queueing.call(self._let_go)
        except DatabaseUnavailable as error:
            log.warning("what was in hand at the last end waits for its claim: %s", error)

    def _let_go(self) -> None:
        with self._database.writing() as connection:
            notice_queue.let_go(connection, self._name)

    async def _forget(self) -> None:
        while True:
            await asyncio.sleep(FORGET_S)
            await self._looking.call(self._watch.forget, self._clock.now_ms())

    def _senders(self) -> dict[str, Sender]:
        settings = self.settings
        url, timeout_s = settings.public_url, settings.timeout_s
        senders: dict[str, Sender] = {}
        if settings.smtp is not None:
            senders["email"] = Email(settings.smtp, url, timeout_s)
        # The libraries behind these take a second to load, and most centres use one or two of them.
        if settings.push is not None:
            from gateway.notification.push_key import load_push_key, public_key_of
            from gateway.notification.web_push import WebPush

            key = load_push_key(settings.push.key_file)
            self.push_public_key = public_key_of(key)
            senders["push"] = WebPush(key, settings.push.contact, self._database, timeout_s)
        if settings.webhooks:
            from gateway.notification.webhook import Webhook
        for name, webhook in settings.webhooks.items():
            senders[f"webhook:{name}"] = Webhook(webhook, url, timeout_s)
        if settings.apprise:
            from gateway.notification.apprise_channel import AppriseChannel
        for name, address in settings.apprise.items():
            senders[f"apprise:{name}"] = AppriseChannel(name, address, url, timeout_s)
        return senders
