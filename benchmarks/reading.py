"""How long the commands take that read an output, against the JSON parser alone.

    python -m benchmarks.reading OUTPUT [OUTPUT ...]

For each output, it prints the number of resources, the start of a command, and by command the processor time without
the start, divided by the time that `json.loads` takes for all files of the output. The start is the time of `isthmus
show` for an output of one root module without resources. `diff` compares the output with itself. `--json` is `prove
--json`, with the size of the document. Each figure has its target next to it. `benchmarks.synth` has estates of any
size.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

COMMANDS = ("show", "prove", "diff", "draw", "cost", "handover")
START, BY_PARSER, LARGEST = 0.2, 8, 2_000  # seconds, times json.loads, kilobytes
_RUNS = 3


def used(*arguments: str) -> float:
    """Processor seconds of a command with compiled files: the least of a few runs, which neighbours disturb least."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "isthmus", *arguments]
    found = []
    for _ in range(_RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True, env=environment, check=False)
        if done.returncode == 2:
            sys.exit(done.stderr.decode())
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def parsing(output: Path) -> tuple[float, int]:
    """Processor seconds to read and parse all JSON files of an output, and the number of its resources."""
    start = time.process_time()
    read = [json.loads(file.read_text()) for file in output.rglob("*.json")]
    seconds = time.process_time() - start
    blocks = (found.get("resource", {}) for found in read if isinstance(found, dict))
    return seconds, sum(len(named) for block in blocks for named in block.values())


def start_of(output: Path) -> float:
    """Processor seconds of `isthmus show` for the intent of an output and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "out"
        (bare / "stacks/network").mkdir(parents=True)
        (bare / "stacks/network/cdk.tf.json").write_text("{}")
        shutil.copy(output / "intent.json", bare)
        return used("show", str(bare))


def main(outputs: Sequence[str]) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as compiled:
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        _measure(outputs)


def _measure(outputs: Sequence[str]) -> None:
    smallest = min(map(Path, outputs), key=lambda output: (output / "intent.json").stat().st_size)
    start = start_of(smallest)
    print(f"start {start:.2f} s (target {START}); times json.loads without the start (target {BY_PARSER}):")
    print(f"{'resources':>9} {'json.loads':>10}", *(f"{command:>9}" for command in (*COMMANDS, "--json")), f"{'kB':>7}")
    for output in outputs:
        parser, resources = parsing(Path(output))
        row = [f"{resources:>9,} {parser:>9.3f}s"]
        for command in COMMANDS:
            paths = (output, output) if command == "diff" else (output,)
            row.append(f"{(used(command, *paths) - start) / parser:>9.1f}")
        with tempfile.TemporaryDirectory() as folder:
            document = Path(folder) / "proof.json"
            row.append(f"{(used('prove', output, '--json', str(document)) - start) / parser:>9.1f}")
            row.append(f"{document.stat().st_size / 1_000:>7,.0f}")
        print(*row, f"(target {LARGEST:,})", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
