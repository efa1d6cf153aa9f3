"""The place of a finding: the line of the program that creates its resource, and the line in the Terraform."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from isthmus.files.repository import project_file, repository_path
from isthmus.intent import Estate
from isthmus.output.owners import Owners, described, line_of
from isthmus.report.sarif import Place
from isthmus.terraform.source_lines import SourceLine, SourceLines

__all__ = ["FindingPlaces", "Origin"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The object of the intent behind a finding, in words, and the line that created it."""

    text: str
    place: Place


class FindingPlaces:
    """Finds the places of findings.

    artifact  the input: a folder, whose resources have lines, or a plan or state
    estate    the intent with the lines of the program; None for none
    """

    def __init__(self, artifact: Path, estate: Estate | None) -> None:
        self.artifact = artifact
        self.owners = Owners(estate) if estate is not None else None
        self.lines = SourceLines(artifact) if artifact.is_dir() else None

    def origin(self, addresses: Sequence[str], locations: Iterable[str] = ()) -> Origin | None:
        """The object of the intent that resources, else locations, come from; None if its line is not known."""
        if self.owners is None:
            return None
        owner = self.owners.nearest(addresses, locations)
        position = line_of(owner)
        if position is None:
            return None
        file = project_file(position.file, self.artifact)
        return Origin(f"{described(owner)} at {file}:{position.line}", Place(file, position.line))

    def terraform(self, addresses: Iterable[str]) -> Place | None:
        """The line in the Terraform of the first resource that has one."""
        if self.lines is None:
            return None
        found = next((line for address in addresses if (line := self.lines.of(address)) is not None), None)
        return None if found is None else _place(found)

    @property
    def whole(self) -> Place:
        """The first line of the input."""
        return Place(repository_path(self.artifact), 1)


def _place(line: SourceLine) -> Place:
    return Place(repository_path(line.file), line.number)
