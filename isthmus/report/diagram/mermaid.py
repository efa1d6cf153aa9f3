"""A drawing as a Mermaid flowchart: https://mermaid.js.org/syntax/flowchart.html"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from textwrap import TextWrapper
from typing import Literal

from isthmus.report.diagram.box_rows import box_rows
from isthmus.report.diagram.drawing import Box, BoxKind, Drawing, Link, Mark

# The limits of Mermaid: `maxTextSize` and `maxEdges` of https://mermaid.js.org/config/schema-docs/config.html
LONGEST = 50_000
MOST_LINES = 500

Layout = Literal["dagre", "elk"]

_WRAP = TextWrapper(48, break_long_words=False, break_on_hyphens=False)
_CLASSES = {
    "outside": ((BoxKind.SITE, BoxKind.CUSTOMER_GATEWAY, BoxKind.INTERNET), "#eaeef2", "#57606a"),
    "connection": (
        (BoxKind.VPN, BoxKind.DX_GATEWAY, BoxKind.VPN_GATEWAY, BoxKind.ATTACHMENT, BoxKind.PEERING),
        "#fff8c5",
        "#9a6700",
    ),
    "table": ((BoxKind.TABLE, BoxKind.TRANSIT_GATEWAY), "#ddf4ff", "#0969da"),
    "vpc": ((BoxKind.VPC,), "#dafbe1", "#1a7f37"),
    "firewall": ((BoxKind.FIREWALL,), "#ffebe9", "#cf222e"),
}
_MARKS = {
    Mark.ADDED: "stroke:#1a7f37,stroke-width:4px",
    Mark.CHANGED: "stroke:#bf8700,stroke-width:4px",
    Mark.REMOVED: "stroke:#cf222e,stroke-width:4px,stroke-dasharray:6 4",
}
_CLASS = {kind: name for name, (kinds, _, _) in _CLASSES.items() for kind in kinds}
COLOURS = {kind: (fill, stroke) for kinds, fill, stroke in _CLASSES.values() for kind in kinds}
LINES = {Link.CONNECTS: "---", Link.PEERING: "---", Link.TUNNELS: "===", Link.ASSOCIATED: "---"}


class TooLarge(Exception):
    """A drawing that is too large for Mermaid."""


def text(drawing: Drawing, layout: Layout = "dagre") -> str:
    """The Mermaid text. Raises `TooLarge`.

    A viewer of Mermaid without ELK, such as GitHub, uses `dagre`, the default of Mermaid, instead.
    https://mermaid.js.org/config/layouts.html
    """
    made = "".join(f"{line}\n" for line in _Writer(drawing, layout).lines())
    lines = sum(line.link in LINES for line in drawing.lines)
    if len(made) > LONGEST or lines > MOST_LINES:
        raise TooLarge(f"{len(made)} characters and {lines} lines, of {LONGEST} and {MOST_LINES} that Mermaid draws")
    return made


def markdown(text: str, compared: bool = False) -> str:
    """The text as a block of Markdown, with a legend of its lines and, for a comparison, of its colours."""
    colours = "Green is added, amber changed, red and dashed removed.\n" if compared else ""
    return (
        f"```mermaid\n{text}```\n\n"
        "A line to a route table is an association: the table routes the packets that come from the other end.\n"
        "The box of a table lists its routes.\n"
        f"{colours}"
    )


def quoted(name: str) -> str:
    """A name, escaped for a label: nothing in it is syntax of Mermaid, HTML or Markdown.

    Mermaid has its own character references, `#34;` for a quote: https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
    """
    return "".join(_character(each) for each in " ".join(name.split()))


def _character(each: str) -> str:
    if each in " .,/()-_+" or (each.isascii() and each.isalnum()):
        return each
    # Controls, marks of direction and surrogates are unreadable.
    return "?" if unicodedata.category(each).startswith("C") else f"#{ord(each)};"


class _Writer:
    def __init__(self, drawing: Drawing, layout: Layout) -> None:
        self.drawing, self.layout = drawing, layout
        self.boxes = sorted(drawing.boxes, key=lambda box: (list(BoxKind).index(box.kind), box.name, box.key))
        self.rows = box_rows(drawing)
        self.places = {box.key: place for place, box in enumerate(self.boxes)}
        taken: set[str] = set()
        self.ids = {box.key: _identifier(box.kind.name.lower(), box.name, taken) for box in self.boxes}
        self.frames = {frame.key: _identifier("in", frame.title, taken) for frame in drawing.frames}

    def lines(self) -> Iterator[str]:
        chosen = "" if self.layout == "dagre" else f'"layout": "{self.layout}", '
        yield f'%%{{init: {{{chosen}"flowchart": {{"wrappingWidth": 600}}}}}}%%'
        yield "flowchart LR"
        for frame in sorted(self.drawing.frames, key=lambda frame: self.frames[frame.key]):
            yield f'    subgraph {self.frames[frame.key]}["{quoted(frame.title)}"]'
            yield from (f"        {self._box(box)}" for box in self.boxes if box.frame == frame.key)
            yield "    end"
        yield from (f"    {self._box(box)}" for box in self.boxes if not box.frame)
        lines = sorted(self._lines())
        yield from (f"    {line}" for line, _ in lines)
        for name, (kinds, fill, stroke) in _CLASSES.items():
            if any(box.kind in kinds for box in self.boxes):
                yield f"    classDef {name} fill:{fill},stroke:{stroke},color:#1f2328"
        if self.frames:
            yield "    classDef frame fill:none,stroke:#8c959f"
            yield f"    class {','.join(sorted(self.frames.values()))} frame"
        for mark, style in _MARKS.items():
            if marked := [self.ids[box.key] for box in self.boxes if box.mark is mark]:
                yield f"    classDef {mark} {style}"
                yield f"    class {','.join(marked)} {mark}"
            if numbers := [str(number) for number, (_, became) in enumerate(lines) if became is mark]:
                yield f"    linkStyle {','.join(numbers)} {style}"

    def _box(self, box: Box) -> str:
        kind = f"{box.kind}, {box.mark}" if box.mark else str(box.kind)
        title = kind if box.kind is BoxKind.INTERNET else f"{kind}<br><b>{quoted(box.title)}</b>"
        rows = [row for text in self.rows[box.key] for row in _WRAP.wrap(text)]
        return f'{self.ids[box.key]}["{"<br>".join((title, *map(quoted, rows)))}"]:::{_CLASS[box.kind]}'

    def _lines(self) -> Iterator[tuple[str, Mark]]:
        for line in self.drawing.lines:
            if line.link in LINES:
                label = f'|"{quoted(line.label)}"|' if line.label else ""
                # Mermaid draws from left to right: sites, connections, tables, VPCs, the internet.
                a, b = sorted((line.a, line.b), key=lambda key: self.places[key])
                a, b = self.ids[a], self.ids[b]
                yield f"{a} {LINES[line.link]}{label} {b}", line.mark


def _identifier(kind: str, name: str, taken: set[str]) -> str:
    """A readable identifier that is no keyword of Mermaid."""
    wanted = f"{kind}_{re.sub('[^A-Za-z0-9]+', '_', name).strip('_')}"[:60].rstrip("_")
    found, number = wanted, 1
    while found in taken:
        number += 1
        found = f"{wanted}_{number}"
    taken.add(found)
    return found
