"""A scope owns its tasks, and holds nothing of their work that the work has let go of."""

import asyncio
import weakref
from functools import partial

from quantrac_core.runtime.tasks import TaskScope


class Picture:
    """Something large."""


async def test_what_a_task_was_given_is_free_once_its_work_has_let_go_of_it() -> None:
    let_go, end = asyncio.Event(), asyncio.Event()

    async def show(picture: Picture) -> None:
        del picture
        let_go.set()
        await end.wait()

    async with TaskScope() as scope:
        picture = Picture()
        held = weakref.ref(picture)
        scope.start("show", partial(show, picture))
        del picture
        await let_go.wait()
        assert held() is None
        end.set()
