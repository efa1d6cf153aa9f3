"""The formats that a scan is written in, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from isthmus.report.scan_json import scan_json
from isthmus.report.scan_junit import scan_junit
from isthmus.report.scan_markdown import scan_markdown
from isthmus.report.scan_sarif import scan_sarif
from isthmus.scan.findings import Scan

__all__ = ["FORMS", "WRITERS"]

# Each takes the scan and the folder that its file names are relative to.
WRITERS: Mapping[str, Callable[[Scan, str], str]] = {
    "json": scan_json,
    "junit": scan_junit,
    "markdown": scan_markdown,
    "sarif": scan_sarif,
}
# How each text is made safe, see `isthmus.text.output_files`.
FORMS: Mapping[str, Literal["json", "markdown", "text"]] = {
    "json": "json",
    "junit": "text",
    "markdown": "markdown",
    "sarif": "json",
}
