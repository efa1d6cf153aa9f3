"""Flows that arrive without replies: a fault in every network, with or without an intent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from isthmus.network.address_space import address_at, span
from isthmus.network.answers import AtSite, Internet, Outcome, Path
from isthmus.network.block import Block
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Cidr, GatewayKind
from isthmus.network.route_tables import vpc_cidrs
from isthmus.proof.checks.causes import Naming
from isthmus.proof.pairs.pair import SampleFlow, stopped_by_filters
from isthmus.proof.result.findings import Flow, Violation
from isthmus.text.listing import some

_MOST_SUBNETS = 4


class Replies:
    """Finds flows without replies, and the setting that blocks the replies."""

    def __init__(self, engine: Forwarding, naming: Naming) -> None:
        self.engine = engine
        self.naming = naming

    def violations(self, a: str, b: str, samples: Sequence[SampleFlow]) -> Iterator[Violation]:
        """One violation for each cause that blocks all replies of packets from `a` to `b`."""
        causes: dict[tuple[str, ...], list[SampleFlow]] = {}
        never = [sample for sample in samples if _unanswered(sample)]
        for sample in never:
            # Some sample flows may not be between workloads. If none has a reply, this is certain.
            if not sample.unknown_reason or len(never) == len(samples):
                causes.setdefault(tuple(self._causes(sample)), []).append(sample)
        for found, unanswered in causes.items():
            where = sorted({_end(t) for t in unanswered} - {""})
            every = {_end(t) for t in samples} - {""}
            only = f" (from {some(where, _MOST_SUBNETS)})" if where and set(where) != every else ""
            named = self.naming.of_blocked(path for t in unanswered for path in t.trip.reply.paths)
            why = f"packets arrive and the reply does not come back{only}: {'; '.join(found)}"
            yield Violation("one-way-flow", why, named, a, b)

    def of_service(self, flow: Flow) -> Iterator[Violation]:
        """The violation of a flow to a service through a gateway endpoint."""
        trip = flow.evidence
        if trip is not None and flow.forward is Outcome.REACHABLE and flow.reply is Outcome.BLOCKED:
            causes = "; ".join(dict.fromkeys(str(block) for block in trip.reply.blocks))
            named = self.naming.of_blocked(trip.reply.paths)
            why = f"packets arrive and the reply does not come back: {causes}"
            yield Violation("one-way-flow", why, named, flow.source, flow.destination)

    def _causes(self, sample: SampleFlow) -> Iterator[str]:
        """The first block on each path of the reply, with the prefix that the reply needs a route to."""
        prefix = self._prefix(sample)
        blocked = [path for path in sample.trip.reply.paths if path.blocks]
        yield from dict.fromkeys(self._cause(path, path.blocks[0], prefix, sample) for path in blocked)

    def _cause(self, path: Path, block: Block, prefix: str, sample: SampleFlow) -> str:
        if block.rule == "no-route":
            return f"{block.address} has no route to {prefix}{self._not_propagated(block.address, sample)}"
        if block.rule == "private-to-internet" and block.address in self.engine.network.tables:
            led = next(
                (hop.routed_by[0] for hop in path.hops if hop.routed_by and hop.routed_by[-1] == block.address), ""
            )
            return f"{block.address} has no route to {prefix}: the reply leaves by the default route {led}"
        return str(block)

    def _not_propagated(self, table: str, sample: SampleFlow) -> str:
        """A hint that route propagation of a virtual private gateway would create the route, or ""."""
        known = self.engine.network.tables.get(table)
        if known is None or not isinstance(known.vpc, str) or not isinstance(sample.source, AtSite):
            return ""
        gateway = self.engine.index.gateway_of(known.vpc, GatewayKind.VPN)
        if not gateway or gateway in known.propagating:
            return ""
        return f", and no aws_vpn_gateway_route_propagation of {gateway} names it"

    def _prefix(self, sample: SampleFlow) -> str:
        """The CIDR of the VPC or site that contains the source of a flow."""
        address = self.engine.place_of(sample.source)
        if not isinstance(address, int):
            return str(sample.source)
        around = [c for c in self._prefixes(sample) if span(c)[0] <= address <= span(c)[1]]
        longest = max(around, key=lambda cidr: cidr.prefixlen, default=None)
        return str(longest or address_at(address))

    def _prefixes(self, sample: SampleFlow) -> Iterator[Cidr]:
        address = self.engine.place_of(sample.source)
        if isinstance(sample.source, AtSite):
            yield from self.engine.sites.by_name[sample.source.name].networks
        elif not isinstance(sample.source, Internet) and isinstance(address, int):
            for vpc in self.engine.index.vpc_owners(address):
                yield from vpc_cidrs(self.engine.network, vpc)


def _unanswered(sample: SampleFlow) -> bool:
    """Whether packets arrive, and replies do not come back on every path.

    Network ACLs are stateless: they allow a packet to a client port as if it were a reply, without allowing a packet
    out again. Such a packet is not a new flow that the network ACL is meant to allow.
    """
    if isinstance(sample.source, Internet) and not getattr(sample.destination, "public", True):
        # Internet gateways forward IPv6 packets to every host with a public address. Hosts in a subnet without a route
        # to the gateway are not meant to reply.
        return False
    trip = sample.trip
    arrives = [path for path in trip.forward.paths if path.outcome is Outcome.REACHABLE]
    if not arrives or trip.asymmetric:
        return False
    lost = [path for path in trip.reply.paths if path.outcome is Outcome.BLOCKED]
    if not lost or (len(arrives) < len(trip.forward.paths) and len(lost) < len(trip.reply.paths)):
        return False
    packet = trip.forward.packet
    to_client = packet.protocol in ("tcp", "udp") and packet.port >= packet.ephemeral[0]
    return not (to_client and stopped_by_filters(trip.reply))


def _end(sample: SampleFlow) -> str:
    """The subnet of the source of a flow; of its destination if the source is in no subnet."""
    return getattr(sample.source, "address", "") or getattr(sample.destination, "address", "")
