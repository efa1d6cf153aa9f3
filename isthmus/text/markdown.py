"""Markdown for a comment on a pull request, which holds so much and no more, and in which names are no markup."""

from __future__ import annotations

import re
from collections.abc import Iterable

from isthmus.text.printable import BREAK, printable

# GitHub refuses a comment of more than 65,536 characters; multi-byte characters are counted with room to spare.
LONGEST = 60_000
# A character reference comes first: it may stand for any of the others.
_MARKUP = {"&": "&amp;", **{mark: f"\\{mark}" for mark in "\\`*_[]|#~$"}, "<": "&lt;", ">": "&gt;"}
# What GitHub and GitLab make a mention, a reference or a link of, without any markup: none of it goes on after a space
# that takes no room. https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
# https://github.github.com/gfm/#autolinks-extension-
_LINKED = re.compile(r"@|#|!(?=\d)|\bGH(?=-)|:(?=//)|www(?=\.)|(?:mailto|xmpp)(?=:)", re.IGNORECASE)
_CUT = "\n\n*Cut here: this is longer than a comment may be. The JSON has everything.*\n"


def capped(parts: Iterable[str]) -> str:
    """The parts, one after another, as far as a comment holds them. A cut keeps whole lines and says so."""
    text = "\n\n".join(part for part in parts if part) + "\n"
    if len(text) <= LONGEST:
        return text
    kept = text[: LONGEST - len(_CUT)].rsplit("\n", 1)[0]
    unclosed = kept.count("<details") - kept.count("</details>")
    return kept + "\n\n</details>" * unclosed + _CUT


def folded(title: str, body: str, opened: bool = False) -> str:
    """A part that a reader opens."""
    return f"<details{' open' if opened else ''}><summary>{title}</summary>\n\n{body}\n\n</details>"


def escape(text: str) -> str:
    """Names come from tags and may hold anything: none of it is markup here, nor mentions anybody."""
    flat = printable(" ".join(text.split()), LONGEST)
    for mark, instead in _MARKUP.items():
        flat = flat.replace(mark, instead)
    return _LINKED.sub(lambda found: found[0] + BREAK, flat)


def code(text: str) -> str:
    """A name or an address as code, where nothing is markup, a mention or a link; also in a cell of a table."""
    flat = printable(" ".join(text.split()), LONGEST)
    return "`" + flat.replace("`", "'").replace("|", "/") + "`"
