"""Runs of a command: the processor time and the memory of all its processes."""

from __future__ import annotations

import resource
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_SAMPLE_EVERY_S = 0.1


@dataclass(frozen=True)
class Run:
    """One run of a command: processor time of all its processes, and the peak of their memory (Linux only, else 0)."""

    cpu_s: float
    peak_mb: float

    @classmethod
    def median(cls, runs: Iterable[Run]) -> Run:
        """The median figures of some runs."""
        listed = list(runs)
        return cls(median(one.cpu_s for one in listed), median(one.peak_mb for one in listed))


def run(command: list[str], environment: dict[str, str]) -> Run:
    """Run a command to its end. If it fails, the benchmark ends with its output."""
    before = _cpu_of_children_s()
    with tempfile.TemporaryFile() as output:
        with subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT) as process:
            peak = _Peak(process.pid)
            peak.start()
            code = process.wait()
        peak.join()
        if code:
            output.seek(0)
            sys.exit(f"{shlex.join(command)} exited {code}:\n{output.read().decode()}")
    return Run(_cpu_of_children_s() - before, peak.megabytes)


def _cpu_of_children_s() -> float:
    """Processor time of all processes that ended below this one."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class _Peak(threading.Thread):
    """Watches the memory of a process and of all that it starts, until it ends. Reads /proc."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.megabytes = pid, 0.0

    def run(self) -> None:
        while Path(f"/proc/{self.pid}").exists() and (used := _tree_megabytes(self.pid)):
            self.megabytes = max(self.megabytes, used)
            time.sleep(_SAMPLE_EVERY_S)


def _tree_megabytes(pid: int) -> float:
    """Proportional memory of a process and its descendants, so that shared pages count once."""
    total, waiting = 0.0, [pid]
    while waiting:
        current = waiting.pop()
        try:
            rollup = Path(f"/proc/{current}/smaps_rollup").read_text()
            for task in Path(f"/proc/{current}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except OSError:
            continue  # it ended meanwhile
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
    return total
