"""All benchmarks, one after the other, each in a process of its own.

python -m tests.benchmarks [--short] [name …]

They print figures beside their aims; nothing is failed for being slow. Read `docs/benchmarks.md` first.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time

NAMES = ("intake", "turns", "load", "lateness", "nearest", "nearest_million", "console")


def main(arguments: list[str]) -> int:
    """1 when a benchmark missed an aim, or could not run."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="what it costs, as ratios"
    )
    parser.add_argument("--short", action="store_true", help="enough to see that they run")
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="all without any")
    given = parser.parse_args(arguments)
    _machine()
    missed = [name for name in given.names or NAMES if _run(name, given.short)]
    print(f"aims missed: {', '.join(missed) or 'none'}")
    return 1 if missed else 0


def _machine() -> None:
    """What the figures were made on: crowding, the speed of Python, and how fast the disk keeps what it is told."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    began = time.process_time()
    sum(number & 7 for number in range(3_000_000))
    python_ms = (time.process_time() - began) * 1000
    print(
        f"{os.cpu_count()} processors, load before {load}; 3 million additions {python_ms:.0f} ms;"
        f" the disk syncs {_syncs_per_s():,.0f} times a second",
        flush=True,
    )


def _syncs_per_s(seconds: float = 1.0) -> float:
    """Appends of 4 KB, each synced before the next."""
    with tempfile.NamedTemporaryFile(prefix="rescue-bench-") as file:
        began, done = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            file.write(bytes(4096))
            file.flush()
            os.fdatasync(file.fileno())
            done += 1
        return done / (time.perf_counter() - began)


def _run(name: str, short: bool) -> bool:
    words = [sys.executable, "-m", f"tests.benchmarks.{name}", *(["--short"] if short else [])]
    return subprocess.run(words, check=False).returncode != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
