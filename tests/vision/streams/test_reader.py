"""A reader that has ended holds nothing of its connection."""

import gc
import threading
import weakref
from collections.abc import Iterator
from typing import cast

import pytest

from vision.streams.faults import StreamFault
from vision.streams.packet import StreamPacket
from vision.streams.reader import Reader
from vision.streams.rtsp_source import RtspSource


class Container:
    """What FFmpeg would have opened."""


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def test_what_ffmpeg_held_is_free_as_soon_as_the_connection_has_ended(no_collector: None) -> None:
    opened: list[weakref.ref[object]] = []

    class Source:
        def packets(self, _: threading.Event) -> Iterator[StreamPacket]:
            container = Container()
            opened.append(weakref.ref(container))
            yield from ()
            raise StreamFault("ended", str(container))

    reader = Reader("reader", cast("RtspSource", Source()), None)
    reader.start()
    assert reader.join(5)
    with pytest.raises(StreamFault, match="ended"):
        reader.queue.take(0)
    assert [container() for container in opened] == [None]
