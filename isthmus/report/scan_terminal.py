"""A scan for the terminal: findings grouped by check, waivers that need attention, and the counts."""

from __future__ import annotations

from itertools import groupby

from rich.console import Console
from rich.text import Text

from isthmus.report.headings import EXPIRED_WAIVER, OVERDUE_WAIVER, UNUSED_WAIVER
from isthmus.report.terminal import counted
from isthmus.scan.findings import Finding, Scan
from isthmus.text.console import Screen

__all__ = ["print_scan"]

_STYLES = {"CRITICAL": "bold red", "HIGH": "red", "MEDIUM": "yellow", "LOW": "cyan", None: "yellow"}


def print_scan(scan: Scan, console: Console | None = None) -> None:
    """Print the scan. When piped it is plain text, and no line is cut."""
    out = console or Screen(soft_wrap=True)
    for _, group in groupby(scan.findings, key=lambda finding: finding.check):
        _print_check(list(group), out)
    for waivers, what in ((scan.expired, EXPIRED_WAIVER), (scan.unused, UNUSED_WAIVER)):
        for waiver in waivers:
            out.print(Text.assemble((f"{waiver}", "red"), f" {what}"))
    for waiver in scan.overdue:
        out.print(Text.assemble(("warning: ", "yellow"), f"{waiver} {OVERDUE_WAIVER}"))
    parts = [
        f"{counted(scan.resources, 'resource')} in {counted(len(scan.roots), 'root module')}",
        f"{counted(scan.passed, 'check')} passed",
        counted(len(scan.findings), "finding"),
    ]
    if scan.waived:
        parts.append(f"{len(scan.waived)} waived")
    out.print(Text(", ".join(parts), style="green" if scan.clean else "bold red"))


def _print_check(findings: list[Finding], out: Console) -> None:
    first = findings[0]
    out.print(
        Text.assemble(
            (first.check, _STYLES[first.severity]), f" {(first.severity or 'unrated').lower()}: ", (first.info, "bold")
        )
    )
    if first.source:
        out.print(Text(f"  {first.source}", style="dim"))
    for finding in findings:
        place = f"{finding.file}:{finding.lines[0]}"
        out.print(Text.assemble(f"  {finding.root}: {finding.address}  ", (place, "dim")))
        for detail in finding.details:
            out.print(Text(f"    {detail}"))
    out.print()
