"""How many of the mistakes are found: by the proof, by `terraform validate`, and by Checkov with its own checks.

    python -m tests.proof.catch_rate [ESTATE ...]

Prints a row for each kind of mistake, made in the first three stages if no estate is named. The proof is tried on the
mistake at every place where it fits, and has caught it if a finding names the resource; the other two at one place of
each estate, and have caught it if they say anything that they do not say of the correct output. A mistake changes flows
if a location gains or loses one: not every mutant does.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from isthmus.scan.engine import judge_documents
from isthmus.scan.terraform_json import read_documents
from tests.proof.bench import Bench
from tests.proof.estates import STAGES, output
from tests.proof.mutants import mutants
from tests.terraform.engine import Engine, TerraformFailed, find_core
from tests.terraform.engine.double import SchemaDouble
from tests.terraform.engine.schema import installed_schema


@dataclass(frozen=True)
class Try:
    """What became of a mistake. The last two are None where they were not asked."""

    kind: str
    changes: bool
    named: bool
    validate: bool | None = None
    checkov: bool | None = None


class Validate:
    """`terraform validate`, with the provider's schema."""

    def __init__(self, scratch: Path) -> None:
        self._engine = Engine(find_core(), SchemaDouble(installed_schema()), scratch)

    def says(self, root: Path) -> frozenset[str]:
        """Errors and warnings about a root."""
        try:
            return frozenset(map(str, self._engine.validate(root)))
        except TerraformFailed as failed:
            return frozenset({str(failed)})


def checkov_says(root: Path) -> frozenset[str]:
    """What fails in a root by Checkov's own checks: check, file and resource."""
    judged = judge_documents(read_documents(root))
    return frozenset(
        f"{reported.check} {reported.file} {reported.address}" for reported in judged.verdicts if not reported.passed
    )


def tries(bench: Bench, validate: Validate) -> Iterator[Try]:
    """Every mistake, at every place where it fits."""
    sample = {str(mutant) for mutant in mutants(bench.correct, places=1)}
    for mutant in mutants(bench.correct):
        answer = bench.proved(mutant)
        found = Try(mutant.kind, answer.changes_flows, answer.named)
        if str(mutant) in sample:
            root = bench.folder / Path(mutant.path).parents[2]
            usual = validate.says(root), checkov_says(root)
            with bench.mistaken(mutant):
                reported = validate.says(root), checkov_says(root)
            found = replace(found, validate=bool(reported[0] - usual[0]), checkov=bool(reported[1] - usual[1]))
        if found.changes and not found.named:
            print(f"missed: {mutant}", file=sys.stderr)
        yield found


def row(name: str, found: Sequence[Try]) -> str:
    """A line of a Markdown table."""
    changing = [one for one in found if one.changes]
    columns = (
        _share(one.named for one in changing),
        _share(one.named for one in found if not one.changes),
        _share(one.validate for one in found if one.validate is not None),
        _share(one.checkov for one in found if one.checkov is not None),
    )
    return f"| {name} | {len(found)} | {' | '.join(columns)} |"


def _share(caught: Iterable[bool | None]) -> str:
    listed = list(caught)
    return f"{sum(map(bool, listed))} of {len(listed)}" if listed else "-"


def main(estates: Sequence[str]) -> None:
    """Try and print."""
    found: list[Try] = []
    with tempfile.TemporaryDirectory() as scratch:
        validate = Validate(Path(scratch))
        for estate in estates:
            found += tries(Bench(output(estate), Path(scratch, estate)), validate)
    kinds: dict[str, list[Try]] = defaultdict(list)
    for one in found:
        kinds[one.kind].append(one)
    print("| mistake | made | proof, flows change | proof, no flow changes | `terraform validate` | Checkov |")
    print("|---|---|---|---|---|---|")
    for kind in sorted(kinds):
        print(row(kind, kinds[kind]))
    print(row("**all**", found))


if __name__ == "__main__":
    main(sys.argv[1:] or STAGES[:3])
