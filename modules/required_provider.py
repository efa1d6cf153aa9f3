"""The provider requirements of a module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class RequiredProvider:
    """A provider requirement of a module: source, version constraint, and the aliases that the caller passes."""

    source: str
    version: str
    aliases: tuple[str, ...] = ()

    def as_terraform(self, local_name: str) -> dict[str, Any]:
        """The entry below `terraform.required_providers`."""
        entry: dict[str, Any] = {"source": self.source, "version": self.version}
        if self.aliases:
            entry["configuration_aliases"] = [f"{local_name}.{alias}" for alias in self.aliases]
        return entry
