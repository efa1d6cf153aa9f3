"""Sections as Markdown. They fit a number of characters: the least important parts are left out first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from isthmus.report.markdown import LONGEST, escape, folded
from isthmus.report.sections import UNLIMITED, Amount, Entry, Section

__all__ = ["sections_markdown"]

CUT = "*Cut to the length of a comment. The JSON has everything.*"
# Everything that an entry stands for is listed if the whole text stays this short.
_SHORT = 20_000


# From the most to the least. The last one leaves the headings.
_LEVELS = (
    Amount(),
    Amount(background=5),
    Amount(100, 5, 8),
    Amount(50, 5, 6, 2_000),
    Amount(25, 3, 6, 1_000),
    Amount(12, 3, 4, 600),
    Amount(6, 2, 4, 400),
    Amount(3, 1, 3, 300),
    Amount(1, 0, 3, 200),
    Amount(0, 0, 0, 0),
)


def sections_markdown(sections: Sequence[Section], room: int = LONGEST) -> str:
    """The sections in at most `room` characters. A text that is cut says so."""
    whole = _text(sections, Amount(members=UNLIMITED))
    if len(whole) <= min(room, _SHORT):
        return whole
    text = _text(sections, _LEVELS[0])
    if len(text) <= room:
        return text
    cut = (f"{_text(sections, amount)}\n\n{CUT}" for amount in _LEVELS[1:])
    return next((text for text in cut if len(text) <= room), CUT)


def _text(sections: Sequence[Section], amount: Amount) -> str:
    return "\n\n".join(_section(section, amount) for section in sections)


def _section(section: Section, amount: Amount) -> str:
    most = amount.most(section)
    lines = [line for entry in section.entries[:most] for line in _entry(entry, amount)]
    if len(section.entries) > most:
        lines.append(f"- and {len(section.entries) - most:,} more")
    title = f"{section.heading} ({len(section.entries):,})"
    return folded(title, "\n".join(lines), opened=not section.folded)


def _entry(entry: Entry, amount: Amount) -> Iterator[str]:
    label = f"**{escape(entry.label)}**: " if entry.label else ""
    first, *more = entry.text.split("\n")
    yield f"- {label}{_cut(first, amount)}"
    yield from (f"  - {_cut(text, amount)}" for text in (*more, *entry.details[: amount.details]))
    yield from (f"    - {escape(text)}" for text in entry.members[: amount.members])


def _cut(text: str, amount: Amount) -> str:
    return escape(text if len(text) <= amount.length else f"{text[: amount.length]} ...")
