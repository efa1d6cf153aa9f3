"""The table of resource types: evaluated, not evaluated, or without effect on flows."""

from __future__ import annotations

from isthmus.network.coverage.modeled import MODELLED
from isthmus.network.coverage.no_effect import NO_EFFECT
from isthmus.network.coverage.not_modeled import NOT_MODELLED
from isthmus.network.coverage.providers import NETWORKING, of_other_provider
from isthmus.network.coverage.resource_types import Unmodelled, one_each

one_each(MODELLED, NOT_MODELLED, NO_EFFECT)

_NEW = Unmodelled("its type is in none of the tables of this release", "what its arguments name")


def unmodelled(type_: str) -> Unmodelled | None:
    """What an unmodelled type does; None for one that is evaluated or has no effect on flows."""
    if type_ in MODELLED or type_ in NO_EFFECT:
        return None
    if type_ in NOT_MODELLED:
        return NOT_MODELLED[type_]
    if not type_.startswith("aws_"):
        return of_other_provider(type_)
    return _NEW if NETWORKING.match(type_) else None
