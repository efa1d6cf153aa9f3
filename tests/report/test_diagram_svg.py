"""The diagram as SVG and PNG: no line passes behind a box, all text is inside its box, and names are only text."""

from __future__ import annotations

import builtins
import importlib.util
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from isthmus import proof
from isthmus.cli import main
from isthmus.errors import CannotAnswer
from isthmus.report.diagram import elk_layout, mermaid, picture
from isthmus.report.diagram.drawing import Box, BoxKind, Connector, Drawing, Frame, Link, Mark
from isthmus.report.diagram.groups import readable
from isthmus.report.diagram.network import drawn
from isthmus.report.diagram.png import png
from isthmus.report.diagram.svg import svg
from tests.network.strategies import networks
from tests.proof.estates import output, write
from tests.report import pictures

SVG = "{http://www.w3.org/2000/svg}"
STAGES = ("stage_1_dev_only", "stage_4_central_egress", "stage_5_resilient_vpn")
CHANGE = "from stage 4 to stage 5"
FEW = [Phase.explicit, Phase.generate]  # each example starts Node
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("stages")
    for stage in STAGES:
        write(output(stage), place / stage)
    return place


@pytest.fixture(params=[*STAGES, CHANGE])
def drawing(request: pytest.FixtureRequest, folder: Path) -> Drawing:
    if request.param == CHANGE:
        return picture(proof.read(folder / STAGES[2]), proof.read(folder / STAGES[1]))
    return picture(proof.read(folder / request.param))


class Picture:
    """What an SVG shows: boxes and frames by their place, the segments of lines, and texts."""

    def __init__(self, document: str) -> None:
        root = ElementTree.fromstring(document)
        rectangles = [one.attrib for one in root.iter(f"{SVG}rect")]
        places = [(rect["fill"], [float(rect[name]) for name in ("x", "y", "width", "height")]) for rect in rectangles]
        self.frames = [place for fill, place in places if fill == "none"]
        self.boxes = [place for fill, place in places if fill != "none"]
        self.texts = [(one.attrib, one.text or "") for one in root.iter(f"{SVG}text")]
        self.paths = [
            [tuple(map(float, point.split())) for point in one.attrib["d"].removeprefix("M").split(" L")]
            for one in root.iter(f"{SVG}path")
        ]
        self.elements = {one.tag.removeprefix(SVG) for one in root.iter()}
        _, _, self.wide, self.high = map(float, root.attrib["viewBox"].split())
        self.description = root.findtext(f"{SVG}desc") or ""


def behind(shown: Picture) -> list[Any]:
    """The segments of lines that pass through a box. A line ends at the border of its boxes."""
    found = []
    for path in shown.paths:
        for (x1, y1), (x2, y2) in pairwise(path):
            # ELK lets a straight line end some tenths of a pixel higher than it begins.
            assert min(abs(x1 - x2), abs(y1 - y2)) < 1, "lines are horizontal and vertical"
            for x, y, width, height in shown.boxes:
                across = min(x1, x2) < x + width - 1 and max(x1, x2) > x + 1
                if across and min(y1, y2) < y + height - 1 and max(y1, y2) > y + 1:
                    found.append((path, (x, y, width, height)))
    return found


def outside(shown: Picture) -> list[str]:
    """The texts of boxes that leave their box."""
    found = []
    for attributes, text in shown.texts:
        x, y, length = (float(attributes[name]) for name in ("x", "y", "textLength"))
        for left, top, width, height in shown.boxes:
            starts_in = left < x < left + width and top < y < top + height
            if starts_in and not (x + length <= left + width and y <= top + height):
                found.append(text)
    return found


def test_no_line_passes_behind_a_box_and_no_text_leaves_its_box(drawing: Drawing) -> None:
    shown = Picture(svg(drawing, "The network"))
    assert len(shown.boxes) == len(drawing.boxes)
    assert len(shown.paths) == sum(line.link in mermaid.LINES for line in drawing.lines)
    assert len(shown.frames) == len(drawing.frames)
    assert behind(shown) == []
    assert outside(shown) == []
    for x, y, width, height in (*shown.boxes, *shown.frames):
        assert 0 <= x <= x + width <= shown.wide
        assert 0 <= y <= y + height <= shown.high


@given(networks())
@settings(max_examples=3, phases=FEW)
def test_it_holds_for_every_network(draft: Any) -> None:
    drawing = readable(drawn(draft.network(), draft.sites))
    if drawing.boxes:
        shown = Picture(svg(drawing, "The network"))
        assert behind(shown) == []
        assert outside(shown) == []


def test_every_line_of_text_is_there(folder: Path) -> None:
    drawing = picture(proof.read(folder / STAGES[1]))
    words = " ".join(text for _, text in Picture(svg(drawing, "x")).texts)
    for word in (
        "infra-egress",
        "3 NAT gateways",
        "10.1.255.0/24",
        "internet gateway",
        "account network-prod 111122223333",
    ):
        assert word in words


def test_a_screen_reader_gets_title_and_description(folder: Path) -> None:
    document = svg(picture(proof.read(folder / STAGES[0])), "The network")
    shown = Picture(document)
    assert 'role="img" aria-labelledby="title description"' in document
    assert "VPC: infra-dev." in shown.description
    assert "customer gateway 203.0.113.10 is connected to VPN connection infra-dc1-01." in shown.description


