"""Worker threads for blocking work, which a hung store cannot keep from ending with the program."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class WorkerThreads:
    """A few daemon threads that run functions for the event loop.

    The interpreter joins the threads of `concurrent.futures` at exit, so a write that hangs
    in a frozen store would hold up an orderly stop; these it does not wait for.

    Args:
        name: shows in thread lists.
        threads: how many; 1 keeps calls in order.
    """

    def __init__(self, name: str, threads: int = 1) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{index}", daemon=True)
            for index in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    async def call(
        self,
        function: Callable[Parameters, Result],
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        """Run ``function`` in a thread and return its result or raise its error."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()

        def job() -> None:
            try:
                outcome = function(*args, **kwargs)
            except Exception as error:
                _tell(loop, _fail, future, error)
            else:
                _tell(loop, _succeed, future, outcome)

        self._jobs.put(job)
        return await future

    def close(self, timeout_s: float = 0.1) -> None:
        """Let the threads end after what they are doing; wait ``timeout_s`` at most for each."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join(timeout_s)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def _tell(
    loop: asyncio.AbstractEventLoop,
    settle: Callable[["asyncio.Future[Any]", Any], None],
    future: "asyncio.Future[Any]",
    what: Any,
) -> None:
    # The loop may have ended while the work hung.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(settle, future, what)


def _succeed(future: "asyncio.Future[Any]", outcome: Any) -> None:
    if not future.done():
        future.set_result(outcome)


def _fail(future: "asyncio.Future[Any]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
