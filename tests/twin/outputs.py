"""The outputs that labs are made of."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from isthmus.intent import Estate
from tests.proof.estates import ALL, Output, output

REFERENCE = "environments"
NAMES = (REFERENCE, *ALL)


@cache
def output_of(name: str) -> Output:
    """What the generator writes for the reference estate, or for an example."""
    if name != REFERENCE:
        return output(name)
    from modules.synthesis import synthesize

    estate: Estate = import_module("environments.estate").estate
    return synthesize(estate)
