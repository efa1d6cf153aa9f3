"""The table of rules in docs/proof.md: `python -m tests.docs.rules` writes it from the catalogue."""

from __future__ import annotations

from pathlib import Path

from isthmus.proof import CATALOGUE

PAGE = Path(__file__).parents[2] / "docs" / "proof.md"
_HEAD = "| rule | what is wrong |\n|---|---|\n"


def table() -> str:
    """The rules with their pages, in the order of the catalogue."""
    rows = [
        f"| [`{rule.id}`]({rule.source}) | {rule.info} |" if rule.source else f"| `{rule.id}` | {rule.info} |"
        for rule in CATALOGUE.values()
    ]
    return _HEAD + "\n".join(rows) + "\n"


def written() -> str:
    """The page with the table as it is in the catalogue."""
    before, _, _ = PAGE.read_text().partition(_HEAD)
    return before + table()


if __name__ == "__main__":
    PAGE.write_text(written())
