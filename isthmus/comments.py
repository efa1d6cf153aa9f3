"""Markdown for a comment on a pull request, which holds so much and no more, and in which names are no markup."""

from __future__ import annotations

from collections.abc import Iterable

# GitHub refuses a comment of more than 65,536 characters; multi-byte characters are counted with room to spare.
LONGEST = 60_000
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
    flat = " ".join(text.split())
    for mark in "\\`*_[]<>|#":
        flat = flat.replace(mark, f"\\{mark}" if mark not in "<>" else {"<": "&lt;", ">": "&gt;"}[mark])
    return flat.replace("@", "@\u200b")
