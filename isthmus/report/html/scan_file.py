"""The result of `isthmus scan --json`, as the report shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from isthmus.errors import CannotAnswer
from isthmus.report.json_text import SCHEMA

__all__ = ["next_expiry", "read_scan"]

_KEYS = ("date", "passed", "findings", "waived", "expired_waivers", "unused_waivers")


def read_scan(path: str) -> Mapping[str, Any]:
    """The document of a file that `isthmus scan --json` wrote. Raises `CannotAnswer` if it is another file."""
    try:
        document = json.loads(Path(path).read_bytes())
    except (ValueError, RecursionError):
        document = None
    sound = isinstance(document, dict) and document.get("command") == "scan" and document.get("schema") == SCHEMA
    if not sound or not all(key in document for key in _KEYS):
        raise CannotAnswer(f"{path} is no result of a scan. Give the file that `isthmus scan --json FILE` wrote.")
    return {key: document[key] for key in _KEYS}


def next_expiry(scan: Mapping[str, Any]) -> str:
    """The last day of the waiver in use that expires first, or ""."""
    days = sorted({finding["waiver"]["expires"] for finding in scan["waived"]})
    return str(days[0]) if days else ""
