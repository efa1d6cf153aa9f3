"""A reader of the Mermaid that we write, as strict as the few rules that we rely on."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_LABEL = r'"(?P<label>[^"\n]*)"'
_BOX = re.compile(rf"(?P<id>[A-Za-z]\w*)\[{_LABEL}\]:::(?P<class>[a-z]+)")
_FRAME = re.compile(rf"subgraph (?P<id>in_\w*)\[{_LABEL}\]")
_LINE = re.compile(r'(?P<a>\w+) (?:---|===)(?:\|"(?P<label>[^"\n|]*)"\|)? (?P<b>\w+)')
_RULES = r"[a-z-]+:[#\w ]+(,[a-z-]+:[#\w ]+)*"
_STYLE = re.compile(rf"classDef [a-z]+ {_RULES}")
_CLASS = re.compile(r"class (?P<ids>\w+(,\w+)*) (?P<class>[a-z]+)")
_LINK_STYLE = re.compile(rf"linkStyle (?P<numbers>\d+(,\d+)*) {_RULES}")


@dataclass
class Node:
    """A box as it is shown: what it is, its title, the rows below, and its frame."""

    kind: str
    title: str
    rows: list[str]
    frame: str


@dataclass
class Flowchart:
    """What was read."""

    boxes: dict[str, Node] = field(default_factory=dict)
    frames: dict[str, str] = field(default_factory=dict)
    lines: list[tuple[str, str]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    classes: dict[str, str] = field(default_factory=dict)
    styled: list[int] = field(default_factory=list)

    def titles(self) -> Iterator[str]:
        """The titles of all boxes."""
        return (node.title for node in self.boxes.values())

    def named(self, kind: str, title: str) -> Node:
        """The box of that kind and title."""
        (found,) = (node for node in self.boxes.values() if (node.kind, node.title) == (kind, title))
        return found


def read(text: str) -> Flowchart:
    """Read a flowchart; an AssertionError names the line that is none."""
    found, frame = Flowchart(), ""
    first, second, *rest = text.removesuffix("\n").split("\n")
    assert first.startswith("%%{init: ")
    assert second == "flowchart LR"
    for line in (line.strip(" ") for line in rest):
        if match := _FRAME.fullmatch(line):
            assert not frame, "a frame in a frame"
            frame = match["id"]
            assert frame not in found.frames
            found.frames[frame] = _shown(match["label"])
            found.labels.append(match["label"])
        elif line == "end":
            assert frame, "an end of nothing"
            frame = ""
        elif match := _BOX.fullmatch(line):
            assert match["id"] not in found.boxes, f"twice: {line}"
            assert match["id"] not in found.frames
            kind, *rows = match["label"].split("<br>")
            title = re.fullmatch("<b>([^<>]*)</b>", rows[0])[1] if rows else kind  # type: ignore[index]
            found.boxes[match["id"]] = Node(kind, _shown(title), [*map(_shown, rows[1:])], frame)
            found.labels.append(match["label"])
        elif match := _LINE.fullmatch(line):
            assert not frame, "a line in a frame"
            found.lines.append((match["a"], match["b"]))
            found.labels.append(match["label"] or "")
        elif match := _CLASS.fullmatch(line):
            found.classes |= dict.fromkeys(match["ids"].split(","), match["class"])
        elif match := _LINK_STYLE.fullmatch(line):
            found.styled += map(int, match["numbers"].split(","))
        else:
            assert _STYLE.fullmatch(line), f"no line of a flowchart: {line!r}"
    assert not frame, f"{frame} has no end"
    assert found.classes.keys() <= {*found.boxes, *found.frames}
    assert all(number < len(found.lines) for number in found.styled)
    return found


def _shown(label: str) -> str:
    """A label as a person sees it."""
    return html.unescape(re.sub(r"#(\d+);", r"&#\1;", label))
