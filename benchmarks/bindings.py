"""What the cut bindings save: `python -m benchmarks.bindings [command ...]`, by default the project's own `main.py`.

One run measures, warm and with `.pyc` files present throughout:

- floor: the least that any cdktf program costs (floor.py);
- cut: the command with bindings cut to what modules/aws.py imports;
- stock: the command with the whole bindings package.

It prints the medians of wall and processor time (of all processes of a run), the ratios, and the peak memory of the
largest Node process (Linux only), from runs of their own, since looking takes time. On a busy machine the ratios of
processor time are the ones to trust.
The first run of stock compiles 2,200 modules and takes a minute or more.
"""

import argparse
import os
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_SAMPLE_EVERY_S = 0.005


@dataclass(frozen=True)
class Run:
    """One run of a command: wall time, and processor time of all its processes."""

    wall_s: float
    cpu_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="*", default=["main.py"], help="a Python program and its arguments")
    parser.add_argument("--runs", type=int, default=5, help="runs of each kind, of which the median counts")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
            "PYTHONPATH": str(_ROOT),
            "PYTHONPYCACHEPREFIX": f"{scratch}/pyc",
            "ISTHMUS_CACHE_DIR": f"{scratch}/cache",
            "CDKTF_OUTDIR": f"{scratch}/out",
        }
        command = [sys.executable, *options.command]
        programs = {
            "floor": ([sys.executable, str(_ROOT / "benchmarks/floor.py"), f"{scratch}/floor"], environment),
            "cut": (command, environment | {"ISTHMUS_BINDINGS": "cut"}),
            "stock": (command, environment | {"ISTHMUS_BINDINGS": "stock"}),
        }
        for program in programs.values():
            run(*program)  # fills every cache
        peaks = {name: node_peak_mb(*program) for name, program in programs.items()}
        # In turns, so that a busy spell of the machine touches all three alike.
        rounds = [{name: run(*program) for name, program in programs.items()} for _ in range(options.runs)]

    print(f"{shlex.join(options.command)}, median of {options.runs} warm runs")
    wall, cpu = (
        {name: statistics.median(getattr(each[name], kind) for each in rounds) for name in programs}
        for kind in ("wall_s", "cpu_s")
    )
    for name in programs:
        print(f"  {name:<6} {wall[name]:7.2f} s   processor {cpu[name]:7.2f} s   Node {peaks[name]:4.0f} MB")
    for over, under, wanted in (("stock", "cut", "10 or more"), ("cut", "floor", "4 or less")):
        ratios = f"{wall[over] / wall[under]:5.1f}   processor {cpu[over] / cpu[under]:5.1f}"
        print(f"  {over} / {under}: {ratios}   (wanted: {wanted})")


def run(arguments: list[str], environment: dict[str, str]) -> Run:
    """Run to the end, undisturbed."""
    started, cpu_before = time.perf_counter(), cpu_of_children_s()
    with running(arguments, environment) as process:
        process.wait()
    return Run(time.perf_counter() - started, cpu_of_children_s() - cpu_before)


def node_peak_mb(arguments: list[str], environment: dict[str, str]) -> float:
    """The peak resident size of the largest Node process of a run."""
    peak_kb = 0
    with running(arguments, environment) as process:
        while process.poll() is None:
            peak_kb = max(peak_kb, *(peak_of_node_kb(pid) for pid in descendants(process.pid)), 0)
            time.sleep(_SAMPLE_EVERY_S)
    return peak_kb / 1024


@contextmanager
def running(arguments: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A command that is to end within the block; its failure ends the benchmark with what it said."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(arguments, env=environment, cwd=_ROOT, stdout=output, stderr=subprocess.STDOUT)
        yield process
        if process.returncode:
            output.seek(0)
            sys.exit(f"{shlex.join(arguments)} exited {process.returncode}:\n{output.read().decode()}")


def cpu_of_children_s() -> float:
    """Processor time of all that ended below this process, whatever its depth."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def descendants(pid: int) -> list[int]:
    """The processes below one, by what Linux says in /proc; none elsewhere."""
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:  # it ended meanwhile
        return []
    return [*children, *(each for child in children for each in descendants(child))]


def peak_of_node_kb(pid: int) -> int:
    try:
        status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    except OSError:
        return 0
    is_node = "node" in status["Name"].lower() or "MainThread" in status["Name"]  # what Node calls its main thread
    return int(status.get("VmHWM", "0 kB").split()[0]) if is_node else 0


if __name__ == "__main__":
    main()
