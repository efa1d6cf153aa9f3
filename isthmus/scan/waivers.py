"""Waivers: checks that a team has decided not to follow, with the reason and an expiry date.

[[waiver]]
check = "CKV_AWS_60"
root = "network"                                # optional, a pattern as below; any root if left out
resource = "module.hub.aws_iam_role.join_*"     # address in the root; * and ? match anything
reason = "The trust is bound to the organization, which this check does not read."
expires = 2027-06-30                            # the last day it holds

A folder of policies may have its own waivers, for findings that only the generator decides. Not
every estate has what they are for, so they may be idle. Those of this version of Isthmus hold after
their last day too, with a warning: only a newer version can decide about them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from isthmus.files.shipped import shipped
from isthmus.scan.errors import InvalidWaivers
from isthmus.terraform.toml_files import parsed, toml_text

_REQUIRED = ("check", "resource", "reason", "expires")
_KNOWN = {*_REQUIRED, "root"}
_NAME = "waivers.toml"
_LEAST_REASON = 15  # characters: "known" and "not needed" are no reasons


@dataclass(frozen=True)
class Waiver:
    """One decision.

    number    its place in the file, from 1
    shipped   it is in the folder of policies
    isthmus   this version of Isthmus has the same waiver, with the same last day: you did not edit it
    """

    number: int
    check: str
    resource: str
    reason: str
    expires: date
    root: str = "*"
    shipped: bool = False
    isthmus: bool = False

    def holds(self, today: date) -> bool:
        """Does it waive anything on this day?"""
        return self.isthmus or self.expires >= today

    def matches(self, check: str, root: str, address: str) -> bool:
        """Does it waive this check there? Brackets in addresses are taken literally."""
        return check == self.check and _like(root, self.root) and _like(address, self.resource)

    def __str__(self) -> str:
        whose = "shipped waiver" if self.shipped else "waiver"
        return f"{whose} {self.number} ({self.check} for {self.resource}, until {self.expires})"


def _like(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def read_shipped(policies: Path) -> tuple[Waiver, ...]:
    """Read the waivers that come with a folder of policies, in `waivers.toml`; none where it has no such file.

    Raises InvalidWaivers.
    """
    path, ours = policies / _NAME, shipped(f"policies/{_NAME}")
    if not path.is_file():
        return ()
    known = {replace(waiver, number=0) for waiver in read_waivers(ours)} if ours.is_file() else set()
    return tuple(
        replace(waiver, shipped=True, isthmus=replace(waiver, number=0) in known) for waiver in read_waivers(path)
    )


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read a waiver file.

    Raises InvalidWaivers, which names every fault in it, and OSError.
    """
    try:
        document = parsed(toml_text(path))
    except ValueError as error:
        raise InvalidWaivers(f"{path}: not TOML: {error}") from None
    faults = [f"{key}: expected [[waiver]]" for key in document if key != "waiver"]
    entries = document.get("waiver", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InvalidWaivers(f"{path}: expected [[waiver]] tables")
    for number, entry in enumerate(entries, 1):
        faults.extend(f"waiver {number}: {fault}" for fault in _faults(entry))
    if faults:
        raise InvalidWaivers("\n".join(f"{path}: {fault}" for fault in faults))
    return tuple(Waiver(number, **entry) for number, entry in enumerate(entries, 1))


def _faults(entry: Mapping[str, Any]) -> list[str]:
    faults = [f"{key} is missing" for key in _REQUIRED if key not in entry]
    faults += [f"{key} is not a field of a waiver; it has {', '.join(sorted(_KNOWN))}" for key in entry.keys() - _KNOWN]
    for key, value in entry.items():
        if key == "expires":
            if not isinstance(value, date) or isinstance(value, datetime):
                faults.append(f"expires is {value!r}; expected a date without quotes, such as 2027-06-30")
        elif key in _KNOWN and (not isinstance(value, str) or not value.strip()):
            faults.append(f"{key} is {value!r}; expected text")
    reason = entry.get("reason")
    if isinstance(reason, str) and len(reason.strip()) < _LEAST_REASON:
        faults.append(f"reason is {reason!r}; give the reason, so that a reader can judge it")
    if entry.get("resource") == "*":
        faults.append("resource is '*': that turns the check off; name what it is waived for")
    return sorted(faults)
