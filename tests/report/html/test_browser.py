"""A report in a real browser: clicks, the keyboard, what it shows, no error, and no request.

The tests need Playwright (`uv sync --group browser`) and a Chromium of the system. They are skipped without them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from isthmus import proof
from isthmus.report.html import reachability
from isthmus.report.html.page import report_html
from isthmus.report.html.report_input import ReportInput
from tests.network.networks import mesh
from tests.proof.estates import EVERYTHING
from tests.report.html.reports import STAGE_3, STAGE_4, STAGE_5, data_of, folder, report

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: uv sync --group browser")
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHECKS = (Path(__file__).parent / "checks.js").read_text(encoding="utf-8").replace('"use strict";', "")
HOSTILE = '"\'></script><img src=x onerror="window.pwned=1"><svg onload=window.pwned=1>&lt;${1}'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@dataclass
class Opened:
    """A page, and everything that it requested or reported as an error."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def drawn(self) -> None:
        """Wait until the diagram shows what is chosen now."""
        self.page.wait_for_function("() => document.querySelector('.canvas svg')")

    def redrawn(self, action: Any) -> None:
        """Do something that draws the diagram again, and wait until it is drawn."""
        before = self.page.get_attribute(".canvas", "data-drawn")
        action()
        self.page.wait_for_function("(old) => document.querySelector('.canvas').dataset.drawn !== old", arg=before)

    def texts(self, selector: str) -> list[str]:
        return [" ".join(text.split()) for text in self.page.locator(selector).all_text_contents()]

    def faults(self, check: str) -> list[str]:
        """What a function of `checks.js` finds."""
        found: list[str] = self.page.evaluate(f"() => {{ {CHECKS}; return checks.{check}(); }}")
        return found

    def cell(self, row: str, column: str) -> str:
        """The selector of a cell of the matrix."""
        return f'.matrix button[aria-label^="{row} to {column}:"]'


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    """Opens a report. After the test, no page has requested or reported anything."""
    pages: list[Opened] = []

    def open_page(text: str, **options: Any) -> Opened:
        file = tmp_path / f"report{len(pages)}.html"
        file.write_text(text, encoding="utf-8")
        context = browser.new_context(**{"viewport": {"width": 1400, "height": 1000}, **options})
        found = Opened(context.new_page())
        pages.append(found)
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.on("console", lambda message: found.errors.append(message.text))
        found.page.on("pageerror", lambda error: found.errors.append(str(error)))
        found.page.goto(file.as_uri())
        found.drawn()
        return found

    yield open_page
    for number, each in enumerate(pages):
        own = (tmp_path / f"report{number}.html").as_uri()
        assert [url for url in each.requests if url != own and not url.startswith("blob:")] == []
        assert each.errors == []
        each.page.context.close()


def hostile() -> ReportInput:
    """Two VPCs and a site with hostile names."""
    d = mesh("a", "b")
    d.vpn("vpn", "t")
    network = d.network()
    names = {vpc: replace(each, name=f"{vpc}{HOSTILE}") for vpc, each in network.vpcs.items()}
    return ReportInput(proof.Analysis(replace(network, vpcs=names), None), (f"plan{HOSTILE}.json",))


@cache
def many() -> str:
    """A report of 35 equivalent VPCs, which the diagram shows as a group."""
    names = [f"v{number:02}" for number in range(35)]
    return report_html(ReportInput(proof.Analysis(mesh(*names).network(), None), ("plan.json",)))


# --- the matrix and the path


def test_a_cell_shows_its_path_hop_by_hop_and_in_the_diagram(opened: Any) -> None:
    shown = opened(report(STAGE_4))
    network = data_of(report(STAGE_4))["sides"]["after"]
    flow = next(f for f in network["reachability"]["flows"] if (f["source"], f["destination"]) == ("dc1/users", "dev"))
    shown.redrawn(lambda: shown.page.click(shown.cell("dc1/users", "dev")))
    assert shown.texts("#path-title") == ["dc1/users → dev"]
    trip = flow["classes"][0]["trace"]["trips"][0]
    forward = network["paths"][trip["forward"]["paths"][0]]
    hops = [network["hops"][number] for number in forward["hops"]]
    written = shown.texts(".leg:first-of-type .hop")
    assert len(written) == len(hops)
    for text, hop in zip(written, hops, strict=True):
        assert hop["kind"] in text
        assert hop["address"] in text
        assert network["places"].get(hop["address"], "") in text
    steps = [text for text in shown.texts(".canvas .step-text") if text]
    assert sorted(int(number) for text in steps for number in text.split(",")) == list(
        range(1, len(forward["boxes"]) + 1)
    )
    box = shown.page.locator(".canvas .box.vpc.on-path")
    assert shown.texts("[role=status]")[0].startswith("dc1/users to dev: yes, reachable")
    assert "Step 5 of the path" in box.get_attribute("aria-label")


