"""A hand-over sheet as blocks: headings, paragraphs, tables and commands. The sheet is Markdown that Isthmus wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import groupby
from typing import Any

__all__ = ["sheet_blocks"]

_CELL = re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\([\\`*_\[\]|#~$])")
_CODE = re.compile(r"(`[^`]*`)")


def sheet_blocks(markdown: str) -> list[dict[str, Any]]:
    """The blocks of a sheet. Text is a list of `[text, is_code]`: nothing in it is markup any more."""
    paragraphs = (list(lines) for empty, lines in groupby(markdown.splitlines(), lambda line: not line) if not empty)
    return [block for lines in paragraphs for block in _blocks(lines)]


def _blocks(lines: list[str]) -> Iterator[dict[str, Any]]:
    if lines[0].startswith("#"):
        marks, _, title = lines[0].partition(" ")
        yield {"kind": "heading", "level": len(marks), "text": _text(title)}
        if lines[1:]:
            yield from _blocks(lines[1:])
    elif lines[0].startswith("|"):
        rows = [[_text(cell.strip()) for cell in _CELL.split(line)[1:-1]] for line in lines]
        yield {"kind": "table", "head": rows[0], "rows": rows[2:]}
    elif lines[0].startswith("    "):
        yield {"kind": "code", "text": "\n".join(line[4:] for line in lines)}
    else:
        yield {"kind": "paragraph", "text": _text(" ".join(lines))}


def _text(markdown: str) -> list[list[Any]]:
    """The text without escapes. Zero-width spaces break mentions in Markdown: here nothing is a mention."""
    return [_part(part) for part in _CODE.split(markdown.replace("\u200b", "")) if part]


def _part(part: str) -> list[Any]:
    return [part[1:-1], True] if part.startswith("`") else [unescape(_ESCAPED.sub(r"\1", part)), False]
