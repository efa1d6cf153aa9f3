"""A drawing as SVG, laid out by ELK: no line passes behind a box. Every name in it is text, never markup.

https://www.w3.org/TR/SVG2/
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from textwrap import TextWrapper
from typing import Any
from xml.sax.saxutils import escape

from isthmus.report.diagram.box_rows import box_rows
from isthmus.report.diagram.drawing import Box, BoxKind, Connector, Drawing, Link, Mark
from isthmus.report.diagram.elk_layout import laid_out
from isthmus.report.diagram.mermaid import COLOURS, LINES
from isthmus.report.diagram.text_width import width

Graph = Mapping[str, Any]

_FONT = "Arial, Helvetica, 'Liberation Sans', Arimo, sans-serif"
_SMALL, _SIZE, _TITLE = 11.0, 12.0, 13.0  # pixels
_LEADING, _PADDING = 16, 10
_FRAME_TITLE = 32
_WRAP = TextWrapper(48, break_long_words=True, break_on_hyphens=False)
# Readable on white and on black: contrast of 4.5 to 1 to both. https://www.w3.org/TR/WCAG22/#contrast-minimum
_NEUTRAL = "#747b84"
_INK, _FAINT = "#1f2328", "#57606a"
_MARKS = {Mark.ADDED: "#1a7f37", Mark.CHANGED: "#bf8700", Mark.REMOVED: "#cf222e"}


def svg(drawing: Drawing, title: str) -> str:
    """The SVG document. Raises `CannotAnswer` if there is nothing to lay it out with."""
    return "".join(f"{line}\n" for line in _Picture(drawing, title).lines())


class _Picture:
    def __init__(self, drawing: Drawing, title: str) -> None:
        self.title = title
        order = list(BoxKind)
        boxes = sorted(drawing.boxes, key=lambda box: (order.index(box.kind), box.name, box.key))
        self.boxes = {f"box{number}": box for number, box in enumerate(boxes)}
        self.ids = {box.key: name for name, box in self.boxes.items()}
        self.frames = {f"frame{number}": frame for number, frame in enumerate(sorted(drawing.frames, key=str))}
        # From left to right: sites, connections, tables, VPCs, the internet.
        places = {box.key: place for place, box in enumerate(boxes)}
        shown = sorted(line for line in drawing.lines if line.link in LINES)
        self.connectors: dict[str, tuple[Connector, str, str]] = {}
        for number, line in enumerate(shown):
            a, b = sorted((line.a, line.b), key=lambda key: places[key])
            self.connectors[f"line{number}"] = (line, self.ids[a], self.ids[b])
        rows = box_rows(drawing)
        self.rows = {name: [*_rows(box, rows[box.key])] for name, box in self.boxes.items()}

    def graph(self) -> Graph:
        """The graph for ELK: a frame is a node with nodes in it."""
        loose = [self.node(name) for name, box in self.boxes.items() if not box.frame]
        frames = [
            {
                "id": name,
                "children": [self.node(inner) for inner, box in self.boxes.items() if box.frame == frame.key],
                "layoutOptions": {
                    "elk.padding": f"[top={_FRAME_TITLE},left=14,bottom=14,right=14]",
                    "elk.nodeSize.constraints": "MINIMUM_SIZE",
                    "elk.nodeSize.minimum": f"({width(_plain(frame.title), _SIZE) + 28:.0f},40)",
                },
            }
            for name, frame in self.frames.items()
        ]
        edges = [
            {"id": name, "sources": [a], "targets": [b], "labels": self.label(line)}
            for name, (line, a, b) in self.connectors.items()
        ]
        return {"id": "root", "children": [*loose, *frames], "edges": edges}

    def node(self, name: str) -> Graph:
        widest = max(width(text, size, bold=bold) for text, size, _, bold in self.rows[name])
        return {
            "id": name,
            "width": round(widest) + 2 * _PADDING,
            "height": len(self.rows[name]) * _LEADING + 2 * _PADDING,
        }

    def label(self, line: Connector) -> list[Graph]:
        text = _plain(line.label)
        return [{"text": text, "width": round(width(text, _SMALL)) + 4, "height": _LEADING}] if text else []

    def lines(self) -> Iterator[str]:
        made = laid_out(self.graph())
        wide, high = round(made["width"]), round(made["height"])
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
            f'role="img" aria-labelledby="title description" font-family="{_FONT}">'
        )
        yield f'<title id="title">{_escaped(self.title)}</title>'
        yield f'<desc id="description">{_escaped(" ".join(self.sentences()))}</desc>'
        corners = {"root": (0.0, 0.0)}
        nodes: list[tuple[str, float, float, Graph]] = []
        for node in made["children"]:
            nodes.append((node["id"], node["x"], node["y"], node))
            corners[node["id"]] = (node["x"], node["y"])
            nodes += [(one["id"], node["x"] + one["x"], node["y"] + one["y"], one) for one in node.get("children", ())]
        for name, x, y, node in nodes:
            if name in self.frames:
                yield from self.frame(name, x, y, node)
        for edge in made.get("edges", ()):
            yield from self.connector(edge, corners[edge["container"]])
        for name, x, y, node in nodes:
            if name in self.boxes:
                yield from self.box(name, x, y, node)
        yield "</svg>"

    def frame(self, name: str, x: float, y: float, node: Graph) -> Iterator[str]:
        yield (
            f'<rect x="{x:g}" y="{y:g}" width="{node["width"]:g}" height="{node["height"]:g}" rx="6" fill="none" '
            f'stroke="{_NEUTRAL}"/>'
        )
        yield _text(_plain(self.frames[name].title), x + 14, y + 20, _SIZE, _NEUTRAL)

    def box(self, name: str, x: float, y: float, node: Graph) -> Iterator[str]:
        box = self.boxes[name]
        fill, stroke = COLOURS[box.kind]
        yield (
            f'<rect x="{x:g}" y="{y:g}" width="{node["width"]:g}" height="{node["height"]:g}" rx="4" fill="{fill}" '
            f"{_stroke(box.mark, stroke, 1)}/>"
        )
        for number, (text, size, colour, bold) in enumerate(self.rows[name]):
            yield _text(text, x + _PADDING, y + _PADDING + 12 + number * _LEADING, size, colour, bold=bold)

    def connector(self, edge: Graph, corner: tuple[float, float]) -> Iterator[str]:
        line, _, _ = self.connectors[edge["id"]]
        dx, dy = corner
        for section in edge.get("sections", ()):
            points = [section["startPoint"], *section.get("bendPoints", ()), section["endPoint"]]
            path = " L".join(f"{point['x'] + dx:g} {point['y'] + dy:g}" for point in points)
            wide = 4 if line.link is Link.TUNNELS else 1.5
            yield f'<path d="M{path}" fill="none" {_stroke(line.mark, _NEUTRAL, wide)}/>'
        for label in edge.get("labels", ()):
            yield _text(label["text"], label["x"] + dx + 2, label["y"] + dy + 12, _SMALL, _NEUTRAL)

    def sentences(self) -> Iterator[str]:
        """The diagram in words, for screen readers."""
        for name in self.boxes:
            yield f"{': '.join(text for text, *_ in self.rows[name][:2])}."
        for line, a, b in self.connectors.values():
            mark = f" ({line.mark})" if line.mark else ""
            yield f"{self.named(a)} is connected to {self.named(b)}{mark}."

    def named(self, name: str) -> str:
        box = self.boxes[name]
        return str(box.kind) if box.kind is BoxKind.INTERNET else f"{box.kind} {_plain(box.title)}"


def _rows(box: Box, rows: Sequence[str]) -> Iterator[tuple[str, float, str, bool]]:
    """The lines of a box: text, size, colour, and whether it is bold."""
    yield f"{box.kind}, {box.mark}" if box.mark else str(box.kind), _SMALL, _FAINT, False
    if box.kind is not BoxKind.INTERNET:
        yield from ((text, _TITLE, _INK, True) for text in _WRAP.wrap(_plain(box.title)))
    for row in rows:
        yield from ((text, _SIZE, _INK, False) for text in _WRAP.wrap(_plain(row)))


def _stroke(mark: Mark, colour: str, wide: float) -> str:
    dashes = ' stroke-dasharray="6 4"' if mark is Mark.REMOVED else ""
    return f'stroke="{_MARKS.get(mark, colour)}" stroke-width="{max(wide, 3) if mark else wide:g}"{dashes}'


def _text(text: str, x: float, y: float, size: float, colour: str, *, bold: bool = False) -> str:
    """One line of text. Its length is fixed, so that it fits its box in each font."""
    if not text:
        return ""
    length = width(text, size, bold=bold)
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{colour}"{weight} textLength="{length:.1f}" '
        f'lengthAdjust="spacingAndGlyphs" xml:space="preserve">{_escaped(text)}</text>'
    )


def _plain(text: str) -> str:
    """A text on one line, without controls, marks of direction and surrogates, which are unreadable."""
    return "".join("?" if unicodedata.category(each).startswith("C") else each for each in " ".join(text.split()))


def _escaped(text: str) -> str:
    return escape(_plain(text))
