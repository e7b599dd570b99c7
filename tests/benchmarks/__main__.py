"""All benchmarks, one after the other, each in a process of its own.

python -m tests.benchmarks [--short] [name …]

They print figures beside their aims; nothing is failed for being slow. Read `docs/benchmarks.md` first.
"""

import argparse
import os
import subprocess
import sys

NAMES = ("intake", "turns", "load", "lateness", "nearest", "nearest_million")


def main(arguments: list[str]) -> int:
    """1 when a benchmark missed an aim, or could not run."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="what it costs, as ratios"
    )
    parser.add_argument("--short", action="store_true", help="enough to see that they run")
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="all without any")
    given = parser.parse_args(arguments)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{os.cpu_count()} processors, load before {load}", flush=True)
    missed = [name for name in given.names or NAMES if _run(name, given.short)]
    print(f"aims missed: {', '.join(missed) or 'none'}")
    return 1 if missed else 0


def _run(name: str, short: bool) -> bool:
    words = [sys.executable, "-m", f"tests.benchmarks.{name}", *(["--short"] if short else [])]
    return subprocess.run(words, check=False).returncode != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