HOSTILE = (
    '</text><script>alert(1)</script><text x="',
    "<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "]]><image href='https://example.com/x.png'/>",
    "\u202egnihtyna\u202c \x00\x1b[31m\ud800",
    "&lt;b&gt; &amp; &#60;",
    "a" * 400,
    "网络" * 60,
)


def hostile_drawing(names: tuple[str, ...]) -> Drawing:
    frame = Frame("frame", names[0])
    boxes = tuple(
        Box(str(number), BoxKind.VPC, name, says=(name, f"+ {name}"), frame="frame" * (number % 2), mark=Mark.ADDED)
        for number, name in enumerate(names)
    )
    lines = tuple(Connector(one.key, two.key, Link.CONNECTS, one.name) for one, two in pairwise(boxes))
    return Drawing((frame,), boxes, lines)


@given(st.lists(st.text(), min_size=2, max_size=4).map(tuple))
@settings(max_examples=3, phases=FEW)
def test_a_name_is_only_text(names: tuple[str, ...]) -> None:
    shown = Picture(svg(hostile_drawing((*names, *HOSTILE)), names[0]))
    assert shown.elements == {"svg", "title", "desc", "rect", "path", "text"}
    assert behind(shown) == []
    assert outside(shown) == []
    words = "".join(text.replace(" ", "") for _, text in shown.texts)
    assert '</text><script>alert(1)</script><textx="' in words
    assert "\x1b" not in words
    assert "\u202e" not in words


def test_a_png_is_the_same_picture(folder: Path) -> None:
    pytest.importorskip("resvg_py")
    document = svg(picture(proof.read(folder / STAGES[0])), "The network")
    shown, pixels = Picture(document), png(document)
    assert pixels.startswith(PNG)
    assert int.from_bytes(pixels[16:20], "big") == 2 * shown.wide
    assert int.from_bytes(pixels[20:24], "big") == 2 * shown.high


def test_a_machine_without_fonts_gets_a_message_and_no_empty_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    resvg_py = pytest.importorskip("resvg_py")
    original = resvg_py.svg_to_bytes
    monkeypatch.setattr(resvg_py, "svg_to_bytes", lambda **given: original(**given, skip_system_fonts=True))
    with pytest.raises(CannotAnswer, match="this machine has none: the picture would have no text"):
        png("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "resvg_py":
            raise ImportError
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(CannotAnswer, match=r"write: pip install 'isthmus\[draw\]'"):
        png("<svg/>")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(CannotAnswer, match=r"SVG and PNG need Node for the layout(.|\n)*isthmus\[draw\]"):
        elk_layout.laid_out({"id": "root"})


def test_a_layout_that_fails_is_no_answer() -> None:
    graph = {"id": "root", "children": [], "edges": [{"id": "x", "sources": ["nowhere"], "targets": ["nowhere"]}]}
    with pytest.raises(CannotAnswer, match="ELK cannot lay out the diagram"):
        elk_layout.laid_out(graph)


def test_mermaid_with_elk_differs_in_its_first_line_only(folder: Path) -> None:
    drawing = picture(proof.read(folder / STAGES[0]))
    plain, elk = (mermaid.text(drawing, layout).splitlines() for layout in ("dagre", "elk"))  # type: ignore[arg-type]
    assert elk[0] == '%%{init: {"layout": "elk", "flowchart": {"wrappingWidth": 600}}}%%'
    assert elk[1:] == plain[1:]


def test_draw_writes_the_files_that_it_is_asked_for(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("resvg_py")
    given = ["draw", str(folder / STAGES[0])]
    files = [str(tmp_path / name) for name in ("a.svg", "a.png", "a.mmd")]
    assert main([*given, "--svg", files[0], "--png", files[1]]) == 0
    assert capsys.readouterr() == ("", "")
    first = Path(files[0]).read_bytes()
    assert Path(files[1]).read_bytes().startswith(PNG)
    assert main([*given, "--svg", files[0], "--into", files[2], "--layout", "elk"]) == 0
    assert Path(files[0]).read_bytes() == first, "the same network gives the same picture"
    assert Path(files[2]).read_text().startswith('%%{init: {"layout": "elk"')
    assert main([*given, "--svg", "-"]) == 0
    assert capsys.readouterr().out.encode() == first


def test_draw_refuses_two_outputs_in_one_place(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["draw", str(folder / STAGES[0])]
    assert main([*given, "--svg", "-", "--png", "-"]) == 2
    assert "'-' is given for two outputs" in capsys.readouterr().err
    same = str(tmp_path / "a")
    assert main([*given, "--svg", same, "--png", same]) == 2
    assert not Path(same).exists()
    plan = folder / STAGES[0] / "intent.json"
    assert main([*given, "--svg", str(plan)]) == 2
    assert plan.read_text().startswith("{")


def test_the_picture_of_the_readme_shows_both_ends() -> None:
    """If it is wrong: `.venv/bin/python -m tests.report.pictures`, and look at the difference."""
    text = pictures.README.read_text()
    assert text == pictures.readme()
    assert "(docs/network.svg)" in (pictures.README.parents[1] / "README.md").read_text()
    for kind in ("site: dc1", "customer gateway: 203.0.113.10", "VPN connection: infra-dc1-01", "VPC: infra-prod"):
        assert kind in text
    assert "2 tunnels, BGP" in text
