"""Lets the embedded store forget what is past its retention, a little at a time."""

import asyncio
import time
from typing import Final

from gateway.stores.interface import Store
from gateway.stores.sqlite import SqliteStore
from gateway.threads import WorkerThreads

ROUND_S: Final = 600.0
PAUSE_S: Final = 0.5


async def keep_retention(store: Store) -> None:
    """Delete in small steps, for ever; other stores keep their own retention."""
    if not isinstance(store, SqliteStore):
        return
    threads = WorkerThreads("retention")
    try:
        while True:
            deleted = await threads.call(store.forget_older, int(time.time() * 1000))
            await asyncio.sleep(PAUSE_S if deleted else ROUND_S)
    finally:
        threads.close()
