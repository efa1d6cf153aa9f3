"""The one exception that reading Terraform raises."""

from __future__ import annotations

from pathlib import Path

from isthmus.text.printable import printable


class UnreadableTerraform(Exception):
    """What was given cannot be read as Terraform: which path, what is wrong with it, and what would be right."""

    def __init__(self, path: str | Path, problem: str, remedy: str) -> None:
        self.path = printable(str(path), 1000)
        self.problem = printable(problem)
        self.remedy = printable(remedy)
        super().__init__(f"{self.path}: {self.problem}. {self.remedy}.")
