"""One box for all that are equivalent, so that a diagram of a thousand spokes has a few boxes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, collapse_addresses

from isthmus.network.model import Cidr
from isthmus.report.diagram.drawing import Box, Drawing, Frame, Link
from isthmus.report.matrix_classes import MOST_SHOWN


def readable(drawing: Drawing, most: int = MOST_SHOWN) -> Drawing:
    """The drawing, with boxes merged if there are too many.

    A small drawing is unchanged. Else equivalent boxes are merged. If these are still too many, boxes with equal
    neighbours are merged even if their text or their static routes differ.
    """
    if len(drawing.boxes) <= most:
        return drawing
    few = together(drawing, _same_text)
    return few if len(few.boxes) <= most else together(_without_destinations(drawing), _of_a_kind)


def _same_text(box: Box) -> Hashable:
    return (box.kind, box.mark, box.says, box.key if box.unlike else "")


def _of_a_kind(box: Box) -> Hashable:
    return (box.kind, box.mark, box.key if box.unlike else "")


def _without_destinations(drawing: Drawing) -> Drawing:
    lines = {replace(line, label="static routes") if line.link is Link.ROUTED else line for line in drawing.lines}
    return replace(drawing, lines=tuple(sorted(lines)))


def together(drawing: Drawing, distinguish: Callable[[Box], Hashable]) -> Drawing:
    """One box for all boxes with an equal result of `distinguish` and equal lines to equal boxes."""
    classes = _classes(drawing, distinguish)
    groups: dict[int, list[Box]] = defaultdict(list)
    for box in sorted(drawing.boxes, key=lambda box: (box.name, box.key)):
        groups[classes[box.key]].append(box)
    first = {number: group[0].key for number, group in groups.items()}
    frames = {frame.key: frame for frame in drawing.frames}
    lines = {replace(line, a=first[classes[line.a]], b=first[classes[line.b]]) for line in drawing.lines}
    among = {line.a: line for line in lines if line.a == line.b}
    boxes = []
    for group in groups.values():
        box = _one(group, frames)
        boxes.append(box.saying(f"{among[box.key].link} among them") if box.key in among else box)
    used = {box.frame for box in boxes}
    return Drawing(
        tuple(frame for frame in drawing.frames if frame.key in used),
        tuple(sorted(boxes, key=lambda box: box.key)),
        tuple(sorted(line for line in lines if line.a != line.b)),
    )


def _classes(drawing: Drawing, distinguish: Callable[[Box], Hashable]) -> Mapping[str, int]:
    """A number for each box, equal for exchangeable boxes.

    Classes are split until the boxes of each have the same lines to boxes of the same classes (colour refinement).
    """
    joined: dict[str, list[tuple[Hashable, str]]] = defaultdict(list)
    for line in drawing.lines:
        both_ways = line.link is Link.PEERING
        joined[line.a].append(((both_ways or "to", line.link, line.label, line.mark), line.b))
        joined[line.b].append(((both_ways or "from", line.link, line.label, line.mark), line.a))
    now = _numbered({box.key: distinguish(box) for box in drawing.boxes})
    while True:
        cut: dict[str, Hashable] = {
            key: (number, frozenset(Counter((line, now[end]) for line, end in joined[key]).items()))
            for key, number in now.items()
        }
        then = _numbered(cut)
        if len(set(then.values())) == len(set(now.values())):
            return now
        now = then


def _numbered(values: Mapping[str, Hashable]) -> dict[str, int]:
    numbers: dict[Hashable, int] = {}
    return {key: numbers.setdefault(what, len(numbers)) for key, what in values.items()}


def _one(group: Sequence[Box], frames: Mapping[str, Frame]) -> Box:
    """The box into which a group is merged."""
    box = group[0]
    if len(group) == 1:
        return box
    stand_in = {each.frame for each in group}
    common = [line for line in box.says if all(line in each.says for each in group)]
    if any(len(each.says) > len(common) for each in group):
        common.append("and what differs among them")
    if len(stand_in) > 1 and "" not in stand_in:
        common.append(f"in {len(stand_in)} {frames[box.frame].each}")
    return replace(
        box,
        cidrs=_merged(cidr for each in group for cidr in each.cidrs),
        says=tuple(common),
        frame=box.frame if len(stand_in) == 1 else "",
        stands_for=tuple(sorted(key for each in group for key in each.keys)),
    )


def _merged(cidrs: Iterable[Cidr]) -> tuple[Cidr, ...]:
    """The same addresses in as few prefixes as possible."""
    known = [*cidrs]
    fours = collapse_addresses(cidr for cidr in known if isinstance(cidr, IPv4Network))
    sixes = collapse_addresses(cidr for cidr in known if isinstance(cidr, IPv6Network))
    return (*fours, *sixes)
