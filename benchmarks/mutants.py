"""How many small mistakes in a module its tests notice: mutmut's mutants, each in a fork of one pytest.

`make mutants MUTANTS='isthmus.proof.*'` measures each of these modules, one process after the other, with what
mutants.toml says of it. A module's tests are collected once. A first fork runs all of them on the original and says
which functions each calls; then each mutant has a fork of its own, where the tests that call its function run, the
quickest first, until one fails. Nothing that a test or a cache remembers leads from one mutant to the next.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from benchmarks.mutated import Mutated

GROUPS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())["group"]
# Who only reads what is written: for mutants of these, an estate is synthesized once.
READERS = ("isthmus.network.", "isthmus.proof.", "isthmus.report.", "isthmus.scan.", "isthmus.terraform.")
JSII = ("cdktf", "constructs", "jsii")  # each process that imports these starts a Node of its own


def forked(work: Callable[[], object]) -> Any:
    """What `work` returns in a process of its own, by way of JSON; None where that process was killed."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        os.dup2(null, 2)
        with os.fdopen(writing, "w") as pipe:
            json.dump(work(), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        written = pipe.read()
    os.waitpid(child, 0)
    return json.loads(written) if written else None


class Measure:
    """The plugin that runs mutants where pytest would run its tests."""

    def __init__(self, module: str, most: int | None) -> None:
        self.module, self.mutated = module, Mutated(module)
        self.every = max(1, -(-len(self.mutated.mutants) // most)) if most else 1
        trampoline: Any = import_module("mutmut.mutation.trampoline")
        trampoline.record_trampoline_hit = lambda name, caller: self.hits.add(name)
        self.choose = trampoline.set_mutant_under_test
        self.hits: set[str] = set()
        self.written: dict[str, dict[str, str]] = {}
        sys.meta_path.insert(0, self.mutated)

    def pytest_configure(self) -> None:
        from hypothesis import Phase, settings  # not before pytest has loaded what it rewrites

        # After tests/conftest.py. A failing example is not shrunk, because it is not shown.
        settings.register_profile("mutants", settings.get_profile("ci"), phases=[Phase.explicit, Phase.generate])
        settings.load_profile("mutants")
        if self.module.startswith(READERS):
            self.write_once()

    def write_once(self) -> None:
        """Synthesize an estate where it has not been yet, in whatever fork that was."""
        synthesis: Any = import_module("modules.synthesis")
        document, synthesize = import_module("isthmus.intent.intent_file"), synthesis.synthesize

        def once(estate: Any) -> dict[str, str]:
            key = json.dumps(document.to_document(estate))
            self.written[key] = self.written.get(key) or synthesize(estate)
            return dict(self.written[key])

        synthesis.synthesize = once

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = session.items
        self.took = [10.0] * len(self.items)
        assert not session.testsfailed, "not all tests can be collected"
        self.calls, self.took, self.written, packages = forked(self.original)
        for name in packages:
            with suppress(ImportError):
                import_module(name)
        for place in (place for place, calls in enumerate(self.calls) if calls is None):
            print(f"left out, since it fails with a choice before each call: {self.items[place].nodeid}")
        asking = [place for place, calls in enumerate(self.calls) if calls]
        assert self.passed("", asking), "tests fail without a mutant"
        made = self.mutated.mutants[:: self.every]
        lived = [mutant for mutant in made if self.passed(f"{self.module}.{mutant}", self.asking(mutant))]
        assert self.passed("", asking), "tests fail without a mutant, after all of them"
        self.report(made, lived)
        return True

    def original(self) -> object:
        """The functions that each test calls, its seconds, what was synthesized, and packages imported meanwhile."""
        self.choose("stats")
        calls, took = [], []
        for place in range(len(self.items)):
            self.hits, start = set(), time.process_time()
            calls.append(sorted(self.hits) if self.passes(place, place + 1) else None)
            took.append(time.process_time() - start)
        files = {name: getattr(module, "__file__", None) or "" for name, module in [*sys.modules.items()]}
        return calls, took, self.written, [n for n in files if "site-packages" in files[n] and not n.startswith(JSII)]

    def asking(self, mutant: str) -> list[int]:
        """The tests that call the mutant's function, by file, and of files and in them the quickest first."""
        function = f"{self.module}.{mutant.partition('__mutmut_')[0]}"
        asking = [place for place, calls in enumerate(self.calls) if function in (calls or ())]
        files: dict[Path, float] = defaultdict(float)
        for place in asking:
            files[self.items[place].path] += self.took[place]
        paths = {place: self.items[place].path for place in asking}
        return sorted(asking, key=lambda place: (files[paths[place]], paths[place], self.took[place]))

    def passed(self, mutant: str, places: Sequence[int]) -> bool:
        def work() -> bool:
            self.choose(mutant)
            return all(self.passes(place, after) for place, after in zip_longest(places, places[1:]))

        return forked(work) is True

    def passes(self, place: int, after: int | None) -> bool:
        """Whether a test passes, in ten times its seconds and ten more; past that, this process ends."""
        signal.setitimer(signal.ITIMER_PROF, 10 + 10 * self.took[place])
        following = self.items[after] if after is not None and after < len(self.items) else None
        return not any(report.failed for report in runtestprotocol(self.items[place], log=False, nextitem=following))

    def report(self, made: Sequence[str], lived: Sequence[str]) -> None:
        killed, every = len(made) - len(lived), len(self.mutated.mutants)
        share = "" if not lived else f", {100 * killed // len(made)} %"
        of = "" if len(made) == every else f", of {every:,} made"
        for mutant in lived:
            function = mutant.partition("__mutmut_")[0].removeprefix("x_").replace("ǁ", ".").removeprefix("x.")
            print(f"\n{mutant} " + (f"({function} lives)" if self.asking(mutant) else "(no test calls it)"))
            print(self.mutated.change(mutant))
        print(f"\n| {self.module} | {killed:,} of {len(made):,}{share}{of} |", flush=True)


def measure(module: str) -> int:
    """One module, in this process."""
    group = next(group for group in GROUPS if any(fnmatchcase(module, pattern) for pattern in group["modules"]))
    os.environ["CI"] = "true"
    options = ["-n0", "-p", "no:cacheprovider", "-s", "-q", "--no-header", "--no-summary"]
    return int(pytest.main([*options, *group["tests"]], plugins=[Measure(module, group.get("most"))]))


def modules(pattern: str) -> Iterator[str]:
    """The modules that the pattern names and the groups too."""
    files = [path for top in ("isthmus", "modules") for path in Path(top).rglob("[!_]*.py")]
    names = [".".join(path.with_suffix("").parts) for path in files]
    for group in GROUPS:
        yield from sorted(
            n for n in names if fnmatchcase(n, pattern) and any(fnmatchcase(n, g) for g in group["modules"])
        )


if __name__ == "__main__":
    *only, pattern = sys.argv[1:] or ["*"]
    if only:
        sys.exit(measure(pattern))
    chosen = dict.fromkeys(modules(pattern))
    if not chosen:
        sys.exit(f"no module of {Path(__file__).with_suffix('.toml').name} is called {pattern}")
    for module in chosen:
        subprocess.run([sys.executable, "-m", "benchmarks.mutants", "--only", module], check=True)
