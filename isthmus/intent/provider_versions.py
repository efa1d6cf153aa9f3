"""Versions of the AWS provider: what the resources of an environment need, and constraints of your own.

https://developer.hashicorp.com/terraform/language/expressions/version-constraints
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from isthmus.intent.egress import Inspection
from isthmus.intent.environment import Environment

# 5.100 is the first version with pre-shared keys in Secrets Manager. Version 7 may rename arguments.
VERSION = ">= 5.100, < 7"
# The versions with the arguments for `VpnConnection.bgp_logs`.
VERSION_WITH_BGP_LOGS = ">= 6.25, < 7"
# The versions with the arguments for `VpnConnection.large_tunnels`.
VERSION_WITH_LARGE_TUNNELS = ">= 6.22, < 7"
# The versions with the arguments for `Inspection.GATEWAY`, and with the attachment of a Direct Connect gateway.
VERSION_WITH_GATEWAY_FIREWALL = ">= 6.5, < 7"
VERSION_WITH_DIRECT_CONNECT = ">= 6.5, < 7"

Version = tuple[int, int, int]
_PART = re.compile(r"(>=|<=|!=|~>|=|>|<)?\s*([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?")
_LAST: Version = (10**9, 0, 0)


def required_version(environment: Environment) -> str:
    """The constraint that the resources of an environment need. Only options that need a newer version raise it."""
    return needed_by(environment)[0]


def needed_by(environment: Environment) -> tuple[str, str]:
    """That constraint, and what raises it; "" if nothing does."""
    if any(connection.bgp_logs for connection in environment.vpn_connections):
        return VERSION_WITH_BGP_LOGS, "VpnConnection(bgp_logs=True)"
    if any(connection.large_tunnels for connection in environment.vpn_connections):
        return VERSION_WITH_LARGE_TUNNELS, "VpnConnection(large_tunnels=True)"
    if environment.egress is not None and environment.egress.inspection is Inspection.GATEWAY:
        return VERSION_WITH_GATEWAY_FIREWALL, "Inspection.GATEWAY"
    if environment.direct_connect:
        return VERSION_WITH_DIRECT_CONNECT, "Direct Connect"
    return VERSION, ""


@dataclass(frozen=True, slots=True)
class VersionRange:
    """The versions from `first` up to, and without, `end`, except some. Pre-releases are not in it."""

    first: Version = (0, 0, 0)
    end: Version = _LAST
    excluded: frozenset[Version] = frozenset()

    def __contains__(self, version: Version) -> bool:
        return self.first <= version < self.end and version not in self.excluded

    def __and__(self, other: VersionRange) -> VersionRange:
        excluded = self.excluded | other.excluded
        return VersionRange(max(self.first, other.first), min(self.end, other.end), excluded)

    @property
    def is_bounded(self) -> bool:
        """Whether a newer major version is not in it by itself."""
        return self.end < _LAST

    @property
    def is_empty(self) -> bool:
        """Whether no version is in it. Each patch number counts as a version."""
        version = self.first
        while version < self.end and version in self.excluded:
            version = _next(version)
        return version >= self.end


def version_range(constraint: str) -> VersionRange:
    """The versions that a constraint allows. Raises `ValueError` for text that is no constraint of releases."""
    found = VersionRange()
    for part in constraint.split(","):
        found &= _range(part.strip())
    return found


def parsed_version(text: str) -> Version:
    """A released version, such as `6.69.0`. Raises `ValueError`."""
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"expected a version such as 6.69.0, got {text!r}")
    return int(parts[0]), int(parts[1]), int(parts[2])


def common(constraints: Iterable[str]) -> VersionRange:
    """The versions that all constraints allow, as Terraform combines them. Raises `ValueError`."""
    found = VersionRange()
    for constraint in constraints:
        found &= version_range(constraint)
    return found


def _range(part: str) -> VersionRange:
    parsed = _PART.fullmatch(part)
    if parsed is None:
        raise ValueError(f"expected a constraint such as ~> 6.69, got {part!r}")
    operator, given = parsed[1] or "=", [int(number) for number in parsed.groups()[1:] if number is not None]
    first: Version = (given[0], given[1] if len(given) > 1 else 0, given[2] if len(given) > 2 else 0)
    match operator:
        case "=":
            return VersionRange(first, _next(first))
        case "!=":
            return VersionRange(excluded=frozenset({first}))
        case ">":
            return VersionRange(_next(first))
        case ">=":
            return VersionRange(first)
        case "<":
            return VersionRange(end=first)
        case "<=":
            return VersionRange(end=_next(first))
    # `~>` lets the last number rise.
    if len(given) == 1:
        raise ValueError(f"expected at least two numbers after ~>, such as ~> {given[0]}.0, got {part!r}")
    return VersionRange(first, (first[0] + 1, 0, 0) if len(given) == 2 else (first[0], first[1] + 1, 0))


def _next(version: Version) -> Version:
    return version[0], version[1], version[2] + 1
