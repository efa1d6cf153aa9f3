"""What a platform can do: `platform.toml` of its folder.

title = "strongSwan with FRRouting"
versions = "strongSwan 5.9.4, FRRouting 8.4"
static = true              # static routing, without BGP
certificates = true        # authentication with a certificate
over_direct_connect = true # tunnels over virtual interfaces, between private addresses
[translation]              # which addresses the filters see of a network that the device translates
own_addresses_from_aws = true   # filters see packets from AWS after the translation
own_addresses_to_aws = true     # filters see packets to AWS before the translation
[files]                    # output file = its template
"frr.conf" = "frr.conf.j2"
[phase1.encryption]        # the name of AWS = the name of the platform
"AES256-GCM-16" = "aes256gcm16"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


class UnknownPlatform(ValueError):
    """No platform has this name."""


@dataclass(frozen=True, slots=True)
class PhaseAlgorithms:
    """The algorithms that a platform supports in one phase: the name of AWS to the name of the platform."""

    encryption: Mapping[str, str]
    integrity: Mapping[str, str]
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FilterOrder:
    """Which addresses of a translated network the filter rules of a platform match: those on the premises, or not.

    - `by_policy`: the rules themselves translate, so each has translated addresses alone, or others alone.
    """

    own_addresses_from_aws: bool = False
    own_addresses_to_aws: bool = False
    by_policy: bool = False


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform: its name, its capabilities, and its templates by output file."""

    name: str
    title: str
    versions: str
    static: bool
    certificates: bool
    over_direct_connect: bool
    translation: FilterOrder
    files: Mapping[str, str]
    phase1: PhaseAlgorithms
    phase2: PhaseAlgorithms

    @property
    def folder(self) -> Path:
        """The folder of the templates."""
        return FOLDER / self.name


@cache
def platform_names() -> tuple[str, ...]:
    """The names of all platforms, in order."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/platform.toml")))


@cache
def platform(name: str) -> Platform:
    """The platform with a name. Raises `UnknownPlatform`."""
    if name not in platform_names():
        raise UnknownPlatform(name)
    document = tomllib.loads((FOLDER / name / "platform.toml").read_text(encoding="utf-8"))
    return Platform(
        name=name,
        title=document["title"],
        versions=document["versions"],
        static=document["static"],
        certificates=document["certificates"],
        over_direct_connect=document["over_direct_connect"],
        translation=FilterOrder(**document["translation"]),
        files=document["files"],
        phase1=PhaseAlgorithms(**document["phase1"]),
        phase2=PhaseAlgorithms(**document["phase2"]),
    )
