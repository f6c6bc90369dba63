"""Gives memory back that only the start needed (mallopt(3), gc): stations have little of it."""

import ctypes
import gc

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8


def use_one_arena() -> None:
    """Let all threads share one malloc arena; before the first thread starts. glibc only."""
    _mallopt(_M_ARENA_MAX, 1)


def map_large_blocks(least_bytes: int) -> None:
    """Give every block of at least ``least_bytes`` pages of its own, that go back when it is freed.

    Otherwise glibc learns from the first large block that is freed to keep such blocks in its
    heap, where pictures of many sizes leave holes. The heap's own end is given back in larger
    steps: what is taken and given back many times a second costs more than it saves. glibc only.
    """
    _mallopt(_M_MMAP_THRESHOLD, least_bytes)
    _mallopt(_M_TRIM_THRESHOLD, 8 * least_bytes)


def return_unused_memory() -> None:
    """Collect garbage, keep the survivors out of later collections, trim the heap."""
    gc.collect()
    gc.freeze()
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)


def _mallopt(parameter: int, value: int) -> None:
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(parameter, value)
