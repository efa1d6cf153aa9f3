"""The report as one HTML file: the page, its style sheet, its scripts, its data, and the layout library.

A Content Security Policy allows exactly these scripts and this style sheet, by their hash, and no request. The worker
that computes the layout is created from a blob, which is no request.
https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from html import escape
from importlib.metadata import version
from importlib.resources import files
from string import Template
from typing import Any

from isthmus.cost.prices import Prices
from isthmus.cost.traffic import TrafficFlow
from isthmus.report.html.data import report_data
from isthmus.report.html.report_input import ReportChange, ReportInput
from isthmus.report.vendor import elk

__all__ = ["SCRIPTS", "report_html"]

# The scripts in the order in which they run. Each adds its functions to one object, `report`.
SCRIPTS = (
    "elements.js",
    "packets.js",
    "lists.js",
    "layout.js",
    "diagram.js",
    "matrix.js",
    "path.js",
    "sections.js",
    "main.js",
)
_LONGEST = 100_000  # characters of data that are embedded as they are
# In a script element, these characters could end the element or start a comment. JSON escapes them in strings, and
# they are nowhere else. https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "##": "\\u0023\\u0023"}


def report_html(
    after: ReportInput,
    change: ReportChange | None = None,
    scan: Mapping[str, Any] | None = None,
    traffic: Sequence[TrafficFlow] = (),
    prices: Prices | None = None,
) -> str:
    """The report of a network.

    - `change`: the network before and what differs; None: no comparison.
    - `scan`: the result of a scan, as `isthmus.report.html.scan_file.read_scan` returns it; None: not included.
    - `traffic`: the flows of a month, for data charges.
    - `prices`: the prices of the cost estimate; None: those of the network's Region.

    The same inputs give the same text. Raises `UnusableInput` if an input holds no network, and `UnusableTraffic`.
    """
    data = report_data(after, change, scan, traffic, prices)
    style, script = _asset("report.css"), "\n".join(map(_asset, SCRIPTS))
    title = f"{data['title']}: network report" if data["title"] else "Network report"
    return Template(_asset("page.html")).substitute(
        policy=_policy(style, script),
        title=escape(title),
        verdict=escape(data["sides"]["after"]["verdict"]),
        notice=escape(
            f"Isthmus {version('isthmus')}. Diagram layout: elkjs {elk.VERSION}, {elk.LICENCE}, {elk.SOURCE}"
        ),
        style=style,
        script=script,
        data=embedded(data),
        layout=_compressed(elk.script()),
    )


def embedded(data: Mapping[str, Any]) -> str:
    """JSON for a script element: nothing in it ends the element, and U+2028 and U+2029 are escaped as all non-ASCII.

    Much data is compressed, so that the file stays small: it is then a JSON text of Base64.
    """
    text = json.dumps(data, separators=(",", ":"))
    if len(text) > _LONGEST:
        text = json.dumps(_compressed(text.encode()))
    for characters, escaped in _ESCAPES.items():
        text = text.replace(characters, escaped)
    return text


def _compressed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode()


def _policy(style: str, script: str) -> str:
    """No request is allowed: no image, font, frame, form target or connection."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; worker-src blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _asset(name: str) -> str:
    return (files("isthmus.report.html") / "assets" / name).read_text("utf-8")
