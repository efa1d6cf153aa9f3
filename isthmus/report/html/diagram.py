"""The diagram of the report: every box, the groups of equivalent boxes, and the lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isthmus.proof.analysis import Analysis
from isthmus.report.diagram import whole
from isthmus.report.diagram.box_rows import box_rows
from isthmus.report.diagram.drawing import Box, Drawing
from isthmus.report.diagram.groups import readable
from isthmus.report.diagram.mermaid import LINES

__all__ = ["box_numbers", "diagram"]


def diagram(subject: Analysis, base: Analysis | None = None) -> dict[str, Any]:
    """The drawing of a network, or of its difference from `base`.

    `boxes` are all boxes. `groups` are the boxes that `isthmus draw` shows in place of several: the page shows either a
    group or its members. Lines are between boxes, by number.
    """
    drawing = whole(subject, base)
    few = readable(drawing)
    frames = {frame.key: number for number, frame in enumerate(drawing.frames)}
    numbers = box_numbers(drawing)
    rows, few_rows = box_rows(drawing), box_rows(few)
    groups = [box for box in few.boxes if len(box.keys) > 1]
    group_of = {key: number for number, group in enumerate(groups) for key in group.keys}
    # A box that is in no group shows the routes of `few`, which name the groups: `propagated from dev and 38 like it`.
    rows = {**rows, **{box.key: few_rows[box.key] for box in few.boxes if len(box.keys) == 1}}
    return {
        "frames": [frame.title for frame in drawing.frames],
        "boxes": [{**_box(box, rows, frames), "key": box.key, "group": group_of.get(box.key)} for box in drawing.boxes],
        "groups": [
            {**_box(group, few_rows, frames), "members": [numbers[key] for key in group.keys]} for group in groups
        ],
        "lines": [
            [numbers[line.a], numbers[line.b], str(line.link), line.label, str(line.mark)]
            for line in drawing.lines
            if line.link in LINES
        ],
    }


def box_numbers(drawing: Drawing) -> Mapping[str, int]:
    """The number of each box, by its key."""
    return {box.key: number for number, box in enumerate(drawing.boxes)}


def _box(box: Box, rows: Mapping[str, tuple[str, ...]], frames: Mapping[str, int]) -> dict[str, Any]:
    return {
        "kind": str(box.kind),
        "title": box.title,
        "rows": list(rows[box.key]),
        "frame": frames.get(box.frame),
        "mark": str(box.mark),
    }
