"""A scan as Markdown for a pull request: the result, one table of findings, and the waived findings folded."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

from isthmus.report.headings import EXPIRED_WAIVER, OVERDUE_WAIVER, UNUSED_WAIVER
from isthmus.report.markdown import capped, codes, escape, folded, table
from isthmus.report.terminal import counted
from isthmus.scan.findings import Finding, Scan

__all__ = ["scan_markdown"]

Row = TypeVar("Row", bound=Hashable)


def scan_markdown(scan: Scan, folder: str) -> str:
    """The scan as Markdown. Findings that differ only in their address share a row."""
    del folder  # the table names root modules and addresses
    scanned = f"{counted(scan.resources, 'resource')} in {counted(len(scan.roots), 'root module')}"
    parts = [
        f"### Security posture: {'clean' if scan.clean else counted(len(scan.findings), 'finding')}",
        f"{scanned}, {counted(scan.passed, 'check')} passed.",
    ]
    if scan.findings:
        rows = [
            (severity, check, _addresses(found), text)
            for (severity, check, text), found in _grouped((_row(finding), finding) for finding in scan.findings)
        ]
        parts.append(table(("", "Check", "Where", "What"), rows))
    for waivers, what in ((scan.expired, EXPIRED_WAIVER), (scan.unused, UNUSED_WAIVER), (scan.overdue, OVERDUE_WAIVER)):
        parts.append("\n".join(f"- {escape(str(waiver))} {what}" for waiver in waivers))
    if scan.waived:
        waived = _grouped(((one.check, waiver.reason, waiver.expires), one) for one, waiver in scan.waived)
        cells = [
            (escape(check), _addresses(found), escape(reason), str(expires))
            for (check, reason, expires), found in waived
        ]
        parts.append(folded(f"{len(scan.waived)} waived", table(("Check", "Where", "Why", "Until"), cells)))
    return capped(parts)


def _row(finding: Finding) -> tuple[str, str, str]:
    """The cells of a row, without the address."""
    check = escape(finding.check)
    details = f": {'; '.join(finding.details)}" if finding.details else ""
    linked = f"[{check}]({_url(finding.source)})" if finding.source else check
    return (finding.severity or "").lower(), linked, escape(finding.info + details)


def _url(page: str) -> str:
    """A page as the target of a link: it cannot end the link or the cell."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-._~:/?#@!$&'*+,;=%") else "" for c in page)


def _grouped(found: Iterable[tuple[Row, Finding]]) -> Iterable[tuple[Row, list[Finding]]]:
    """Findings with equal cells, in the order of the first of each."""
    groups: dict[Row, list[Finding]] = {}
    for row, finding in found:
        groups.setdefault(row, []).append(finding)
    return groups.items()


def _addresses(found: list[Finding]) -> str:
    return codes([f"{finding.root}: {finding.address}" for finding in found])
