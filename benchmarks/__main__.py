"""``python -m benchmarks [NAME …] [--quick] [--report FILE]``: each in its own process, in turn."""

import argparse
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.figures import load_line, machine_line
from benchmarks.report import with_section


class Benchmark(NamedTuple):
    """A module of this package, what makes it short, and what it measures."""

    module: str
    quick: tuple[str, ...]
    about: str


BENCHMARKS = (
    Benchmark("acquisition_cycle", ("--turns", "1"), "cycle time beside libmodbus, requests"),
    Benchmark("acquisition_cpu", ("--scans", "20"), "CPU of reading beside plain pymodbus"),
    Benchmark("agent_load", ("--quick",), "the agent beside a plain script, 2,000 values/s"),
    Benchmark("change_latency", ("--quick",), "register change to subscriber and to browser"),
    Benchmark("gateway_throughput", ("--values", "100000"), "MQTT to committed store, per store"),
    Benchmark("backfill", ("--quick",), "24 h of three stations after an outage"),
    Benchmark("event_stream_fanout", ("--quick",), "CPU of feeding 200 browsers"),
    Benchmark("month_report", ("--stations", "2"), "a monthly report at full size"),
    Benchmark("web_first_page", ("--quick",), "first page usable in Chromium"),
    Benchmark(
        "vision_throughput",
        ("--turns", "1", "--seconds", "8"),
        "analysed pictures/s beside the raw model and beside ultralytics",
    ),
    Benchmark("vision_latency", ("--quick",), "true entry of an object to broker and desk"),
    Benchmark("vision_idle", ("--quick",), "CPU of a camera at rest, and how soon it wakes"),
    Benchmark("vision_scenes", ("--quick",), "scripted scenes: rule recall, false events, clips"),
    Benchmark("vision_footprint", ("--quick",), "memory, installed size, 8 h of faults"),
    Benchmark("fisheye_recall", (), "persons in overhead fisheye frames, views beside raw"),
)


def run(benchmark: Benchmark, *, quick: bool) -> tuple[str, int]:
    """Run one benchmark, its output passed on as it comes; return that output and its exit code."""
    command = [sys.executable, "-m", f"benchmarks.{benchmark.module}"]
    child = subprocess.Popen(
        [*command, *(benchmark.quick if quick else ())], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    lines = []
    for line in child.stdout:
        print(line, end="", flush=True)
        lines.append(line)
    return "".join(lines), child.wait()


def main() -> int:
    """Run the named benchmarks, or all; return 1 if one of them broke."""
    names = [benchmark.module for benchmark in BENCHMARKS]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Speed as ratios within one run on one machine.",
        epilog="; ".join(f"{benchmark.module}: {benchmark.about}" for benchmark in BENCHMARKS),
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="shorter runs, rougher figures")
    parser.add_argument("--report", type=Path, help="Markdown page to put the figures into")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in names]
    if unknown:
        parser.error(f"no benchmark {unknown[0]}; there are {', '.join(names)}")
    print(machine_line(), flush=True)
    broken = []
    for benchmark in BENCHMARKS:
        if options.names and benchmark.module not in options.names:
            continue
        print(f"\n## {benchmark.module}: {benchmark.about} ({load_line()})", flush=True)
        began_s, where = time.monotonic(), f"{machine_line()}; before: {load_line()}"
        figures, code = run(benchmark, quick=options.quick)
        if code:
            broken.append(benchmark.module)
        elif options.report is not None:
            page = options.report.read_text(encoding="utf-8") if options.report.exists() else ""
            page = with_section(page, benchmark.module, where, figures)
            options.report.write_text(page, encoding="utf-8")
        print(f"({time.monotonic() - began_s:.0f} s)", flush=True)
    if broken:
        print(f"\nbroke: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
