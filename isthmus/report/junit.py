"""The JUnit XML format, which CI servers read: a test case for each finding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

__all__ = ["Case", "junit_text"]

# XML 1.0 cannot hold these characters, not even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Case:
    """One test case: failed with `failure`, skipped with `skipped`, or passed where both are None."""

    classname: str
    name: str
    file: str = ""
    failure: str | None = None
    detail: str = ""
    skipped: str | None = None


def junit_text(suite_name: str, cases: Sequence[Case]) -> str:
    """The document of one test suite."""
    suite = Element("testsuite", name=suite_name)
    for case in cases:
        named = {"classname": case.classname, "name": case.name, **({"file": case.file} if case.file else {})}
        element = SubElement(suite, "testcase", {key: _text(value) for key, value in named.items()})
        if case.failure is not None:
            failure = SubElement(element, "failure", message=_text(case.failure))
            failure.text = _text(case.detail) or None
        elif case.skipped is not None:
            SubElement(element, "skipped", message=_text(case.skipped))
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(sum(case.failure is not None for case in cases)))
    suite.set("skipped", str(sum(case.skipped is not None for case in cases)))
    indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suite, encoding="unicode") + "\n"


def _text(value: str) -> str:
    return _UNWRITABLE.sub("?", value)
