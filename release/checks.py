"""What must be true before a release is made. Each message says what to do."""

from __future__ import annotations

import re
from datetime import date, timedelta

from isthmus.errors import CannotAnswer
from isthmus.scan.waivers import read_waivers
from release.repository import Repository

# Final releases and pre-releases: https://packaging.python.org/en/latest/specifications/version-specifiers/
_VERSION = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}((a|b|rc)(0|[1-9]\d*))?")
_HEADING = re.compile(r"^## +\[?(?P<version>[^\]\s]+)\]?(?: - (?P<day>\S+))? *$", re.MULTILINE)
_LEAST_VALIDITY = timedelta(days=90)
"""How long the waivers of a new version are valid at least. After that, they warn (`isthmus.scan.waivers`)."""


def check(repository: Repository, version: str, tag: str, today: date) -> None:
    """Raise `CannotAnswer` if this version cannot be released now."""
    if not _VERSION.fullmatch(version):
        raise CannotAnswer(f"{version!r} is no version. Write three numbers, such as 1.2.0, or a pre-release: 1.2.0rc1")
    if changed := repository.changes():
        raise CannotAnswer(
            f"the working tree has changes: {', '.join(changed[:5])}{', ...' if len(changed) > 5 else ''}\n"
            "  write: git commit, or git stash --include-untracked\n"
            "  why:   a release is made of a commit"
        )
    at = repository.tag_commit(tag)
    if at is not None and at != repository.head():
        raise CannotAnswer(
            f"{tag} exists, and is another commit: {at[:12]}. Choose another version: a release never changes"
        )
    _check_changelog((repository.folder / "CHANGELOG.md").read_text(encoding="utf-8"), version)
    _check_waivers(repository, today)


def _check_changelog(text: str, version: str) -> None:
    headings = list(_HEADING.finditer(text))
    for heading, after in zip(headings, [*headings[1:], None], strict=True):
        if heading["version"] == version:
            entry = text[heading.end() : after.start() if after else len(text)]
            _check_entry(version, heading["day"], entry)
            return
    raise CannotAnswer(
        f"CHANGELOG.md has no entry for {version}\n"
        f"  write: ## {version} - YYYY-MM-DD, and below it what changed: for example, rename ## Unreleased\n"
        "  why:   users read there what an upgrade changes"
    )


def _check_entry(version: str, day: str | None, entry: str) -> None:
    try:
        date.fromisoformat(day or "")
    except ValueError:
        raise CannotAnswer(
            f"CHANGELOG.md: the entry for {version} has no day\n  write: ## {version} - YYYY-MM-DD"
        ) from None
    if not re.search(r"^- \S", entry, re.MULTILINE):
        raise CannotAnswer(f"CHANGELOG.md: the entry for {version} lists no change. Write one in a line: - ...")


def _check_waivers(repository: Repository, today: date) -> None:
    soon = [
        waiver
        for waiver in read_waivers(repository.folder / "policies" / "waivers.toml")
        if waiver.expires < today + _LEAST_VALIDITY
    ]
    if soon:
        raise CannotAnswer(
            f"policies/waivers.toml: {soon[0]} expires within {_LEAST_VALIDITY.days} days\n"
            "  write: a later day, if its reason still holds; else remove it and correct the module\n"
            "  why:   in the repositories of users it would soon be a warning that they cannot act on"
        )
