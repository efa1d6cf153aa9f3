"""What a trace tells, word for word: questions of the golden cases that between them meet every hop and every stop.

The stories are in `stories.txt`, each under the case it comes from, the number of its question there and, where one is
taken away, the value that nobody knows. They are read by people, so a change of wording is a change to look at.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path as File

import pytest

from isthmus.network.answers import Path, RoundTrip, Scenario
from isthmus.network.forwarding import Forwarding
from tests.network.networks import Draft
from tests.network.test_unknowns import FILES, erased

STORIES = File(__file__).with_name("stories.txt")


@cache
def cases() -> Mapping[str, Callable[[], Draft]]:
    modules = [importlib.import_module(f"tests.network.test_golden_{file}") for file in FILES]
    return {case.id: case.values[0] for module in modules for case in module.golden.cases}


def told(path: Path) -> Iterator[str]:
    """Everything that a path says."""
    for hop in path.hops:
        yield f"  {hop}" + (f" <{', '.join(hop.led_by)}>" if hop.led_by else "")
    yield from (f"  ! {block}" for block in path.blocks)
    if path.unknown:
        yield f"  ? {path.unknown}"
    yield from (f"  ~ {one.ports[0]}-{one.ports[1]} {one.nat}".rstrip() + f" {one.block}" for one in path.denied)
    for crossing in path.crossings:
        way = "into" if crossing.inbound else "out of"
        yield f"  {way} {crossing.subnet} past {crossing.nacl} {crossing.nat}".rstrip()
    ends = {"end": path.end, "exit": path.exit}
    lists = {"nats": path.nats, "boxes": path.boxes, "pinned": path.pinned, "hairpin": path.hairpin}
    said = [f"{name} {what}" for name, what in ends.items() if what]
    said += [f"{name} {' '.join(map(str, what))}" for name, what in lists.items() if what]
    yield f"  = {', '.join(said) or 'nowhere'}"


def story(trip: RoundTrip) -> str:
    """A flow as a story: each path there, and each path of a reply."""
    lines = [f"{trip.forward.packet}: {trip.forward.outcome}, both ways {trip.outcome}"]
    for name, trace in (("there", trip.forward), ("back", trip.back)):
        for path in trace.paths:
            lines += [f" {name}: {path.outcome}", *told(path)]
    return "\n".join([*lines, *(f" ! {block}" for block in trip.asymmetric)])


def retold(title: str) -> str:
    """The story of a title as it is told now."""
    case, number, *without = title.split(" | ")
    draft = cases()[case]()
    network, sites = draft.network(), draft.sites
    if without:
        network, sites = next((dark, said) for what, dark, said in erased(network, sites) if what == without[0])
    question = draft.questions[int(number)]
    return story(Forwarding(network, sites=sites, scenario=Scenario(question.down)).both_ways(question.packet))


def written() -> dict[str, str]:
    sections = STORIES.read_text().split("== ")[1:]
    return {title: text.strip("\n") for title, _, text in (section.partition("\n") for section in sections)}


@pytest.mark.parametrize(("title", "text"), written().items(), ids=written())
def test_the_story_is_told_as_it_was(title: str, text: str) -> None:
    assert retold(title) == text
