"""Estates with exactly one defect: for every rule of the language, a change that breaks only this rule.

Each change works on any estate of `isthmus.testing.strategies.estates`. Its new objects have the name `extra`, and use
ranges that these estates do not use: 10.250.0.0/16, 172.30.0.0/16, 192.168.250.0/24, connection numbers from 400.
The modules correspond to those of `isthmus.intent.checks`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from isthmus.intent import Estate
from isthmus.testing.broken.parts import BREAKS, Break
from isthmus.testing.strategies import estates

__all__ = ["BREAKS", "Break", "broken_estates"]

for _module in sorted(found.name for found in iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")


@st.composite
def broken_estates(draw: DrawFn, rule: str | None = None) -> tuple[Estate, str]:
    """An estate with exactly one defect, and the ID of the rule that it breaks: the given one, or any."""
    chosen = draw(st.sampled_from(sorted(BREAKS))) if rule is None else rule
    return BREAKS[chosen](draw(estates(largest=3, central=False))), chosen
