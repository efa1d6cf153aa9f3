"""What the language says when an intent cannot be built.

IntentError
├── InvalidArgument   a constructor was given an unknown field or a value of another type
├── InvalidEstate     every value rule that the finished estate breaks, all of them in one pass
└── UnknownSchema     an intent document of a version this release does not read
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class IntentError(Exception):
    """The root of every error of the language. Its text is written for the person who wrote the intent."""


class InvalidArgument(IntentError):
    """A constructor was given an unknown field, lacks one, or got a value of another type."""


class UnknownSchema(IntentError):
    """An `intent.json` that this release cannot read: damaged, or of another schema version."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule.

    rule    stable name of the rule, e.g. `cidr-overlap`
    subject what it is about, e.g. `spoke "dev"`
    place   `file:line` that built the subject, or the path inside a document
    given   what was given and what is wrong with it, one sentence
    remedy  what would be right, one sentence
    why     why AWS, Terraform or the design cares, one sentence
    source  URL of the page that says so, or ""
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
    """Every problem of an estate, in the order of the places that built them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        super().__init__("\n".join([f"The estate has {head}:", *(f"  {problem}" for problem in self.problems)]))
