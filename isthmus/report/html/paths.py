"""The paths of the report: every hop, what blocks it, and the file and line of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path as File
from typing import Any

from isthmus.cost.items import ITEMS
from isthmus.cost.prices import Prices
from isthmus.cost.transfer import paid
from isthmus.network.answers import Hop, Packet, Path, RoundTrip, Trace
from isthmus.network.block import Block
from isthmus.network.client_ports import described
from isthmus.network.model import Network
from isthmus.proof.trace.flow import FlowTrace
from isthmus.report.html.boxes_on_path import BoxesOnPath
from isthmus.terraform.source_lines import SourceLines

__all__ = ["PathRecords"]


class PathRecords:
    """Writes traces. What many paths share is written once, in `tables`, and paths refer to it by number.

    `folders` are those that may hold the resources. `prices` are for the data charges of a path, None for no prices.
    """

    def __init__(
        self, network: Network, boxes: BoxesOnPath, folders: Sequence[File], prices: Prices | None = None
    ) -> None:
        self.network = network
        self.boxes = boxes
        self.prices = prices
        self._sources = [SourceLines(folder) for folder in folders]
        self._hops: dict[Hop, int] = {}
        self._blocks: dict[Block, int] = {}
        self._paths: dict[str, int] = {}
        self._written: list[dict[str, Any]] = []
        self._places: dict[str, str] = {}

    @property
    def tables(self) -> dict[str, Any]:
        """The hops, blocks and paths that the traces refer to, and the file and line of each resource."""
        return {
            "hops": [self._hop(hop) for hop in self._hops],
            "blocks": [self._block(block) for block in self._blocks],
            "paths": self._written,
            "places": {address: place for address, place in sorted(self._places.items()) if place},
        }

    def trace(self, traced: FlowTrace) -> dict[str, Any]:
        """A trace, as `isthmus trace` prints it: one round trip for each outcome, the worst first."""
        examples = traced.examples
        return {
            "outcome": traced.outcome.value,
            "works": traced.works,
            "parts": traced.parts,
            "condition": traced.condition,
            "unknown_reason": traced.unknown_reason,
            "assumptions": list(traced.assumptions),
            "trips": [self._trip(trip) for trip in examples],
            "equal_trips": len(traced.trips) - len(examples),
        }

    def of_hops(self, hops: Sequence[Hop], blocks: Sequence[Block]) -> dict[str, Any]:
        """A path that is known by its hops and blocks only."""
        return {"path": self._number(Path(tuple(hops), blocks=tuple(blocks)), None)}

    def place(self, address: str) -> str:
        """The file and line of a resource, `stacks/dev/main.tf.json:12`, or ""."""
        if address not in self._places:
            found = (source.of(address) for source in self._sources)
            line = next((line for line in found if line is not None), None)
            self._places[address] = f"{line.file.as_posix()}:{line.number}" if line is not None else ""
        return self._places[address]

    def _trip(self, trip: RoundTrip) -> dict[str, Any]:
        return {
            "packet": trip.forward.packet.what,
            "forward": self._leg(trip.forward),
            "return": self._leg(trip.reply),
            "asymmetric": [self._block_number(block) for block in trip.asymmetric],
        }

    def _leg(self, leg: Trace) -> dict[str, Any]:
        return {
            "packet": str(leg.packet),
            "outcome": leg.outcome_text,
            "paths": [self._number(path, leg.packet) for path in leg.paths],
        }

    def _number(self, path: Path, packet: Packet | None) -> int:
        """The number of a path. Equal paths are written once."""
        record = {
            "outcome": path.outcome.value,
            "hops": [self._hops.setdefault(hop, len(self._hops)) for hop in path.hops],
            "boxes": self.boxes.of_path(path.hops),
            "blocks": [self._block_number(block) for block in path.blocks],
            "unknown": path.unknown,
            "denied": [f"{described([one])}: {one.block}" for one in path.denied],
            "charges": list(self._charges(packet, path)) if packet is not None else [],
        }
        key = repr(record)
        if key not in self._paths:
            self._paths[key] = len(self._written)
            self._written.append(record)
        return self._paths[key]

    def _charges(self, packet: Packet, path: Path) -> Iterator[str]:
        """What a GB costs on a path, a sentence for each item."""
        if self.prices is None or path.blocks:
            return
        for name in paid(packet, path, self.network):
            yield f"{ITEMS[name].label}: {_price(self.prices, name)}"

    def _block_number(self, block: Block) -> int:
        return self._blocks.setdefault(block, len(self._blocks))

    def _hop(self, hop: Hop) -> dict[str, Any]:
        setting = next((address for address in hop.routed_by if self.place(address)), "")
        self.place(hop.address)
        return {"kind": hop.kind, "address": hop.address, "via": hop.why, "zone": hop.zone, "setting": setting}

    def _block(self, block: Block) -> dict[str, Any]:
        self.place(block.address)
        return {**block._asdict(), "box": self.boxes.of_address(block.address)}


def _price(prices: Prices, item: str) -> str:
    """The price of a GB, with its steps: `0.00 up to 100 GB, then 0.09`."""
    steps = prices.prices.get(item)
    if not steps:
        return "no price"
    first, *others = (f"{float(step.price):.4f}".rstrip("0").ljust(4, "0") for step in steps)
    bounds = [f" up to {int(step.above):,} GB" for step in steps[1:]]
    texts = [f"{price}{bound}" for price, bound in zip((first, *others), (*bounds, ""), strict=True)]
    return f"{', then '.join(texts)} {prices.currency} per GB"
