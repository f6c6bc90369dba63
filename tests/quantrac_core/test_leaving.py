"""A program ends with its own exit code, whatever threads still hang in native code."""

import subprocess
import sys

PROGRAM = """
import atexit, sys, threading, time
from quantrac_core.runtime.leaving import leave

atexit.register(print, "finalised")
hanging = threading.Event()

def work():
    time.sleep(0.2)
    print("stored", flush=True)

def hang():
    hanging.set()
    time.sleep(600)

threading.Thread(target=work).start()
if {hangs}:
    threading.Thread(target=hang, daemon=True).start()
    hanging.wait()
sys.stdout.write("last word\\n")
sys.exit(leave(3))
"""


def ended(*, hangs: bool) -> tuple[int, list[str]]:
    """Return the exit code and the lines of a program that leaves."""
    program = PROGRAM.format(hangs=hangs)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, sorted(done.stdout.split("\n"))


def test_beside_a_hanging_thread_a_program_ends_without_finalising_after_its_work() -> None:
    assert ended(hangs=True) == (3, ["", "last word", "stored"])


def test_without_one_it_ends_as_every_program_does() -> None:
    assert ended(hangs=False) == (3, ["", "finalised", "last word", "stored"])
