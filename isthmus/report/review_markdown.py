"""A review as one Markdown comment. It is never longer than a comment may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from isthmus.proof.errors import UnusableInput
from isthmus.report.diagram import mermaid, picture
from isthmus.report.markdown import escape, folded, table
from isthmus.report.review_head import review_facts, review_verdict
from isthmus.report.review_sections import ReviewSection, review_sections
from isthmus.review.record import Review
from isthmus.text.printable import shown

__all__ = ["LONGEST", "MARKER", "review_markdown"]

# The invisible first line. A workflow finds its own comment by it, and updates it.
MARKER = "<!-- isthmus review -->"
# GitHub refuses a comment of more than 65,536 characters. This counts bytes, which are never fewer.
LONGEST = 65_000
_ROOM = 9_000  # bytes of the lines of a section
_MOST = 40
_LONGEST_LINE = 500
_DIAGRAM = "Diagram of the change"


def review_markdown(review: Review) -> str:
    """The comment: the marker, the first line, then each section. The least important sections are cut first."""
    head = f"{MARKER}\n**{_cut(review_verdict(review))}.** {escape(', '.join(review_facts(review)))}."
    parts = [(section.title, _section(section)) for section in review_sections(review)]
    parts.append((_DIAGRAM, _diagram(review)))
    return fitted(head, parts)


def fitted(head: str, parts: Sequence[tuple[str, str]], longest: int = LONGEST) -> str:
    """The head and the parts, joined. Parts are left out from the end until the rest fits, and a line names them."""
    given = [(title, body) for title, body in parts if body]
    for kept in range(len(given), -1, -1):
        left = [title for title, _ in given[kept:]]
        text = "\n\n".join([head, *(body for _, body in given[:kept]), *([_missing(left)] if left else [])]) + "\n"
        if _size(text) <= longest:
            break
    return text


def _missing(titles: Iterable[str]) -> str:
    return f"*Too long for a comment. It lacks: {escape('; '.join(titles))}. The JSON has everything.*"


def _size(text: str) -> int:
    """The bytes of a text as it is published."""
    return len(shown(text, breaks=True).encode())


def _section(section: ReviewSection) -> str:
    """A section. It ends early if it is long: no section takes the room of all others."""
    lines = _within([_item(line) for line in section.lines])
    rows = _within(["|".join(map(_cut, row)) for row in section.rows])
    shown_rows = [tuple(map(_cut, row)) for row in section.rows[: len(rows)]]
    more = max(len(section.lines) - len(lines), len(section.rows) - len(rows))
    parts = [
        "\n".join(lines),
        table(tuple(map(escape, section.columns)), shown_rows) if rows else "",
        f"and {more} more (the JSON lists them)" if more > 0 else "",
    ]
    number = f" ({section.number})" if section.number is not None else ""
    return folded(f"{escape(section.title)}{number}", "\n\n".join(filter(None, parts)), opened=section.alarm)


def _item(text: str) -> str:
    """A sentence, and its details below it."""
    first, *details = text.split("\n")
    return "\n".join([f"- {_cut(first)}", *(f"  - {_cut(detail)}" for detail in details)])


def _within(texts: Sequence[str]) -> list[str]:
    """The first texts that fit into the room of a section."""
    kept: list[str] = []
    left = _ROOM
    for text in texts[:_MOST]:
        left -= len(text.encode())
        if left < 0:
            break
        kept.append(text)
    return kept


def _cut(text: str) -> str:
    return escape(text if len(text) <= _LONGEST_LINE else f"{text[: _LONGEST_LINE - 3]}...")


def _diagram(review: Review) -> str:
    """The diagram of the change; "" without a change, and if it is too large for Mermaid."""
    if review.difference.changes_nothing and not review.changes:
        return ""
    try:
        drawing = picture(review.after, None if review.proof_before is None else review.before)
        text = mermaid.text(drawing)
    except (UnusableInput, mermaid.TooLarge):
        return ""
    return folded(_DIAGRAM, mermaid.markdown(text, compared=review.proof_before is not None).rstrip("\n"))
