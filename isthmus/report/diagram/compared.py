"""Two drawings as one that shows what was added, changed and removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from isthmus.report.diagram.drawing import Box, BoxKind, Connector, Drawing, Link, Mark

SIGNS = {Mark.SAME: "", Mark.ADDED: "+ ", Mark.REMOVED: "- "}


def compared(before: Drawing, after: Drawing) -> Drawing:
    """The boxes and lines of both. A sign marks the lines of a box that only one drawing has."""
    lines = [*_lines(before, after)]
    # The routes of a table are connectors, but are shown in its box.
    touched = {line.b for line in lines if line.mark and line.link in (Link.PROPAGATES, Link.ROUTED)}
    boxes = [
        replace(box, mark=Mark.CHANGED) if box.key in touched and box.mark is Mark.SAME else box
        for box in _boxes(before, after)
    ]
    frames = {frame.key: frame for frame in (*before.frames, *after.frames)}
    return Drawing(
        tuple(sorted(frames.values(), key=lambda frame: frame.key)),
        tuple(sorted(boxes, key=lambda box: box.key)),
        tuple(sorted(lines)),
    )


def _lines(before: Drawing, after: Drawing) -> Iterator[Connector]:
    was, is_ = set(before.lines), set(after.lines)
    yield from was & is_
    yield from (replace(line, mark=Mark.ADDED) for line in is_ - was)
    yield from (replace(line, mark=Mark.REMOVED) for line in was - is_)


def _boxes(before: Drawing, after: Drawing) -> Iterator[Box]:
    was, is_ = ({box.key: box for box in drawing.boxes} for drawing in (before, after))
    for key, box in is_.items():
        yield _changed(was[key], box) if key in was else _marked(box, Mark.ADDED)
    yield from (_marked(box, Mark.REMOVED) for key, box in was.items() if key not in is_)


def _marked(box: Box, mark: Mark) -> Box:
    """The box with a mark. The internet has none: only its lines are added or removed."""
    return box if box.kind is BoxKind.INTERNET else replace(box, mark=mark)


def _changed(was: Box, is_: Box) -> Box:
    """The box after the change, with the removed lines of the box before."""
    if was == is_:
        return is_
    rows = [
        *_signed([f"name {was.name}"], [f"name {is_.name}"]),
        *_signed([str(cidr) for cidr in was.cidrs], [str(cidr) for cidr in is_.cidrs]),
        *(row for row in is_.says if row in was.says),
        *_signed(was.says, is_.says),
    ]
    kept = tuple(cidr for cidr in is_.cidrs if cidr in was.cidrs)
    return replace(is_, cidrs=kept, says=tuple(rows), mark=Mark.CHANGED)


def _signed(was: Sequence[str], is_: Sequence[str]) -> Iterator[str]:
    yield from (f"{SIGNS[Mark.REMOVED]}{row}" for row in was if row not in is_)
    yield from (f"{SIGNS[Mark.ADDED]}{row}" for row in is_ if row not in was)
