"""The text of each box of a drawing below its title: its prefixes, what it says, and the routes of a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from isthmus.report.diagram.compared import SIGNS
from isthmus.report.diagram.drawing import Drawing, Link, Mark, some_lines
from isthmus.text.listing import some

_MOST_LISTED = 20


def box_rows(drawing: Drawing) -> Mapping[str, tuple[str, ...]]:
    """The rows of each box, by its key. A long row is not wrapped."""
    routes = _routes(drawing)
    return {
        box.key: (*([some([str(cidr) for cidr in box.cidrs])] if box.cidrs else []), *box.says, *routes[box.key])
        for box in drawing.boxes
    }


def _routes(drawing: Drawing) -> Mapping[str, list[str]]:
    """The static routes and the propagations of each route table. A sign marks those of a changed table that differ."""
    names = {box.key: box.title for box in drawing.boxes}
    changed = {box.key for box in drawing.boxes if box.mark is Mark.CHANGED}  # in a new box no line is marked
    propagated: dict[tuple[str, str], list[str]] = defaultdict(list)
    routed: dict[str, list[str]] = defaultdict(list)
    for line in drawing.lines:
        sign = SIGNS[line.mark] if line.b in changed else ""
        if line.link is Link.PROPAGATES:
            propagated[line.b, sign].append(names[line.a])
        elif line.link is Link.ROUTED:
            routed[line.b].append(f"{sign}{line.label} to {names[line.a]}")
    found: dict[str, list[str]] = defaultdict(list)
    for table, routes in routed.items():
        found[table] += some_lines(sorted(routes))
    for (table, sign), those in sorted(propagated.items()):
        found[table].append(f"{sign}propagated from {some(sorted(those), _MOST_LISTED)}")
    return found
