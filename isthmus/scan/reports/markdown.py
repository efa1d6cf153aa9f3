"""Markdown for a pull request: the verdict first, then one table, and waivers folded away. What is alike is one row."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

from isthmus.scan.findings import Finding, Scan
from isthmus.text.markdown import capped, code, escape

What = TypeVar("What", bound=Hashable)

_MOST_PLACES = 4


def markdown_text(scan: Scan, folder: str) -> str:
    """The scan as Markdown."""
    del folder  # the table names roots and addresses
    left = len(scan.findings)
    lines = [f"### Security posture: {'clean' if scan.clean else f'{left} finding' + ('s' if left != 1 else '')}", ""]
    lines.append(f"{scan.resources} resources in {len(scan.roots)} roots, {scan.passed} checks passed.")
    if scan.findings:
        lines += ["", "| | Check | Where | What |", "|---|---|---|---|"]
        alike = _alike((_what(one), one) for one in scan.findings)
        lines += [f"| {severity} | {check} | {_places(places)} | {what} |" for (severity, check, what), places in alike]
    for waivers, what in ((scan.expired, "has expired"), (scan.unused, "waives nothing: delete it")):
        lines += ["", *(f"- {escape(str(waiver))} {what}" for waiver in waivers)] if waivers else []
    if scan.waived:
        lines += ["", f"<details><summary>{len(scan.waived)} waived</summary>", "", "| Check | Where | Why | Until |"]
        lines.append("|---|---|---|---|")
        waived = _alike(((one.check, waiver.reason, waiver.expires), one) for one, waiver in scan.waived)
        lines += [
            f"| {check} | {_places(places)} | {escape(reason)} | {expires} |"
            for (check, reason, expires), places in waived
        ]
        lines += ["", "</details>"]
    return capped(["\n".join(lines)])


def _what(finding: Finding) -> tuple[str, str, str]:
    """What a row says of a finding beside its place."""
    check = f"[{finding.check}]({finding.source})" if finding.source else finding.check
    why = f": {'; '.join(finding.details)}" if finding.details else ""
    return (finding.severity or "").lower(), check, escape(finding.info + why)


def _alike(found: Iterable[tuple[What, Finding]]) -> Iterable[tuple[What, list[Finding]]]:
    """Findings of which the same is said, in the order of the first of each."""
    together: dict[What, list[Finding]] = {}
    for what, one in found:
        together.setdefault(what, []).append(one)
    return together.items()


def _places(found: list[Finding]) -> str:
    shown = ", ".join(code(f"{one.root}: {one.address}") for one in found[:_MOST_PLACES])
    rest = len(found) - _MOST_PLACES
    return f"{shown} and {rest} more" if rest > 0 else shown
