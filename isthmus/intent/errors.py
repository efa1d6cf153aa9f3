"""Errors of the language.

IntentError
├── InvalidArgument   a constructor was given an unknown field or a value of another type
├── InvalidEstate     the estate breaks rules: all of them in one error
└── UnknownSchema     an intent document of a version this release does not read
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from isthmus.text.listing import cut


class IntentError(Exception):
    """The base class of all errors of the language. Its message is for the author of the intent."""


class InvalidArgument(IntentError):
    """A constructor was given an unknown field, lacks one, or got a value of another type."""


class UnknownSchema(IntentError):
    """An `intent.json` that this release cannot read: damaged, or with another schema version."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule.

    rule    stable ID of the rule, e.g. `cidr-overlap`
    subject the object with the problem, e.g. `spoke "dev"`
    place   `file:line` that created the subject, or the path inside a document
    given   what is wrong, with the value, in one sentence
    remedy  what to write instead, in one sentence
    why     the reason, in one sentence
    source  URL of the page that states the reason, or ""
    """

    rule: str
    subject: str
    place: str
    given: str
    remedy: str
    why: str
    source: str = ""

    def __str__(self) -> str:
        reason = f"{self.why} ({self.source})" if self.source else self.why
        what = f"{self.subject}, {self.place}: {self.given}"
        return f"{what}\n    write: {self.remedy}\n    why:   {reason}  [{self.rule}]"


class InvalidEstate(IntentError):
    """All problems of an estate, in the order of the lines that created the objects. Equal ones are printed once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        super().__init__("\n".join([f"The estate has {head}:", *(f"  {text}" for text in _merged(self.problems))]))


def _merged(problems: Iterable[Problem]) -> Iterator[str]:
    """The problems. Those of several objects with one text are printed for the first, and name the others."""
    equal: dict[tuple[str, ...], list[Problem]] = {}
    for problem in problems:
        equal.setdefault((problem.rule, problem.given, problem.remedy, problem.why), []).append(problem)
    for first, *others in equal.values():
        yield str(first)
        if others:
            named, more = cut([f"{other.subject}, {other.place}" for other in others], 3)
            yield f"  also:  {'; '.join([*named, *([more] if more else [])])}"
