"""The text of traces: selected questions of the golden cases that together have every hop and every block.

The texts are in `trace_texts.txt`. The title of each has its golden case, the number of the question in it, and the
value that is unknown, if one is. People read these texts: look at every change of their words.
`python -m tests.network.test_trace_texts` writes them again.
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

TEXTS = File(__file__).with_name("trace_texts.txt")


@cache
def cases() -> Mapping[str, Callable[[], Draft]]:
    modules = [importlib.import_module(f"tests.network.test_golden_{file}") for file in FILES]
    return {case.id: case.values[0] for module in modules for case in module.golden.cases}


def path_text(path: Path) -> Iterator[str]:
    """Every field of a path."""
    blocks = list(zip(path.stops, path.blocks, strict=True))
    for place, hop in enumerate((None, *path.hops)):
        if hop is not None:
            yield f"  {hop}" + (f" <{', '.join(hop.routed_by)}>" if hop.routed_by else "")
        yield from (f"  ! {block}" for stop, block in blocks if stop == place)
    if path.unknown:
        yield f"  ? {path.unknown}"
    yield from (f"  ~ {one.ports[0]}-{one.ports[1]} {one.nat}".rstrip() + f" {one.block}" for one in path.denied)
    for crossing in path.crossings:
        direction = "into" if crossing.inbound else "out of"
        yield f"  {direction} {crossing.subnet} past {crossing.nacl} {crossing.nat}".rstrip()
    ends = {"end": path.end, "exit": path.exit}
    lists = {"nats": path.nats, "boxes": path.boxes, "pinned": path.pinned, "hairpin": path.hairpin}
    fields = [f"{name} {what}" for name, what in ends.items() if what]
    fields += [f"{name} {' '.join(map(str, what))}" for name, what in lists.items() if what]
    yield f"  = {', '.join(fields) or 'no end'}"


def flow_text(trip: RoundTrip) -> str:
    """A flow: each forward path, and each path of a reply."""
    lines = [f"{trip.forward.packet}: {trip.forward.outcome}, both ways {trip.outcome}"]
    for name, trace in (("forward", trip.forward), ("reply", trip.reply)):
        for path in trace.paths:
            lines += [f" {name}: {path.outcome}", *path_text(path)]
    return "\n".join([*lines, *(f" ! {block}" for block in trip.asymmetric)])


def text_of(title: str) -> str:
    """The text for a title."""
    case, number, *without = title.split(" | ")
    draft = cases()[case]()
    network, sites = draft.network(), draft.sites
    if without:
        network, sites = next((changed, left) for what, changed, left in erased(network, sites) if what == without[0])
    question = draft.questions[int(number)]
    return flow_text(Forwarding(network, sites=sites, scenario=Scenario(question.down)).both_ways(question.packet))


def written() -> dict[str, str]:
    sections = TEXTS.read_text().split("== ")[1:]
    return {title: text.strip("\n") for title, _, text in (section.partition("\n") for section in sections)}


@pytest.mark.parametrize(("title", "text"), written().items(), ids=written())
def test_trace_text(title: str, text: str) -> None:
    assert text_of(title) == text


if __name__ == "__main__":
    TEXTS.write_text("\n".join(f"== {title}\n{text_of(title)}\n" for title in written()))