def test_a_blocked_cell_lists_everything_that_blocks_it(opened: Any) -> None:
    shown = opened(report(STAGE_4))
    shown.redrawn(lambda: shown.page.click(shown.cell("dev", "prod")))
    network = data_of(report(STAGE_4))["sides"]["after"]
    flow = next(f for f in network["reachability"]["flows"] if (f["source"], f["destination"]) == ("dev", "prod"))
    blocks = shown.texts(".panel .block")
    forward = flow["classes"][0]["trace"]["trips"][0]["forward"]["paths"]
    listed = [network["blocks"][number] for path in forward for number in network["paths"][path]["blocks"]]
    assert listed
    for block in listed:
        assert any(block["why"] in text and block["address"] in text and block["rule"] in text for text in blocks)


def test_a_packet_selects_its_set_in_the_matrix_and_in_the_panel(opened: Any) -> None:
    shown = opened(report(STAGE_4))
    shown.redrawn(lambda: shown.page.click(shown.cell("dev", "internet")))
    shown.redrawn(lambda: shown.page.select_option("#protocol", "udp"))
    shown.redrawn(lambda: shown.page.fill("#port", "53"))
    assert shown.texts(shown.cell("dev", "internet")) == ["\u2013no"]
    assert shown.texts(".answer")[0].startswith("udp/53: blocked")
    shown.redrawn(lambda: shown.page.select_option("#protocol", "tcp"))
    shown.redrawn(lambda: shown.page.fill("#port", "443"))
    assert shown.texts(shown.cell("dev", "internet")) == ["✓yes"]
    assert shown.texts(".answer")[0].startswith("tcp/443: reachable both ways")
    for port in ("0", "65535"):  # the first and the last packet of the set
        shown.redrawn(partial(shown.page.fill, "#port", port))
        assert shown.texts(shown.cell("dev", "internet")) == ["✓yes"]
    shown.page.fill("#port", "70000")
    assert shown.texts("#packet-error") == ["Expected a port from 0 to 65535, such as 443."]
    assert shown.page.get_attribute("#port", "aria-invalid") == "true"


def test_what_the_file_does_not_contain_is_unknown(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachability, "MOST_TRACED", 0)
    text = report_html(
        ReportInput(proof.Analysis(mesh("a", "b").network(), None), ("my plan.json",), ("--site", "x=y"))
    )
    shown = opened(text)
    shown.page.click(shown.cell("a", "b"))
    shown.page.select_option("#protocol", "udp")
    assert "Unknown here" in shown.texts(".unknown-here")[0]
    assert shown.texts(".unknown-here pre") == ["isthmus trace 'my plan.json' --site x=y --from a --to b:udp/443"]


def test_a_failure_shows_the_flows_that_it_interrupts(opened: Any) -> None:
    shown = opened(report(STAGE_5))
    reach = data_of(report(STAGE_5))["sides"]["after"]["reachability"]
    number, failure = next((n, one) for n, one in enumerate(reach["failures"]) if one["lost"])
    shown.redrawn(lambda: shown.page.select_option("#failure", str(number)))
    lost = {int(str(each.get_attribute("data-cell"))) for each in shown.page.locator(".matrix .cell.lost").all()}
    assert lost == {one["cell"] for one in failure["lost"]}
    shown.redrawn(lambda: shown.page.click(f'[data-cell="{failure["lost"][0]["cell"]}"]'))
    assert failure["lost"][0]["why"][0] in shown.texts(".lost-note")[0]


def test_violations_come_first_and_are_marked_in_the_matrix(opened: Any, tmp_path: Path) -> None:
    """A propagation that is missing: every violation is listed with its line, and its cells are marked."""
    broken = tmp_path / "out"
    shutil.copytree(folder(STAGE_5), broken)
    module = broken / "stacks/prod/modules/spoke_prod/main.tf.json"
    document = json.loads(module.read_text())
    del document["resource"]["aws_ec2_transit_gateway_route_table_propagation"]
    module.write_text(json.dumps(document))
    text = report_html(ReportInput(proof.read(broken), (str(broken),)))
    shown = opened(text)
    network = data_of(text)["sides"]["after"]
    assert shown.texts(".card.bad .card-value") == ["!VIOLATED"]
    assert shown.page.locator("#summary .block").count() == len(network["violations"]) >= 4
    assert shown.texts(shown.cell("dc1/users", "prod")) == ["✕no"]
    label = shown.page.get_attribute(shown.cell("dc1/users", "prod"), "aria-label")
    assert label == "dc1/users to prod: no, violation: intended, but not reachable"
    assert shown.texts("#path-title") != ["dc1/servers → dev"]
    shown.redrawn(lambda: shown.page.click(shown.cell("dc1/users", "prod")))
    assert shown.page.get_attribute(".canvas", "data-outcome") == "blocked"
    assert "blocked. The marked path is the one if nothing blocked it" in shown.texts(".path-caption")[0]
    assert shown.faults("lowContrast") == []


