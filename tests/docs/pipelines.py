"""The files of examples/pipelines in the pages that explain them: `python -m tests.docs` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs.readme import PROJECT

PAGES = tuple(
    PROJECT / f"docs/how-to/{name}.md" for name in ("pull-requests", "apply-in-a-pipeline", "other-pipelines")
)
_PART = re.compile(r"<!-- file: (?P<what>\S+) -->\n.*?<!-- /file -->\n", re.DOTALL)
_LANGUAGES = {".yml": "yaml", ".yaml": "yaml", ".py": "python"}


def current(page: Path) -> str:
    """A page with every file as it is today."""

    def made(part: re.Match[str]) -> str:
        file = PROJECT / part["what"]
        language = _LANGUAGES.get(file.suffix, "groovy")
        return f"<!-- file: {part['what']} -->\n```{language}\n{file.read_text().strip()}\n```\n<!-- /file -->\n"

    return _PART.sub(made, page.read_text())


def shown() -> set[str]:
    """The files that the pages show."""
    return {part["what"] for page in PAGES for part in _PART.finditer(page.read_text())}
