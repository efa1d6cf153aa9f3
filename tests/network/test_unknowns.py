"""An unknown value makes no answer wrong: every single value of every golden case, taken away in turn.

The answer without the value must be the answer with it, or unknown. An answer that is rounded either way would
let an isolation pass that does not hold, or a flow that does not work.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from isthmus.network.answers import Outcome, Packet, Scenario
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Network, Site, Unknown
from tests.network.networks import Draft

DARK = Unknown("a value that is not known")
FILES = ("filters", "internet", "other", "stops", "tgw", "vpc", "vpn", "zones")
# What no packet is routed by.
UNASKED = {"asn", "max_entries", "customer_gateway", "accelerated", "ip", "inside", "cidr_blocks", "transport"}


def without(thing: Any) -> Iterator[tuple[str, Any]]:
    """A fact without one of its values that may be unknown, and what that was."""
    for field in fields(thing):
        value, hint = getattr(thing, field.name), str(field.type)
        if field.name in UNASKED or ("Unknown" not in hint and not isinstance(value, tuple)):
            continue
        if isinstance(value, Mapping):
            for key, entries in value.items():
                for at in range(len(entries)):
                    some = {**value, key: (*entries[:at], DARK, *entries[at + 1 :])}
                    yield f"{field.name}[{key}][{at}]", replace(thing, **{field.name: some})
        elif isinstance(value, tuple):
            for at, one in enumerate(value):
                inside = [("", DARK)] if "Unknown" in hint else without(one) if is_dataclass(one) else ()
                for what, dark in inside:
                    others = (*value[:at], dark, *value[at + 1 :])
                    yield f"{field.name}[{at}] {what}", replace(thing, **{field.name: others})
        else:
            yield field.name, replace(thing, **{field.name: DARK})


def erased(network: Network, sites: list[Site]) -> Iterator[tuple[str, Network, list[Site]]]:
    """The network and its sites without one value, and which."""
    for field in fields(network):
        things = getattr(network, field.name)
        for name, thing in things.items() if isinstance(things, Mapping) else ():
            for what, dark in without(thing):
                changed: dict[str, Any] = {field.name: {**things, name: dark}}
                yield f"{name}.{what}", replace(network, **changed), sites
    for at, site in enumerate(sites):
        yield site.name, network, [*sites[:at], replace(site, advertises=DARK), *sites[at + 1 :]]


def ask(network: Network, sites: list[Site], packet: Packet, down: frozenset[str]) -> dict[str, Outcome]:
    trip = Forwarding(network, sites=sites, scenario=Scenario(down)).both_ways(packet)
    return {"there": trip.forward.outcome, "both ways": trip.outcome}


@pytest.mark.parametrize("file", FILES)
def test_no_answer_depends_on_an_unknown_value(file: str) -> None:
    wrong: list[str] = []
    for case in importlib.import_module(f"tests.network.test_golden_{file}").golden.cases:
        draw: Callable[[], Draft] = case.values[0]
        draft = draw()
        network = draft.network()
        truth = [ask(network, draft.sites, q.packet, q.down) for q in draft.questions]
        for what, dark, sites in erased(network, draft.sites):
            for question, right in zip(draft.questions, truth, strict=True):
                answers = ask(dark, sites, question.packet, question.down)
                wrong += [
                    f"{case.id}: {question.packet}, {way}, is {right[way]}; without {what}: {outcome}"
                    for way, outcome in answers.items()
                    if outcome not in (Outcome.UNKNOWN, right[way])
                ]
    assert wrong == []
