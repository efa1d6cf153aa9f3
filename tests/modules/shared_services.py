"""The reference estate with other hybrid DNS or other endpoints, and its resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from isthmus.intent import Estate, check
from modules.synthesis import synthesize
from tests.modules.inventory import modules_of, resources_of
from tests.modules.synthesized import estate_of

REFERENCE = "environments.estate"


def reference(spoke: Mapping[str, Any] | None = None, **changes: Any) -> Estate:
    """The reference estate: fields of its hybrid DNS, `endpoints`, and of the shared services spoke replaced."""
    estate = estate_of(REFERENCE)
    found = next(e for e in estate.environments if e.dns is not None)
    endpoints = changes.pop("endpoints", found.endpoints)
    assert found.dns is not None
    changed = replace(
        found,
        dns=replace(found.dns, **changes),
        endpoints=endpoints,
        spokes=[replace(found.spokes[0], **(spoke or {}))],
    )
    return replace(estate, environments=[changed if e is found else e for e in estate.environments])


def made(estate: Estate) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The resources and the module documents of a valid estate."""
    files = synthesize(check(estate))
    return resources_of(files), modules_of(files)
