"""The catalogue of a folder of policies, in the page that explains them.

    python -m isthmus.scan.catalogue policies docs/reference/policies.md

rewrites what follows the marker in that page.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

MARKER = "<!-- from here on written by: python -m isthmus.scan.catalogue policies docs/reference/policies.md -->\n"

# Folders with a name of AWS.
_HEADINGS = {"direct_connect": "Direct Connect", "vpcs": "VPCs", "vpn_connections": "VPN connections"}


def catalogue(policies: Path) -> str:
    """Every policy with id, severity, what must hold, why, and its source, grouped by folder.

    Raises ScanError if Checkov is missing or a policy does not load.
    """
    from isthmus.scan import engine

    engine.load_policies(policies)
    own = {inspect.getfile(type(check)): check for check in engine.loaded() if hasattr(check, "rating")}
    groups: dict[str, list[Any]] = {}
    for file, check in own.items():
        if Path(file).is_relative_to(policies.resolve()):
            groups.setdefault(Path(file).parent.name, []).append(check)
    ordered = sorted(groups.items(), key=lambda group: min(map(_number, group[1])))
    lines = ["", "| | Severity | What must hold |", "|---|---|---|"]
    lines += [
        f"| [{one.id}](#{one.id.lower()}) | {one.rating.lower()} | {one.name} |"
        for _, checks in ordered
        for one in sorted(checks, key=_number)
    ]
    for name, checks in ordered:
        lines += ["", f"## {_HEADINGS.get(name) or name.replace('_', ' ').capitalize()}"]
        for check in sorted(checks, key=_number):
            lines += ["", *_entry(check)]
    return "\n".join(lines) + "\n"


def _number(check: Any) -> int:
    return int(check.id.rpartition("_")[2])


def _entry(check: Any) -> list[str]:
    where = "Configuration and plans" if check.plan else "Configuration only"
    return [
        f"### {check.id}",
        "",
        f"**{check.name}.** {check.rating.capitalize()}. {where}.",
        "",
        inspect.cleandoc(type(check).__doc__ or ""),
        "",
        f"<{check.guideline}>",
    ]


def rewritten(page: str, policies: Path) -> str:
    """The page with its catalogue as it should be. Raises ValueError if it has no marker."""
    head, marker, _ = page.partition(MARKER)
    if not marker:
        raise ValueError(f"no line that says {MARKER.strip()}")
    return head + marker + catalogue(policies)


if __name__ == "__main__":
    folder, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.write_text(rewritten(target.read_text(encoding="utf-8"), folder), encoding="utf-8")
