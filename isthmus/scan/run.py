"""From files to the answer."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.scan.destroyed import destroyed
from isthmus.scan.findings import Finding, Scan
from isthmus.scan.plans import read_plan
from isthmus.scan.root_files import RootFile, files_by_root
from isthmus.scan.subprocess import Limits, apart, limits_of
from isthmus.scan.terraform_json import Document, read_documents
from isthmus.scan.waivers import Waiver, read_shipped

if TYPE_CHECKING:
    from isthmus.scan.engine import CheckOutcome, Judged

DYNAMIC, CRASHED = "ISTHMUS_DYNAMIC", "ISTHMUS_CRASHED"
_DYNAMIC_INFO = "A resource has no dynamic blocks: nothing can be said about them before they are applied"
_CRASHED_INFO = "Every check comes to a verdict"


def scan(
    folder: Path | None,
    *,
    policies: Path,
    plans: Sequence[Path] = (),
    waivers: Iterable[Waiver] = (),
    today: date | None = None,
    limits: Limits | None = None,
) -> Scan:
    """Scan every root below a folder, and plans.

    folder    holds `.tf.json` files at any depth; None: plans only
    policies  folder of Checkov policies, each in a subfolder with an `__init__.py`; its `waivers.toml` holds too
    plans     files of `terraform show -json`
    today     the day on which waivers are judged (default: now)
    limits    what Checkov may take for each input (default: by its size)

    Raises ScanError: Checkov is missing, a file cannot be read, a policy does not load, not everything was seen, or
    Checkov takes more than the limits.
    """
    waivers = (*waivers, *read_shipped(policies))
    documents = read_documents(folder) if folder else []
    read = [read_plan(plan)[0] for plan in plans]  # what is no plan is refused before Checkov is loaded
    from isthmus.scan import engine  # takes seconds

    engine.load_policies(policies)
    findings: list[Finding] = []
    roots: set[str] = set()
    resources = passed = 0
    if folder:
        where = files_by_root(documents)
        size = sum(document.path.stat().st_size for document in documents)
        judged = _judged(partial(engine.judge_documents, documents), limits or limits_of(size), str(folder))
        findings += _dynamic(documents, where)
        findings += _findings(judged, {str(one.path): (one.name, where[one.path.parent]) for one in documents})
        roots |= {place.root for place in where.values()}
        resources, passed = judged.resources, sum(verdict.passed for verdict in judged.verdicts)
    for plan, document in zip(plans, read, strict=True):
        findings += destroyed(document, plan.name)
        judged = _judged(partial(engine.judge_plan, plan), limits or limits_of(plan.stat().st_size), str(plan))
        findings += _findings(judged, {str(plan): (plan.name, RootFile(plan.name, ""))})
        roots.add(plan.name)
        resources += judged.resources
        passed += sum(verdict.passed for verdict in judged.verdicts)
    return _answer(findings, waivers, today or date.today(), tuple(sorted(roots)), resources, passed)


def _judged(judge: Callable[[], Judged], limits: Limits, what: str) -> Judged:
    """The verdicts of Checkov, computed in a separate process."""
    from isthmus.scan import engine

    def work() -> Mapping[str, Any]:
        engine.stop_without_memory()
        return asdict(judge())

    outcome = apart(work, limits, what)
    verdicts = tuple(
        engine.CheckOutcome(**{**one, "details": tuple(one["details"]), "lines": tuple(one["lines"])})
        for one in outcome["verdicts"]
    )
    return engine.Judged(verdicts, outcome["resources"])


def _findings(judged: Judged, files: dict[str, tuple[str, RootFile]]) -> list[Finding]:
    return [_finding(verdict, *_where(verdict, files)) for verdict in judged.verdicts if not verdict.passed]


def _where(verdict: CheckOutcome, files: dict[str, tuple[str, RootFile]]) -> tuple[str, RootFile]:
    return files.get(verdict.file) or files.get(os.path.normpath(verdict.file), ("", RootFile("", "")))


def _finding(verdict: CheckOutcome, file: str, place: RootFile) -> Finding:
    address = f"{place.module}{verdict.address}"
    if verdict.crashed:
        details = (f"{verdict.check} ({verdict.info}) raised an exception",)
        return Finding(CRASHED, "HIGH", _CRASHED_INFO, details, place.root, address, file, verdict.lines)
    return Finding(
        verdict.check,
        verdict.severity,
        verdict.info,
        verdict.details,
        place.root,
        address,
        file,
        verdict.lines,
        verdict.source,
    )


def _dynamic(documents: Iterable[Document], where: dict[Path, RootFile]) -> list[Finding]:
    return [
        Finding(
            DYNAMIC,
            "HIGH",
            _DYNAMIC_INFO,
            (),
            where[document.path.parent].root,
            f"{where[document.path.parent].module}{type_}.{name}",
            document.name,
            lines,
            "https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks",
        )
        for document in documents
        for type_, name, lines in document.dynamic
    ]


def _answer(
    findings: Iterable[Finding],
    waivers: tuple[Waiver, ...],
    today: date,
    roots: tuple[str, ...],
    resources: int,
    passed: int,
) -> Scan:
    standing: list[Finding] = []
    waived: list[tuple[Finding, Waiver]] = []
    used: set[Waiver] = set()
    for finding in sorted(set(findings), key=lambda one: one.rank):
        matching = [one for one in waivers if one.matches(finding.check, finding.root, finding.address)]
        used.update(matching)
        # A waiver of Isthmus holds after its last day, but one that has not expired comes first.
        holding = sorted((one for one in matching if one.holds(today)), key=lambda one: one.expires < today)
        if holding:
            waived.append((finding, holding[0]))
        else:
            standing.append(finding)
    # Waivers of the policies are for any estate, so an unused one is not reported.
    expired = tuple(one for one in waivers if not one.holds(today) and (one in used or not one.shipped))
    unused = tuple(one for one in waivers if one.expires >= today and not (one in used or one.shipped))
    return Scan(tuple(standing), tuple(waived), expired, unused, roots, resources, passed, today)
