"""Devices that many sites have, and for which no correct configuration is possible: `refused.toml` of a folder.

title = "MikroTik RouterOS"
names = ["mikrotik-routeros", "routeros"]  # what a user may write as the platform
reason = "..."                             # why there is no configuration
instead = "..."                            # what the user can do
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from isthmus.platforms.platform import FOLDER


@dataclass(frozen=True, slots=True)
class Refused:
    """A device without templates: its title, the names of it, the reason, and what to use instead."""

    title: str
    names: tuple[str, ...]
    reason: str
    instead: str


@cache
def refused_devices() -> tuple[Refused, ...]:
    """All refused devices, by title."""
    found = []
    for path in sorted(FOLDER.glob("*/refused.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        found.append(
            Refused(
                title=document["title"],
                names=tuple(document["names"]),
                reason=document["reason"],
                instead=document["instead"],
            )
        )
    return tuple(found)


def refused(name: str) -> Refused | None:
    """The refused device with a name; None if Isthmus has no reason to refuse it."""
    return next((device for device in refused_devices() if name.lower() in device.names), None)
