"""Markdown for a pull request: the verdict first, then one table, and waivers folded away."""

from __future__ import annotations

from isthmus.scan.findings import Finding, Scan

_MOST_ROWS = 100  # a comment on GitHub ends at 65,536 characters


def markdown_text(scan: Scan, folder: str) -> str:
    """The scan as Markdown."""
    del folder  # the table names roots and addresses
    left = len(scan.findings)
    lines = [f"### Security posture: {'clean' if scan.clean else f'{left} finding' + ('s' if left != 1 else '')}", ""]
    lines.append(f"{scan.resources} resources in {len(scan.roots)} roots, {scan.passed} checks passed.")
    if scan.findings:
        lines += ["", "| | Check | Where | What |", "|---|---|---|---|"]
        lines += [_row(one) for one in scan.findings[:_MOST_ROWS]]
        if left > _MOST_ROWS:
            lines += ["", f"and {left - _MOST_ROWS} more."]
    for waivers, what in ((scan.expired, "has expired"), (scan.unused, "waives nothing: delete it")):
        lines += ["", *(f"- {_cell(str(waiver))} {what}" for waiver in waivers)] if waivers else []
    if scan.waived:
        lines += ["", f"<details><summary>{len(scan.waived)} waived</summary>", "", "| Check | Where | Why | Until |"]
        lines.append("|---|---|---|---|")
        for one, waiver in scan.waived[:_MOST_ROWS]:
            where = f"{one.root}: {one.address}"
            lines.append(f"| {one.check} | {_code(where)} | {_cell(waiver.reason)} | {waiver.expires} |")
        lines += ["", "</details>"]
    return "\n".join(lines) + "\n"


def _row(finding: Finding) -> str:
    check = f"[{finding.check}]({finding.source})" if finding.source else finding.check
    why = f": {'; '.join(finding.details)}" if finding.details else ""
    where = f"{finding.root}: {finding.address}"
    return f"| {(finding.severity or '').lower()} | {check} | {_code(where)} | {_cell(finding.info + why)} |"


def _cell(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("\\", "\\\\")
    for special in "|*_`[]":
        escaped = escaped.replace(special, f"\\{special}")
    return " ".join(escaped.split())


def _code(text: str) -> str:
    plain = " ".join(text.replace("`", "'").split()).replace("|", "\\|")
    return f"`{plain}`"
