"""How a program ends beside a thread that hangs inside a native library."""

import atexit
import logging
import os
import sys
import threading


def leave(code: int) -> int:
    """Return ``code`` for ``sys.exit``; see to it that the process ends with it.

    While Python finalises, a daemon thread that comes back from native code (a read inside
    FFmpeg) asks for an interpreter that is being taken down, and the process dies of SIGSEGV
    after everything was stored in order. So beside such a thread nothing is finalised: the
    process ends once the threads that are no daemons have ended, and ``atexit`` callbacks that
    were registered earlier are not called.
    """
    atexit.register(_end_beside_daemons, code)
    return code


def _end_beside_daemons(code: int) -> None:
    me = threading.current_thread()
    if any(thread.daemon for thread in threading.enumerate() if thread is not me):
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
