"""Links of the documentation, and the anchors of its headings, without a site generator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.readme import PROJECT

DOCS = PROJECT / "docs"
PAGES = sorted(
    path
    for path in (*PROJECT.glob("*.md"), *(PROJECT / "examples").rglob("*.md"), *(PROJECT / "benchmarks").rglob("*.md"))
    if path.name != "CHANGELOG.md"
) + sorted(DOCS.rglob("*.md"))

_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def broken(page: Path) -> Iterator[str]:
    """Links of a page that have no target. Links of the site have to stay inside of it."""
    for link in _LINK.findall(_CODE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.is_file():
            yield f"{link}: no such file"
        elif page.is_relative_to(DOCS) and not target.is_relative_to(DOCS):
            yield f"{link}: not a page of the site"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text()):
            yield f"{link}: no such heading"


def anchors(text: str) -> set[str]:
    """The anchors of a page that GitHub and the site generator both make: lower case, words joined by one hyphen."""
    found = set()
    for title in _HEADING.findall(re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
        on_github = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        on_the_site = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain, flags=re.ASCII).strip().lower())
        if on_github == on_the_site:
            found.add(on_github)
    return found
