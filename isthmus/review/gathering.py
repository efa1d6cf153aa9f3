"""Gathers the parts of a review, with the functions that the other commands use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from isthmus.changes import refused
from isthmus.changes.inputs import changes_of_inputs
from isthmus.cost.errors import UnusablePrices, UnusableTraffic
from isthmus.cost.estimate import CostEstimate, estimate
from isthmus.cost.prices import Prices
from isthmus.cost.traffic import TrafficFlow
from isthmus.proof.analysis import Analysis
from isthmus.proof.difference.flows import compare
from isthmus.proof.difference.left_behind import with_left_behind
from isthmus.proof.errors import UnusableInput
from isthmus.proof.reading import read, subject
from isthmus.proof.result.proof import Proof
from isthmus.review.record import Review
from isthmus.review.scanning import nothing_scanned, scan_folder
from isthmus.scan.findings import Scan
from isthmus.scan.waivers import Waiver
from isthmus.terraform import Graph, Unknown
from isthmus.text.progress import Step


@dataclass(frozen=True)
class Inputs:
    """What a review reads.

    - `base`: None for the first pull request, which has nothing to compare with.
    - `assuming`: the keyword arguments of `isthmus.proof.read`, for both networks.
    - `plans`: plans of root modules, by name of the root module.
    - `prices`: None: those of the Region of each network. `traffic`: flows of a month, for the cost.
    - `policies`: the folder of policies for the scan; None: no scan. `waivers`: of your own.
    """

    base: str | None
    head: str
    assuming: Mapping[str, Any] = field(default_factory=dict)
    plans: Mapping[str, Path] = field(default_factory=dict)
    prices: Prices | None = None
    traffic: tuple[TrafficFlow, ...] = ()
    policies: Path | None = None
    waivers: tuple[Waiver, ...] = ()


def _quiet(text: str) -> None:
    """Shows no progress."""


def gather(inputs: Inputs, step: Step = _quiet) -> Review:
    """Read both networks, and do what `isthmus diff`, `prove`, `scan` and `cost` do. `step` is called before each part.

    Raises the errors of these, except that a missing Checkov, unusable prices and unusable traffic make their part
    unknown.
    """
    base: Sequence[str] = () if inputs.base is None else (inputs.base,)
    step("reading")
    after = read(inputs.head, **inputs.assuming)
    before = read(*base, **inputs.assuming) if base else subject(Graph({}), empty_is_fine=True)
    step("comparing the Terraform")
    changes = changes_of_inputs(base, (inputs.head,), (before.graph, after.graph), inputs.plans)
    step("estimating the cost")
    cost, cost_before = _costs(before if base else None, after, inputs)
    step("comparing the flows")
    difference = with_left_behind(compare(before, after), changes)
    step("proving")
    proof, proof_before = after.prove(), _proof_before(before)
    step("scanning")
    return Review(
        first=inputs.base is None,
        before=before,
        after=after,
        proof=proof,
        proof_before=proof_before,
        difference=difference,
        changes=changes,
        refusals=() if isinstance(changes, Unknown) else refused(before.graph, changes),
        planned=frozenset(inputs.plans),
        roots=tuple(sorted({*before.roots, *after.roots})),
        scan=scan_folder(inputs.head, inputs.policies, inputs.waivers),
        scan_before=_scan_before(inputs),
        cost=cost,
        cost_before=cost_before,
    )


def _proof_before(before: Analysis) -> Proof | None:
    try:
        return before.prove()
    except UnusableInput:
        return None  # no network, so there is nothing to prove


def _scan_before(inputs: Inputs) -> Scan | Unknown:
    """The scan of BASE. It only says which findings are new, so BASE may be one that cannot be scanned."""
    if inputs.base is None:
        return nothing_scanned()
    return scan_folder(inputs.base, inputs.policies, inputs.waivers, required=False)


def _costs(
    before: Analysis | None, after: Analysis, inputs: Inputs
) -> tuple[CostEstimate | Unknown, CostEstimate | Unknown | None]:
    return _cost(after, inputs), None if before is None else _cost(before, inputs)


def _cost(network: Analysis, inputs: Inputs) -> CostEstimate | Unknown:
    try:
        return estimate(network, inputs.prices, inputs.traffic)
    except (UnusablePrices, UnusableTraffic) as error:
        return Unknown(str(error))
