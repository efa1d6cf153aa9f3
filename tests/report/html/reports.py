"""Reports of the networks of the tests, each made once a process, and what is embedded in them."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64decode
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from isthmus import proof
from isthmus.changes import refused
from isthmus.changes.inputs import changes_of_inputs
from isthmus.report.html.page import report_html
from isthmus.report.html.report_input import ReportChange, ReportInput
from isthmus.terraform import Unknown
from tests.proof import estates

STAGE_3, STAGE_4, STAGE_5 = "stage_3_every_vpc", "stage_4_central_egress", "stage_5_resilient_vpn"


@cache
def folder(name: str) -> Path:
    """A folder with the output of an estate of `tests.proof.estates`."""
    return estates.write(estates.output(name), Path(mkdtemp(prefix="isthmus-report-")) / name)


@cache
def given(name: str) -> ReportInput:
    """The network of an estate."""
    return ReportInput(proof.read(folder(name)), (str(folder(name)),))


@cache
def change(before: str, after: str) -> ReportChange:
    """The change from one estate to another."""
    base, head = given(before), given(after)
    graphs = base.subject.graph, head.subject.graph
    changes = changes_of_inputs(base.paths, head.paths, graphs, {})
    refusals = () if isinstance(changes, Unknown) else refused(base.subject.graph, changes)
    return ReportChange(base, proof.compare(base.subject, head.subject), changes, refusals)


@cache
def report(name: str, before: str = "") -> str:
    """The report of an estate, or of its difference from another one."""
    return report_html(given(name), change(before, name) if before else None)


def element(page: str, id_: str) -> str:
    """The text of a script element of a page."""
    found = re.search(rf'<script type="[^"]*" id="{id_}">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return found[1]


def data_of(page: str) -> Mapping[str, Any]:
    """The data that a page shows, as its script reads it."""
    found = json.loads(element(page, "data"))
    if isinstance(found, str):
        found = json.loads(gzip.decompress(b64decode(found)))
    assert isinstance(found, dict)
    return found
