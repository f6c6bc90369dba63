"""Named tasks with an owner: started, watched, restarted within bounds, cancelled, awaited."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import TracebackType

from quantrac_core.runtime.backoff import Backoff

log = logging.getLogger(__name__)
HEALTHY_AFTER_S = 60.0


class TaskScope:
    """Owns the tasks started in it; leaving the scope cancels and awaits them all.

    A task that fails without a restart policy ends the scope: `wait` raises its error.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed: asyncio.Future[None] | None = None
        self.restarts = 0

    async def __aenter__(self) -> "TaskScope":
        self._failed = asyncio.get_running_loop().create_future()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def start(
        self,
        name: str,
        work: Callable[[], Awaitable[None]],
        restart: Backoff | None = None,
        fatal: tuple[type[Exception], ...] = (),
    ) -> asyncio.Task[None]:
        """Start ``work()`` as a task called ``name``; with ``restart`` a failure is retried.

        An error of a kind in ``fatal`` is never retried: it ends the scope.
        """
        task = asyncio.get_running_loop().create_task(
            self._run(name, work, restart, fatal), name=name
        )
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    async def _run(
        self,
        name: str,
        work: Callable[[], Awaitable[None]],
        restart: Backoff | None,
        fatal: tuple[type[Exception], ...],
    ) -> None:
        if restart is None:
            # Called once: what it was given is the work's own, to let go of when it likes.
            begun = work()
            del work
            await begun
            return
        clock = asyncio.get_running_loop().time
        while True:
            began = clock()
            try:
                await work()
                return
            except Exception as error:
                if isinstance(error, fatal):
                    raise
                if clock() - began > HEALTHY_AFTER_S:
                    restart.reset()
                delay_s = restart.next_delay_s()
                self.restarts += 1
                log.error(
                    "task %s failed (%r); again in %.1f s", name, error, delay_s, exc_info=error
                )
            await asyncio.sleep(delay_s)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None and self._failed is not None and not self._failed.done():
            self._failed.set_exception(error)

    async def wait(self, stop: asyncio.Event) -> None:
        """Return when ``stop`` is set; raise the error of the first task that failed for good."""
        assert self._failed is not None
        waiter = asyncio.get_running_loop().create_task(_wait_for(stop), name="stop-waiter")
        try:
            await asyncio.wait({waiter, self._failed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiter.cancel()
        if self._failed.done():
            self._failed.result()

    async def close(self) -> None:
        """Cancel what still runs and wait until it has ended."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._failed is not None and self._failed.done() and not self._failed.cancelled():
            self._failed.exception()


async def _wait_for(event: asyncio.Event) -> None:
    await event.wait()