# --- the diagram


def test_both_networks_and_what_changes_between_them(opened: Any) -> None:
    shown = opened(report(STAGE_4, STAGE_3))
    assert any("infra-egress" in text for text in shown.texts(".canvas .box"))
    shown.redrawn(lambda: shown.page.locator('input[name="side"][value="before"]').check(force=True))
    assert not any("infra-egress" in text for text in shown.texts(".canvas .box"))
    shown.redrawn(lambda: shown.page.locator('input[name="changes"][value="changes"]').check(force=True))
    assert any("VPC, added" in text for text in shown.texts(".canvas .box.added"))
    assert shown.texts("#changes .lead")[0].startswith("Flows change")


@pytest.mark.parametrize("name", [STAGE_4, STAGE_5, EVERYTHING])
def test_no_line_passes_behind_a_box(name: str, opened: Any) -> None:
    shown = opened(report(name))
    assert shown.page.locator(".canvas .line path").count() >= 6
    assert shown.faults("crossings") == []


def test_a_group_opens_and_closes_by_keyboard(opened: Any) -> None:
    shown = opened(many())
    page = shown.page
    assert len(shown.texts(".canvas .box")) == 2
    page.locator(".canvas .box.closed").focus()
    shown.redrawn(lambda: page.keyboard.press("Enter"))
    assert len(shown.texts(".canvas .box")) == 36
    assert page.evaluate("() => document.activeElement.classList.contains('box')")
    assert shown.faults("crossings") == []
    shown.redrawn(lambda: page.get_by_role("button", name="Close all groups").click())
    assert len(shown.texts(".canvas .box")) == 2


def test_the_keyboard_reaches_the_matrix_and_the_diagram(opened: Any) -> None:
    shown = opened(report(STAGE_5))
    page = shown.page
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("() => document.activeElement.closest('.canvas, .matrix, .panel')?.className ?? ''"))
        if seen[-1] == "matrix":
            break
    assert "canvas part-canvas" in " ".join(seen) or "part-canvas canvas" in " ".join(seen)
    assert seen[-1] == "matrix"
    assert seen.count("matrix") == 1
    before = page.evaluate("() => document.activeElement.dataset.cell")
    page.keyboard.press("ArrowDown")
    after = page.evaluate("() => document.activeElement.dataset.cell")
    assert after != before
    shown.redrawn(lambda: page.keyboard.press("Enter"))
    assert page.evaluate("() => document.activeElement.dataset.cell") == after
    flow = data_of(report(STAGE_5))["sides"]["after"]["reachability"]["flows"][int(after)]
    assert shown.texts("#path-title") == [f"{flow['source']} → {flow['destination']}"]


# --- everything else


def test_names_of_an_input_are_text(opened: Any) -> None:
    shown = opened(report_html(hostile()))
    page = shown.page
    for cell in page.locator(".matrix button").all()[:4]:
        shown.redrawn(cell.click)
    assert page.evaluate("() => window.pwned") is None
    assert page.locator("img, iframe, object, embed, [onload], [onerror]").count() == 0
    assert any("onerror=" in text for text in shown.texts(".canvas .box"))
    assert "onerror=" in shown.texts(".command pre")[0] or shown.page.locator(".command").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable_and_named_in_both_colour_schemes(scheme: str, opened: Any) -> None:
    shown = opened(report(STAGE_4, STAGE_3), color_scheme=scheme)
    page = shown.page
    background = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(13, 17, 23)")
    assert shown.faults("lowContrast") == []
    assert shown.faults("structure") == []
    other = "dark" if scheme == "light" else "light"
    page.locator(f'input[name="theme"][value="{other}"]').check(force=True)
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") != background
    assert shown.faults("lowContrast") == []


def test_print_shows_everything_and_no_controls(opened: Any) -> None:
    paper = {"width": 794, "height": 1123}  # A4 at 96 pixels an inch
    shown = opened(report(STAGE_5), color_scheme="dark", viewport=paper)
    page = shown.page
    page.emulate_media(media="print")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("() => getComputedStyle(document.documentElement).colorScheme") == "light"
    for selector in ("nav", ".tools", ".no-print"):
        assert not page.locator(selector).first.is_visible()
    assert page.locator("details:not([open])").count() == 0
    assert page.evaluate("() => document.scrollingElement.scrollWidth") <= paper["width"]
    assert page.locator(".sheet article").first.is_visible()
    assert page.evaluate("() => getComputedStyle(document.querySelector('.part-panel')).maxHeight") == "none"


@pytest.mark.parametrize("width", [400, 800])
def test_a_narrow_page_does_not_scroll_sideways(width: int, opened: Any) -> None:
    shown = opened(report(STAGE_4, STAGE_3), viewport={"width": width, "height": 900})
    assert shown.page.evaluate("() => document.scrollingElement.scrollWidth") <= width
