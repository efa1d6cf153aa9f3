"""The cost estimate for a month: fixed charges, data charges of the given flows, and usage-based charges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from isthmus.cost.direct_connect import PORTS, existing_ports, locations
from isthmus.cost.errors import UnusablePrices, UnusableTraffic
from isthmus.cost.fixed import FixedCharge, by_use, fixed_charges, foreign
from isthmus.cost.items import AT_PRICE_OF, DIRECT_CONNECT_OUT, ITEMS, Item, Unit
from isthmus.cost.prices import Prices, how_to_get_one, shipped, shipped_regions
from isthmus.cost.traffic import TrafficFlow
from isthmus.cost.transfer import paid
from isthmus.cost.usage import ROTATIONS, WAIVERS, ItemUse, assumptions, item_uses, written_elsewhere
from isthmus.network.answers import InSubnet, Outcome, Packet, Position
from isthmus.proof.analysis import Analysis
from isthmus.proof.errors import ProofError
from isthmus.proof.trace.flow import FlowTrace
from isthmus.terraform.graph import Graph, Resource, Unknown

# Hours in a month, as the AWS Pricing Calculator counts them.
HOURS = 730


@dataclass(frozen=True, slots=True)
class CostLine:
    """The cost of one item. `quantity` is in its unit. `amount` is in the currency of the sheet; None: no price.

    `parts` divide it: root modules with a count, or flows with GB.
    """

    item: Item
    quantity: Fraction
    amount: Fraction | None
    parts: Mapping[str, Fraction]

    @property
    def count(self) -> Fraction:
        """The number of resources, or the number of GB."""
        return self.quantity / HOURS if self.item.unit is Unit.HOUR else self.quantity


@dataclass(frozen=True, slots=True)
class UsageLine:
    """One item that is charged by usage: the least and the most of it in a month, and both amounts (None: no price).

    A waived charge is negative: the most that can be waived, and the amount that this saves.
    """

    item: Item
    least: Fraction
    most: Fraction
    least_amount: Fraction | None
    most_amount: Fraction | None


@dataclass(frozen=True)
class CostEstimate:
    """What a network costs in a month, with `notes` on what is not included.

    `uses` are usage-based charges, each between a least and a most under the `assumptions`. `regions` are those of the
    network.
    """

    prices: Prices
    lines: tuple[CostLine, ...]
    flows: tuple[TrafficFlow, ...]
    notes: tuple[str, ...]
    uses: tuple[UsageLine, ...] = ()
    assumptions: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    @property
    def total(self) -> Fraction:
        """The sum of all lines that have a price, without usage-based charges."""
        return sum((line.amount for line in self.lines if line.amount is not None), Fraction())

    @property
    def least(self) -> Fraction:
        """The total plus the least of the usage-based charges."""
        return self.total + sum((use.least_amount or Fraction() for use in self.uses), Fraction())

    @property
    def most(self) -> Fraction:
        """The total plus the most of the usage-based charges."""
        return self.total + sum((use.most_amount or Fraction() for use in self.uses), Fraction())

    @property
    def complete(self) -> bool:
        """Whether every count is known and every item has a price. If not, the sums are too small."""
        priced = all(use.least_amount is not None for use in self.uses)
        return not self.unpriced and priced and not any(note.endswith(_NOT_INCLUDED) for note in self.notes)

    @property
    def unpriced(self) -> tuple[CostLine, ...]:
        """The lines whose item has no price in the sheet."""
        return tuple(line for line in self.lines if line.amount is None)

    @cached_property
    def by_root(self) -> Mapping[str, Fraction]:
        """The fixed charges by root module: a share of each line by count. Data charges have no root module.

        Empty for a single plan or state, whose root module has no name.
        """
        found: dict[str, Fraction] = {}
        for line in self.lines:
            if line.amount is not None and line.item.unit is not Unit.GB and line.quantity:
                for root, count in line.parts.items():
                    found[root] = found.get(root, Fraction()) + line.amount * count / line.count
        return {root: amount for root, amount in sorted(found.items()) if root}


def estimate(subject: Analysis, prices: Prices | None = None, flows: Sequence[TrafficFlow] = ()) -> CostEstimate:
    """The cost estimate of a network. Without `prices`, it uses the sheet of its Region that comes with Isthmus.

    Raises `UnusablePrices` without `prices` if that Region has no sheet, if there are several Regions, or if the Region
    is not known. Raises `UnusableTraffic` with every flow that does not arrive, that may not arrive, or that names a
    location that does not exist.
    """
    regions = tuple(sorted({r.region for r in subject.graph.resources.values() if r.region}))
    fixed = list(fixed_charges(subject.graph))
    used = list(item_uses(subject.graph, flows))
    charged = [*(each.resource for each in fixed), *(each.resource for each in used)]
    chosen, why_no_location = (prices or shipped(_region(charged, regions))).at_locations(locations(subject))
    due: dict[str, dict[str, Fraction]] = {}
    not_evaluated: list[str] = []
    for each in fixed:
        if isinstance(each.count, Unknown):
            not_evaluated.append(_unknown_reason(each.item, each.resource, each.count))
        else:
            _add(due, each.item, each.resource.root, Fraction(each.count))
    roots = {resource.root for resource in subject.graph.resources.values()}
    for port in existing_ports(subject.estate) if subject.estate is not None else ():
        if port.environment not in roots:
            continue
        if port.unknown:
            not_evaluated.append(f"the Direct Connect port of {port.connection}: {port.unknown}{_NOT_INCLUDED}")
        else:
            _add(due, port.item, port.environment, Fraction(1))
    for item, flow, gb in _data_charges(subject, flows):
        _add(due, item, str(flow), gb)
    lines = tuple(_line(item, due[name], chosen) for name, item in ITEMS.items() if name in due)
    not_evaluated += [
        _unknown_reason(use.item, use.resource, use.amount) for use in used if isinstance(use.amount, Unknown)
    ]
    by_use_ = tuple(_use_lines(used, chosen))
    waived = tuple(_waived(fixed, lines, chosen))
    not_evaluated += _ports_in_japan(lines, chosen)
    notes = (*not_evaluated, *_not_included(subject.graph, chosen, (*lines, *by_use_), flows, why_no_location))
    if prices is None:
        notes += tuple(_notes_on_unknown_region(charged, chosen))
    rotated = tuple(_rotated(subject.graph, chosen))
    assumed = (
        *(assumptions(flows) if by_use_ else ()),
        *((ROTATIONS,) if rotated else ()),
        *((WAIVERS,) if waived else ()),
    )
    return CostEstimate(chosen, lines, tuple(flows), notes, (*waived, *rotated, *by_use_), assumed, regions)


def _ports_in_japan(lines: Sequence[CostLine], prices: Prices) -> Iterator[str]:
    """A note on ports with a price of an included sheet, which are those of locations outside of Japan.

    https://aws.amazon.com/directconnect/pricing/pay-as-you-go/
    """
    ports = {line.item.name: line for line in lines if line.item.name in PORTS.values()}
    for name, line in ports.items():
        if line.amount is not None and name not in prices.own:
            yield f"a price difference for {line.item.label} in Japan: they have the price of other locations"


def _region(charged: Sequence[Resource], regions: Sequence[str]) -> str:
    """The Region of the resources that cost something, or of all resources if none does. Raises `UnusablePrices`."""
    found = sorted({resource.region for resource in charged if resource.region}) or list(regions)
    if not found:
        raise UnusablePrices(
            "the Region is not known: no resource and no provider states one. Name it with --region, such "
            f"as --region {shipped_regions()[0]}, or give a price sheet with --prices"
        )
    if len(found) > 1:
        raise UnusablePrices(
            f"the resources are in {', '.join(found)}, and a cost estimate uses the prices of one Region. Estimate the "
            f"root modules of each Region separately, or price everything as in {found[0]} with --region {found[0]}"
        )
    return found[0]


def _notes_on_unknown_region(charged: Sequence[Resource], prices: Prices) -> Iterator[str]:
    """A note for a Region that was not named: resources that may be in another one."""
    unknown = {resource.address for resource in charged if not resource.region}
    if unknown:
        yield (
            f"a price difference for {len(unknown)} resources whose Region is not known, such as {min(unknown)}: "
            f"they are priced as in {prices.region}"
        )


def _waived(fixed: Sequence[FixedCharge], lines: Sequence[CostLine], prices: Prices) -> Iterator[UsageLine]:
    """Charges that AWS waives for NAT gateways chained with a firewall: at most one for one, hours and GB.

    Which NAT gateways are chained is not evaluated, so the range starts at zero.
    https://aws.amazon.com/network-firewall/pricing/
    https://docs.aws.amazon.com/cur/latest/userguide/discount-details.html (bundled discounts)
    """
    quantities = {line.item.name: line.quantity for line in lines}
    firewalls = [each for each in fixed if each.item == "firewall-endpoint"]
    uncounted = any(isinstance(each.count, Unknown) for each in firewalls)
    for name, by in (("nat-gateway", "firewall-endpoint"), ("nat-gateway-gb", "firewall-gb")):
        whole = quantities.get(name, Fraction())
        most = whole if name == "nat-gateway" and uncounted else min(whole, quantities.get(by, Fraction()))
        full, rest = prices.amount(name, whole), prices.amount(name, whole - most)
        if most and full is not None and rest is not None:
            yield UsageLine(AT_PRICE_OF[name], -most, Fraction(), rest - full, Fraction())


def _rotated(graph: Graph, prices: Prices) -> Iterator[UsageLine]:
    """The cost of key rotations: each of the first two costs as much as the key, each month.

    https://aws.amazon.com/kms/pricing/
    """
    most = Fraction(
        2 * sum(key.get("enable_key_rotation") not in (None, False, "false") for key in graph.of_type("aws_kms_key"))
    )
    if most:
        yield UsageLine(AT_PRICE_OF["kms-key"], Fraction(), most, Fraction(), prices.amount("kms-key", most))


def _use_lines(used: Sequence[ItemUse], prices: Prices) -> Iterator[UsageLine]:
    for name, item in ITEMS.items():
        ranges = [use.amount for use in used if use.item == name and not isinstance(use.amount, Unknown)]
        if ranges:
            least, most = (sum((each[end] for each in ranges), Fraction()) for end in (0, 1))
            yield UsageLine(item, least, most, prices.amount(name, least), prices.amount(name, most))


def _add(due: dict[str, dict[str, Fraction]], item: str, part: str, count: Fraction) -> None:
    parts = due.setdefault(item, {})
    parts[part] = parts.get(part, Fraction()) + count


def _line(item: Item, parts: Mapping[str, Fraction], prices: Prices) -> CostLine:
    quantity = sum(parts.values(), Fraction()) * (HOURS if item.unit is Unit.HOUR else 1)
    return CostLine(item, quantity, prices.amount(item.name, quantity), dict(sorted(parts.items())))


_NOT_INCLUDED = ", so the sum does not include it"


def _unknown_reason(item: str, resource: Resource, why: Unknown) -> str:
    return f"{ITEMS[item].label} of {resource.address}: the number is unknown ({why.reason}){_NOT_INCLUDED}"


# --- data charges


def _data_charges(subject: Analysis, flows: Sequence[TrafficFlow]) -> Iterator[tuple[str, TrafficFlow, Fraction]]:
    faults = []
    found = []
    for number, flow in enumerate(flows, 1):
        try:
            traced = subject.trace(flow.source, flow.destination, protocol=flow.protocol, port=flow.port)
        except ProofError as error:
            faults.append(f"flow {number} ({flow}): {error}")
            continue
        if traced.works:
            found += [(item, flow, gb) for item, gb in _items(subject, traced, flow)]
        else:
            faults.append(f"flow {number} ({flow}): {_why_not_priced(traced)}")
    if faults:
        raise UnusableTraffic("\n".join(faults))
    yield from found


def _why_not_priced(traced: FlowTrace) -> str:
    trip = traced.examples[0]
    reasons = [str(block) for block in trip.blocks]
    reasons += [path.unknown for path in (*trip.forward.paths, *trip.reply.paths) if path.unknown]
    arrives = "it is unknown whether it is reachable" if traced.outcome is Outcome.UNKNOWN else "it is not reachable"
    return f"{arrives}, so it cannot be priced: {reasons[0] if reasons else 'no path'}"


def _items(subject: Analysis, traced: FlowTrace, flow: TrafficFlow) -> Iterator[tuple[str, Fraction]]:
    """Each item with its GB: spread evenly over the subnets at both ends, and then over equal-cost paths."""
    trips_by_ends: dict[tuple[str, str], int] = {}
    for trip in traced.trips:
        ends = _ends(trip.forward.packet)
        trips_by_ends[ends] = trips_by_ends.get(ends, 0) + 1
    for trip in traced.trips:
        share = Fraction(1, len(trips_by_ends) * trips_by_ends[_ends(trip.forward.packet)])
        for gb, trace in ((flow.gb, trip.forward), (flow.back, trip.reply)):
            for path in trace.paths if gb else ():
                for item in paid(trace.packet, path, subject.network):
                    yield item, gb * share / len(trace.paths)


def _ends(packet: Packet) -> tuple[str, str]:
    return _end(packet.source), _end(packet.destination)


def _end(location: Position) -> str:
    return location.address if isinstance(location, InSubnet) else ""


# --- notes on what is not included


def _not_included(
    graph: Graph,
    prices: Prices,
    lines: Sequence[CostLine | UsageLine],
    flows: Sequence[TrafficFlow],
    why_no_location: str,
) -> Iterator[str]:
    if not flows:
        yield "data processing and transfer: state the traffic with --traffic"
    unpriced = [line for line in lines if (line.amount if isinstance(line, CostLine) else line.least_amount) is None]
    for line in unpriced:
        located = why_no_location if line.item.name == DIRECT_CONNECT_OUT else ""
        yield f"{line.item.label}: {located or 'the sheet has no price'} ({line.item.page})"
    if unpriced and prices.region not in shipped_regions():
        advice = how_to_get_one(prices.region)
        yield f"items without a price: Isthmus has no sheet of {prices.region} to take them from. {advice}"
    for use in by_use(graph):
        yield f"{use} (usage-based)"
    if any(line.item.name == "kms-key" for line in lines):
        yield "requests to KMS keys (usage-based)"
    elsewhere = written_elsewhere(graph)
    if elsewhere:
        yield f"logs from other sources in {', '.join(elsewhere)}"
    unknown = foreign(graph)
    if unknown:
        listed = ", ".join(f"{kind} ({count})" for kind, count in unknown.items())
        yield f"resource types without a pricing rule: {listed}"
    regions = sorted({r.region for r in graph.resources.values() if r.region} - {prices.region})
    if regions:
        yield (
            f"prices of {', '.join(regions)}: everything is priced as in {prices.region}; give a sheet with --prices"
        )
