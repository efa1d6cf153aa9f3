"""JUnit XML, which every CI server reads: a test case for each finding and each waiver."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from isthmus.scan.findings import Finding, Scan

# XML 1.0 has no way to write these, not even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_text(scan: Scan, folder: str) -> str:
    """The scan as JUnit XML. A clean one holds one case that passed, since no cases at all read as a failure."""
    del folder  # the cases name roots and addresses
    problems = [(waiver, "has expired") for waiver in scan.expired]
    problems += [(waiver, "waives nothing: delete it") for waiver in scan.unused]
    suite = Element("testsuite", name="isthmus scan")
    for finding in scan.findings:
        failure = SubElement(_case(suite, finding), "failure", message=_text(finding.info))
        failure.text = _text("\n".join((*finding.details, f"{finding.file}:{finding.lines[0]}", finding.source or "")))
    for finding, waiver in scan.waived:
        SubElement(_case(suite, finding), "skipped", message=_text(waiver.reason))
    for waiver, what in problems:
        case = SubElement(suite, "testcase", classname="waivers", name=_text(str(waiver)))
        SubElement(case, "failure", message=what)
    if not len(suite):
        SubElement(suite, "testcase", classname="isthmus scan", name=f"{scan.passed} checks passed")
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(scan.findings) + len(problems)))
    suite.set("skipped", str(len(scan.waived)))
    indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suite, encoding="unicode") + "\n"


def _case(suite: Element, finding: Finding) -> Element:
    name = f"{finding.check} {finding.address}"
    return SubElement(suite, "testcase", classname=_text(finding.root), name=_text(name), file=_text(finding.file))


def _text(value: str) -> str:
    return _UNWRITABLE.sub("?", value)
