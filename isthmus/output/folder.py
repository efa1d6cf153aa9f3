"""An output as synthesis wrote it: its roots, the network they make, and the intent they were made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from isthmus.errors import CannotAnswer
from isthmus.files.manifest import drift_of
from isthmus.intent import Estate
from isthmus.network.from_terraform import network_of
from isthmus.network.model import Network
from isthmus.proof.intent_file import read_intent
from isthmus.terraform import Graph, read
from isthmus.text.printable import printable


@dataclass(frozen=True, slots=True)
class Output:
    """What lies in an output folder."""

    folder: Path
    estate: Estate
    graph: Graph
    network: Network
    drift: tuple[str, ...] = ()


def read_output(folder: Path) -> Output:
    """Read a folder. Raises `CannotAnswer` where there is no output, and what the readers raise."""
    document = folder / "intent.json"
    if not document.is_file():
        raise CannotAnswer(f"{folder} holds no intent.json: name a folder that synthesis wrote, such as cdktf.out")
    estate = read_intent(document)
    graph = read(folder)
    drift = drift_of(folder)
    differing = tuple(map(printable, drift.lines)) if drift is not None else ()
    return Output(folder, estate, graph, network_of(graph), differing)
