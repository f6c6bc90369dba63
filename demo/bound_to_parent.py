"""Become a command that dies with its parent: `bound_to_parent.py PARENT_PID COMMAND…`.

A demo that was itself killed cannot tidy up; this keeps its children from outliving it.
Run as a script, with the standard library only, so that it costs a few milliseconds.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>; the setting survives execve."""


def main(arguments: list[str]) -> None:
    """Bind this process to its parent and become the command."""
    parent_pid, command = int(arguments[0]), arguments[1:]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent_pid:
        # The parent died before the binding stood.
        sys.exit(1)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
