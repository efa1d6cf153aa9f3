"""The Markdown format: comments on pull requests and sheets. Names are never markup, mentions or links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from isthmus.text.listing import cut
from isthmus.text.printable import BREAK, printable

__all__ = ["LONGEST", "capped", "code", "codes", "escape", "folded", "section", "table"]

# GitHub refuses a comment of more than 65,536 characters. The rest is room for characters of several bytes.
LONGEST = 60_000
# "&" comes first: a character reference may stand for any of the others.
_MARKUP = {"&": "&amp;", **{mark: f"\\{mark}" for mark in "\\`*_[]|#~$"}, "<": "&lt;", ">": "&gt;"}
# GitHub and GitLab make mentions, references and links of these, without any markup. A zero-width space prevents it.
# https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
# https://github.github.com/gfm/#autolinks-extension-
_LINKED = re.compile(r"@|#|!(?=\d)|\bGH(?=-)|:(?=//)|www(?=\.)|(?:mailto|xmpp)(?=:)", re.IGNORECASE)
_CUT = "\n\n*Cut here: this is longer than a comment may be. The JSON has everything.*\n"


def capped(parts: Iterable[str]) -> str:
    """The parts with an empty line between them, up to the length of a comment. A cut keeps whole lines and says so."""
    text = "\n\n".join(part for part in parts if part) + "\n"
    if len(text) <= LONGEST:
        return text
    kept = text[: LONGEST - len(_CUT)].rsplit("\n", 1)[0]
    unclosed = kept.count("<details") - kept.count("</details>")
    return kept + "\n\n</details>" * unclosed + _CUT


def folded(title: str, body: str, opened: bool = False) -> str:
    """A part that a reader opens with a click."""
    return f"<details{' open' if opened else ''}><summary>{title}</summary>\n\n{body}\n\n</details>"


def section(title: str, lines: Iterable[str], opened: bool = False) -> str:
    """A folded list with the number of its lines in the title; "" without lines. Escape the lines first."""
    listed = [f"- {line}" for line in lines]
    return folded(f"{title} ({len(listed):,})", "\n".join(listed), opened) if listed else ""


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: bool = False) -> str:
    """A table. Escape the cells first. `right`: all columns but the first are aligned to the right."""
    rule = "|---|" + ("--:|" if right else "---|") * (len(columns) - 1)
    return "\n".join([f"| {' | '.join(columns)} |", rule, *(f"| {' | '.join(row)} |" for row in rows)])


def escape(text: str) -> str:
    """A name or a sentence in one line. Names come from tags and may hold anything: nothing in it stays markup."""
    flat = printable(" ".join(text.split()), LONGEST)
    for mark, instead in _MARKUP.items():
        flat = flat.replace(mark, instead)
    return _LINKED.sub(lambda found: found[0] + BREAK, flat)


def code(text: str) -> str:
    """A name or an address as code: nothing in it is markup, a mention or a link. It may be in a table."""
    flat = printable(" ".join(text.split()), LONGEST)
    return "`" + flat.replace("`", "'").replace("|", "/") + "`"


def codes(names: Sequence[str], most: int = 4) -> str:
    """The first names as code, and how many more there are."""
    first, more = cut(names, most)
    return ", ".join(map(code, first)) + (f" {more}" if more else "")
