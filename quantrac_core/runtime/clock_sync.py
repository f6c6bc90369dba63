"""Whether the kernel's clock is disciplined by NTP (adjtimex(2)); the only ctypes here."""

import ctypes

_TIME_ERROR = 5


def kernel_clock_synchronised() -> bool:
    """Return False where the kernel says that its clock is not synchronised, or cannot say."""
    libc = ctypes.CDLL(None, use_errno=True)
    # struct timex is 208 bytes on 64-bit Linux; all zero reads without setting anything.
    buffer = ctypes.create_string_buffer(512)
    try:
        state = int(libc.adjtimex(buffer))
    except AttributeError:
        return False
    return state not in (-1, _TIME_ERROR)
