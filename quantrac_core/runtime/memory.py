"""Gives memory back that only the start needed (mallopt(3), gc): stations have little of it."""

import ctypes
import gc

_M_ARENA_MAX = -8


def use_one_arena() -> None:
    """Let all threads share one malloc arena; before the first thread starts. glibc only."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_ARENA_MAX, 1)


def return_unused_memory() -> None:
    """Collect garbage, keep the survivors out of later collections, trim the heap."""
    gc.collect()
    gc.freeze()
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)
