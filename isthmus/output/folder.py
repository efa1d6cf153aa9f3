"""An output folder of synthesis: its root modules, the network they create, and the intent behind them."""

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
    """The contents of an output folder. `drift`: the files that changed since synthesis, a line each."""

    folder: Path
    estate: Estate
    graph: Graph
    network: Network
    drift: tuple[str, ...] = ()


def read_output(folder: Path) -> Output:
    """Read a folder. Raises `CannotAnswer` if it is no output, and the errors of the readers."""
    document = folder / "intent.json"
    if not document.is_file():
        raise CannotAnswer(f"{folder} holds no intent.json: name an output folder of synthesis, such as cdktf.out")
    estate = read_intent(document)
    graph = read(folder)
    drift = drift_of(folder)
    differing = tuple(map(printable, drift.lines)) if drift is not None else ()
    return Output(folder, estate, graph, network_of(graph), differing)
