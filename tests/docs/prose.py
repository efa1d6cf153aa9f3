"""The prose of the documentation, as text without code, tables and generated parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.links import PAGES

# Generated from docstrings, help texts and docstrings of policies, which have checks of their own; or a record.
_OTHER = ("fields.md", "python-api.md", "cli.md", "json.md", "resource-types.md", "policies.md", "argument-mutants.md")
WRITTEN = tuple(page for page in PAGES if page.name not in _OTHER and page.parent.name != "decisions")

LONGEST_SENTENCE = 30
# Names and spellings that have one form.
TERMS = {
    r"data centres?": "data center",
    r"behaviours?": "behavior",
    r"Github": "GitHub",
    r"Cloudwatch": "CloudWatch",
    r"Cloudtrail": "CloudTrail",
    r"Route53": "Route 53",
    r"Direct ?connect": "Direct Connect",
    r"Mac OS|OSX": "macOS",
    r"e-mails?": "email",
    r"the Internet": "the internet",
    r"regions?": "Region, as AWS writes it",
}
_REMOVED = re.compile(
    r"<!-- \w+(?:: [^>]*)? -->\n```.*?^```$"  # executed blocks
    r"|^ *```.*?^ *```$"
    r"|^ {4}[^\n]*$"  # indented code
    r"|^\|[^\n]*$"  # tables
    r"|<!--.*?-->",
    re.MULTILINE | re.DOTALL,
)


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs and list items of a page, each as one line; `X` stands for code, a link is its text."""
    prose = re.sub(r"^( *)(?:[-*]|\d+\.) ", "\n", _REMOVED.sub("\n", text), flags=re.MULTILINE)
    for part in re.split(r"\n\s*\n|^#+ ", prose, flags=re.MULTILINE):
        line = " ".join(part.split())
        line = re.sub(r"`[^`]*`", "X", line)
        line = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line)
        if line:
            yield line


def sentences(text: str) -> Iterator[str]:
    """The sentences of a page. A colon or semicolon ends one, because a reader can stop there."""
    for paragraph in paragraphs(text):
        yield from re.split(r"(?<=[.:;?!])\s+", paragraph)


def too_long(page: Path) -> Iterator[str]:
    """Sentences with too many words."""
    for sentence in sentences(page.read_text()):
        if (words := len(sentence.split())) > LONGEST_SENTENCE:
            yield f"{words} words: {sentence}"


def wrong_terms(page: Path) -> Iterator[str]:
    """Terms that are written otherwise here."""
    for paragraph in paragraphs(page.read_text()):
        for term, right in TERMS.items():
            if match := re.search(rf"\b(?:{term})\b", paragraph):
                yield f"{match[0]!r}: write {right}: {paragraph[:80]}"
