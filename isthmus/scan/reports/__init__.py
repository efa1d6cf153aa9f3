"""The answer of a scan for people (terminal, Markdown) and for machines (JSON, SARIF, JUnit)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from isthmus.scan.findings import Scan
from isthmus.scan.reports.document import json_text
from isthmus.scan.reports.junit import junit_text
from isthmus.scan.reports.markdown import markdown_text
from isthmus.scan.reports.sarif import sarif_text
from isthmus.scan.reports.terminal import print_scan

# Each takes the scan and the folder that its file names are relative to.
WRITERS: Mapping[str, Callable[[Scan, str], str]] = {
    "json": json_text,
    "junit": junit_text,
    "markdown": markdown_text,
    "sarif": sarif_text,
}
# How each text leaves, see `isthmus.text.output_files`.
FORMS: Mapping[str, Literal["json", "markdown", "text"]] = {
    "json": "json",
    "junit": "text",
    "markdown": "markdown",
    "sarif": "json",
}

__all__ = ["FORMS", "WRITERS", "print_scan"]
