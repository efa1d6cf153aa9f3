"""The page holds everything in one file, no value of an input is markup or script in it, and it has a fixed size."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.proof import estate, network
from isthmus import cli
from isthmus.proof import Analysis
from isthmus.report.html import page as pages
from isthmus.report.html.page import embedded, report_html
from isthmus.report.html.report_input import ReportInput
from isthmus.report.vendor import elk
from isthmus.text.printable import shown
from tests.hostile.hostile import PARTS
from tests.report.html.reports import STAGE_3, STAGE_4, STAGE_5, data_of, element, folder, report

PIECES = [*PARTS, "</script><img src=x onerror=alert(1)>", "<!--", "-->", "<script>", "]]>", "\u2029", "é", "&lt;"]


class _Elements(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_a_page_is_complete() -> None:
    """No element names another file, and none has an event handler or a style attribute."""
    elements = _Elements(report(STAGE_4)).found
    assert [tag for tag, _ in elements if tag in ("link", "img", "iframe", "base", "form", "object", "embed")] == []
    attributes = [name for _, found in elements for name in found]
    assert [name for name in attributes if name in ("src", "style") or name.startswith("on")] == []
    assert {found["href"] for tag, found in elements if tag == "a"} == {"#reachability"}


def test_the_policy_allows_the_scripts_of_the_page_and_nothing_else() -> None:
    text = report(STAGE_4)
    (policy,) = (
        found["content"] for tag, found in _Elements(text).found if found.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives.pop("default-src") == "'none'"
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    for content, name in ((script, "script-src"), (style, "style-src")):
        assert directives.pop(name) == f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
    assert directives == {"worker-src": "blob:", "base-uri": "'none'", "form-action": "'none'"}


def test_the_scripts_set_no_html_and_request_nothing() -> None:
    scripts = "\n".join(map(pages._asset, pages.SCRIPTS))
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|DOMParser", scripts)
    assert not re.search(
        r"\bfetch\b|XMLHttpRequest|WebSocket|sendBeacon|importScripts|\.href\s*=|window\.open", scripts
    )


def test_the_layout_library_is_in_the_page_unchanged() -> None:
    assert gzip.decompress(b64decode(element(report(STAGE_4), "layout"))) == elk.script()
    assert f"elkjs {elk.VERSION}, {elk.LICENCE}, {elk.SOURCE}" in report(STAGE_4)


def test_the_text_is_the_same_each_time_and_nothing_in_it_is_a_command() -> None:
    from tests.report.html.reports import given as input_of

    assert report_html(input_of(STAGE_5)) == report(STAGE_5)
    assert shown(report(STAGE_5)) == report(STAGE_5)


@given(st.recursive(st.text(max_size=20) | st.lists(st.sampled_from(PIECES), max_size=4).map("".join), st.lists))
def test_embedded_data_is_the_same_data_and_ends_no_element(value: object) -> None:
    text = embedded({"value": value})
    assert json.loads(text) == {"value": value}
    assert text.isascii()
    assert not re.search("[<>&\u2028\u2029]|##", text)


def test_much_data_is_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = data_of(report(STAGE_4))
    monkeypatch.setattr(pages, "_LONGEST", 1000)
    packed = embedded(plain)
    assert len(packed) < len(json.dumps(plain)) / 4
    assert data_of(f'<script type="x" id="data">{packed}</script>') == plain


@pytest.mark.parametrize(("name", "before"), [(STAGE_4, ""), (STAGE_5, ""), (STAGE_4, STAGE_3)])
def test_a_report_is_below_one_megabyte(name: str, before: str) -> None:
    assert len(report(name, before).encode()) < 1_000_000


def test_the_report_of_a_hundred_spokes_is_below_one_megabyte() -> None:
    subject = Analysis(network(100), estate(100))
    text = report_html(ReportInput(subject, ("cdktf.out",)))
    assert data_of(text)["sides"]["after"]["reachability"]["locations"] >= 101
    assert len(text.encode()) < 1_000_000


def test_the_command_writes_the_file_and_never_over_an_input(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path_factory.mktemp("report") / "report.html"
    assert cli.main(["report", str(folder(STAGE_4)), "--html", str(target)]) == 0
    assert target.read_text() == report(STAGE_4)
    intent = folder(STAGE_4) / "intent.json"
    before = intent.read_bytes()
    assert cli.main(["report", str(folder(STAGE_4)), "--html", str(intent)]) == 2
    assert "is an input" in capsys.readouterr().err
    assert intent.read_bytes() == before


def test_a_file_that_is_no_scan_is_refused(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path_factory.mktemp("report") / "report.html"
    wrong = str(folder(STAGE_4) / "intent.json")
    assert cli.main(["report", str(folder(STAGE_4)), "--scan", wrong, "--html", str(target)]) == 2
    assert "is no result of a scan" in capsys.readouterr().err
    assert not target.exists()
