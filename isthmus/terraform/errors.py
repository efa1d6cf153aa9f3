"""The one exception that reading Terraform raises, and how names that others wrote are made safe to print."""

from __future__ import annotations

from pathlib import Path

_LONGEST = 300


def printable(text: str, longest: int = _LONGEST) -> str:
    """A name or an expression as it may be shown: control, escape and bidirectional characters are spelt out, and the
    end of an overlong text is cut. Ordinary text comes back unchanged.
    """
    shown = text
    if not text.isprintable():
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return shown if len(shown) <= longest else shown[: longest - 3] + "..."


class UnreadableTerraform(Exception):
    """What was given cannot be read as Terraform: which path, what is wrong with it, and what would be right."""

    def __init__(self, path: str | Path, problem: str, remedy: str) -> None:
        self.path = printable(str(path), 1000)
        self.problem = printable(problem)
        self.remedy = printable(remedy)
        super().__init__(f"{self.path}: {self.problem}. {self.remedy}.")
