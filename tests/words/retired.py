"""Retired words, each with the word to use instead, and where a file still has one.

`python -m tests.words.retired [PATH ...]` prints every place. The words to use are in docs/reference/glossary.md.
Text in backquotes and braces is quoted: it is not searched, and URLs are not.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parents[2]

# In sentences: documentation, comments, docstrings and messages.
WORDS: Mapping[str, str] = {
    r"announc\w+": "advertise, advertised prefix",
    r"nobody": "no principal, no host, unknown: what is meant",
    r"whoever|whomever|whosoever": "the role, host or reader that is meant",
    r"whom": "a noun: the destination, the recipient",
    r"told|tells": "advertised, reported, configured: what is meant",
    r"kin": "related",
    r"beside": "with, next to, in addition to",
    r"undrawn": "unintended",
    r"ways? out": "egress path",
    r"ways? in": "inbound internet access",
    r"ways? back": "return path",
    r"detours?": "hairpin",
    r"ephemeral ports?": "client ports",
    r"bills?": "cost estimate",
    r"doubts?|doubted|doubtful": "unknown, with the reason",
    r"fares?|fared|faring": "is reachable, is treated",
    r"those it opens from": "client ports",
    r"somebody|someone|everybody|everyone": "you, the role, the host: what is meant",
    r"unmodelled|modelled": "modeled",
    r"learnt": "learned",
    r"anybody|anyone": "you, any role, any host: what is meant",
    r"stands? in(?! for)|stood in(?! for)": "is in",
    r"lets? in|letting in": "allow",
    r"routes? (?:that )?(?:leads?|led) to": "the next hop of a route is, a route to",
    r"(?-i:Of)": "a sentence that starts with its subject",
    r"heretofore|thereof|thereby|therein|wherein|whereby|hence|thence|whence": "a plain word",
}
# In code: parts of identifiers.
NAMES: Mapping[str, str] = {
    "told": "advertised, reported",
    "tell": "advertise",
    "tells": "advertises",
    "telling": "the noun",
    "said": "the noun: prefixes, ports, entries",
    "mine": "the noun",
    "theirs": "the noun",
    "undrawn": "unintended",
    "announce": "advertise",
    "announces": "advertises",
    "announced": "advertised",
    "announcement": "advertised_prefix",
    "announcements": "advertised_prefixes",
    "doubt": "unknown_reason",
    "doubts": "unknown_reasons",
    "doubtful": "unknown",
    "vague": "unknown",
    "unsure": "unknown_reason",
    "whom": "destination",
    "beside": "the relation",
    "nobody": "none",
    "somebody": "the principal, the owner",
    "anybody": "any_principal, any_host",
    "everybody": "every_principal",
    "whoever": "the principal, the host",
    "fare": "outcome",
    "fares": "outcome",
    "alike": "equivalent",
    "bill": "estimate",
    "bills": "estimates",
    "learnt": "learned",
    "modelled": "modeled",
    "unmodelled": "not_modeled",
    "opening": "allowed_connection",
    "openings": "allowed_connections",
    "toward": "destination",
    "fate": "outcome",
    "fates": "outcomes",
}
# Files that name retired words on purpose.
EXCEPTIONS = frozenset({"CHANGELOG.md", "docs/reference/glossary.md"})
_SENTENCES = frozenset({".md", ".txt", ".toml"})  # files that are searched as text
# Quoted text: names of AWS, Terraform or Python, addresses of pages, and the fields of a format string.
QUOTED = re.compile(r"`[^`\n]*`|https?://\S+|\{[^{}\n]*\}")
_WORD = re.compile(r"\b(" + "|".join(f"({word})" for word in WORDS) + r")\b", re.IGNORECASE)
# On Python 3.12 and later, the text of an f-string is a token between its fields.
_TEXTS = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


class Place(NamedTuple):
    """A retired word in a file."""

    file: str
    line: int
    word: str
    instead: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.word!r}: use {self.instead}"


def files() -> Iterator[str]:
    """The files of the project, without the exceptions and without this check."""
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        if name not in EXCEPTIONS and not name.startswith("tests/words/") and (PROJECT / name).is_file():
            yield name


def in_file(name: str) -> Iterator[Place]:
    """Every retired word in a file of the project, and in its name."""
    path = PROJECT / name
    for part in _PARTS.findall(path.stem):
        if (instead := NAMES.get(part.lower())) is not None:
            yield Place(name, 0, path.name, instead)
    if path.suffix == ".py":
        yield from in_code(name, path.read_text(encoding="utf-8"))
    elif path.suffix in _SENTENCES:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield from in_sentence(name, number, line)


def in_code(name: str, text: str) -> Iterator[Place]:
    """Retired words in the strings, comments and identifiers of Python code."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in _TEXTS:
            for offset, line in enumerate(token.string.splitlines()):
                yield from in_sentence(name, token.start[0] + offset, line)
        elif token.type == tokenize.NAME:
            for part in _PARTS.findall(token.string):
                if (instead := NAMES.get(part.lower())) is not None:
                    yield Place(name, token.start[0], token.string, instead)


def in_sentence(name: str, number: int, line: str) -> Iterator[Place]:
    """Retired words in a line of text."""
    for match in _WORD.finditer(QUOTED.sub("", line)):
        which = next(index for index, group in enumerate(match.groups()[1:]) if group)
        yield Place(name, number, match[0], list(WORDS.values())[which])


def below(given: Iterable[str]) -> Iterator[Place]:
    """Retired words in the files below some paths; everywhere without a path."""
    roots = [(PROJECT / path).resolve() for path in given] or [PROJECT]
    for name in files():
        if any((PROJECT / name).is_relative_to(root) for root in roots):
            yield from in_file(name)


if __name__ == "__main__":
    places = list(below(sys.argv[1:]))
    print(*places, f"{len(places)} retired words", sep="\n")
