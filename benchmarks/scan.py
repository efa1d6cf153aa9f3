"""Scanning every root of an output, against importing Checkov alone: `python -m benchmarks.scan cdktf.out`.

Each runs in a fresh interpreter; the least of three counts, in seconds of processor time, which neighbours disturb less
than the clock. The bound is a ratio of 1.3.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

BOUND = 1.3
_IMPORT = ["-c", "import isthmus.scan.engine"]  # imports what Checkov needs, and nothing of weight besides


def _measure(arguments: list[str]) -> tuple[float, float]:
    """Processor and clock time of one run, in seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    if done.returncode == 2:
        sys.exit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, time.perf_counter() - start


def main() -> int:
    """Print both times and their ratio; 1 if it exceeds the bound."""
    scan = ["-m", "isthmus", "scan", *sys.argv[1:]]
    imported = min(_measure(_IMPORT) for _ in range(3))
    scanned = min(_measure(scan) for _ in range(3))
    ratio = scanned[0] / imported[0]
    print(f"import {imported[0]:.2f} s, import and scan {scanned[0]:.2f} s: {ratio:.2f} times (bound {BOUND})")
    print(f"by the clock {imported[1]:.2f} s and {scanned[1]:.2f} s")
    return int(ratio > BOUND)


if __name__ == "__main__":
    sys.exit(main())
