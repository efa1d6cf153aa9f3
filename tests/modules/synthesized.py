"""Synthesized examples, each built once a process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from isthmus.intent import Estate
from modules.synthesis import synthesize


def estate_of(example: str) -> Estate:
    """The estate that an example module holds."""
    estate = import_module(example).estate
    assert isinstance(estate, Estate)
    return estate


@cache
def files_of(example: str) -> Mapping[str, str]:
    """The files that an example's estate makes."""
    return MappingProxyType(synthesize(estate_of(example)))
