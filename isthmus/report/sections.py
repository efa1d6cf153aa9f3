"""The parts of a report, independent of its format: sections, each with entries, the most important first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["UNLIMITED", "Amount", "Entry", "Importance", "Section", "plain"]

UNLIMITED = 1_000_000


class Importance(StrEnum):
    """How much a section matters.

    - `REFUSED`: the change must not be applied.
    - `WARNING`: something stops, is exposed or is unknown.
    - `CHANGE`: something changes.
    - `BACKGROUND`: what the results are based on.
    """

    REFUSED = "refused"
    WARNING = "warning"
    CHANGE = "change"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement.

    - `text`: the statement, in one line.
    - `label`: a word in front of it, such as `gained`; or "".
    - `details`: further lines, for example the outcomes and the causes.
    - `members`: everything that the statement stands for, if that is more than the text names.
    """

    text: str
    label: str = ""
    details: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with entries. `folded`: a reader opens it with a click."""

    heading: str
    entries: tuple[Entry, ...]
    importance: Importance = Importance.CHANGE
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of each section a report shows.

    - `entries`: entries of a section. `background`: the same, of background sections.
    - `details`, `members`: of an entry.
    - `length`: of a text, in lines of the terminal or in characters.
    """

    entries: int = UNLIMITED
    background: int = UNLIMITED
    details: int = UNLIMITED
    length: int = UNLIMITED
    members: int = 0

    def most(self, section: Section) -> int:
        """The number of entries of a section."""
        return self.background if section.importance is Importance.BACKGROUND else self.entries


def plain(heading: str, texts: Iterable[object], importance: Importance, *, folded: bool = False) -> Section:
    """A section of statements without labels and details."""
    return Section(heading, tuple(Entry(str(text)) for text in texts), importance, folded)
