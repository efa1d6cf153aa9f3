"""The table of resource types: evaluated, not evaluated, or without effect on flows."""

from __future__ import annotations

from isthmus.network.coverage.modeled import MODELED
from isthmus.network.coverage.no_effect import NO_EFFECT
from isthmus.network.coverage.not_modeled import NOT_MODELED
from isthmus.network.coverage.providers import NETWORKING, of_other_provider
from isthmus.network.coverage.resource_types import NotModeled, one_each

one_each(MODELED, NOT_MODELED, NO_EFFECT)

_NEW = NotModeled("its type is in none of the tables of this release", "what its arguments name")


def not_modeled(type_: str) -> NotModeled | None:
    """The effect of a type that is not modeled; None for a type that is evaluated or has no effect on flows."""
    if type_ in MODELED or type_ in NO_EFFECT:
        return None
    if type_ in NOT_MODELED:
        return NOT_MODELED[type_]
    if not type_.startswith("aws_"):
        return of_other_provider(type_)
    return _NEW if NETWORKING.match(type_) else None
