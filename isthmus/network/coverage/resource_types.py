"""The rows of the table of resource types, and the effect of a type that is not modeled."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, lru_cache

# Stands for the Region of the resource itself, among the values of an argument.
OWN_REGION = "its own Region"


class Scope(Enum):
    """What becomes unknown if the input has a resource that is not modeled. The verdict always does."""

    NAMED = "what its arguments name"
    NAMES = "name resolution"
    EVERYTHING = "anything"


@dataclass(frozen=True, slots=True)
class NotModeled:
    """A type that changes what AWS forwards, filters or resolves, and that no rule here evaluates.

    - `why`: what it does, in a few words. `touches`: what becomes unknown, for people.
    - `through`: the arguments that name what it touches; none: every reference that it makes. Where `through` is given
      and the resource sets none of it, it touches nothing.
    - `unless`: an argument and the value with which it does nothing.
    """

    why: str
    touches: str
    scope: Scope = Scope.NAMED
    through: tuple[str, ...] = ()
    unless: tuple[str, str] | None = None


@dataclass(frozen=True)
class Arguments:
    """The arguments of a modeled type. Nested blocks have dots: `ingress.action`.

    - `required`: those that Terraform takes no resource without.
    - `modelled`: evaluated, whatever their value is.
    - `only`: evaluated (or without effect) with these values, or if absent. Any other value is unknown. For an
      argument that is not required the first is the default, as the provider's documentation states it.
    - `harmless`: without effect on flows, with the reason. A block that stands here covers what it holds.
    """

    required: frozenset[str] = frozenset()
    modeled: frozenset[str] = frozenset()
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    harmless: Mapping[str, str] = field(default_factory=dict)

    def holds(self, path: str) -> bool:
        """Whether an argument is in the table, by itself or with a block around it."""
        return any(name in self.modeled or name in self.only for name in _around(path)) or bool(self.reason(path))

    def reason(self, path: str) -> str | None:
        """Why an argument has no effect on flows, or None."""
        return next((self.harmless[name] for name in _around(path) if name in self.harmless), None)

    def values(self, path: str) -> tuple[str, ...] | None:
        """The values with which an argument is evaluated, besides absence; None where that is not so limited."""
        return next((self.only[name] for name in _around(path) if name in self.only), None)

    @cached_property
    def blocks(self) -> frozenset[str]:
        """The blocks of which the table has arguments."""
        return frozenset(around for path in (*self.modeled, *self.only, *self.harmless) for around in _around(path)[1:])


@lru_cache(maxsize=65536)
def _around(path: str) -> tuple[str, ...]:
    """`a.b.c`, `a.b`, `a`."""
    parts = path.split(".")
    return tuple(".".join(parts[:end]) for end in range(len(parts), 0, -1))


def reads(
    names: str = "",
    only: Mapping[str, str] | None = None,
    harmless: Mapping[str, str] | None = None,
) -> Arguments:
    """A row of the table: names of modeled arguments, "!" after a required one; values that are alternatives are
    divided by "|", and an empty text is absence."""
    listed = names.split()
    values = {name.rstrip("!"): tuple(text.split("|")) if text else () for name, text in (only or {}).items()}
    because = {name.rstrip("!"): why for key, why in (harmless or {}).items() for name in key.split()}
    required = [name for name in (*listed, *(only or {}), *" ".join(harmless or {}).split()) if name.endswith("!")]
    return Arguments(
        frozenset(name.rstrip("!") for name in required),
        frozenset(name.rstrip("!") for name in listed),
        values,
        because,
    )


def together(reasons: Mapping[str, str]) -> dict[str, str]:
    """Types by name, from reasons each of which holds for several: `{"a b": "why"}` is `{"a": "why", "b": "why"}`."""
    return {name: why for names, why in reasons.items() for name in names.split()}


def one_each(*tables: Collection[str]) -> None:
    """Raise `ValueError` if a type is in two tables."""
    seen: set[str] = set()
    for table in tables:
        twice = seen.intersection(table)
        if twice:
            raise ValueError(f"in two tables: {', '.join(sorted(twice))}")
        seen.update(table)
