"""CIDRs: their form, overlaps, and their place in the estate's blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network

from isthmus.intent.checks.lenient import (
    network,
    networks,
    next_free,
    overlaps,
    readable,
    resolved,
    segment_of,
    written,
)
from isthmus.intent.checks.rule import Fault, rule, subject
from isthmus.intent.egress import EgressVpc
from isthmus.intent.estate import Estate
from isthmus.intent.hub import Hub
from isthmus.intent.model import place_of
from isthmus.intent.reachability import networks_reached, reach_each_other
from isthmus.intent.spoke import Spoke

_SIZING = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
_ROUTING = "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html"
PRIVATE = networks(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15"])


@rule("Isthmus builds IPv4 networks", _SIZING)
def invalid_cidr(estate: Estate) -> Iterator[Fault]:
    """A value is not an IPv4 CIDR."""
    for cidr in written(estate):
        if network(cidr.text) is None:
            kind = "is an IPv6 CIDR" if _is_ipv6(cidr.text) else "is not a CIDR"
            yield Fault(cidr.about, f'"{cidr.text}" {kind}', "an IPv4 CIDR such as 10.1.0.0/20", cidr.part)


@rule("AWS clears or rejects host bits, and Terraform then shows a change in every plan", _SIZING)
def cidr_not_canonical(estate: Estate) -> Iterator[Fault]:
    """A CIDR has host bits set, or is not written as AWS writes it."""
    for cidr in written(estate):
        canonical = network(cidr.text)
        if canonical is not None and str(canonical) != cidr.text:
            given = f'"{cidr.text}" is not in canonical form'
            yield Fault(cidr.about, given, f'"{canonical}"', cidr.part)


@dataclass(frozen=True, slots=True)
class _Range:
    about: object
    what: str
    kind: str
    cidr: IPv4Network


def _ranges(estate: Estate) -> Iterator[_Range]:
    """Every range with addresses in use."""
    for site in estate.sites:
        for name, text in site.networks.items():
            if (cidr := network(text)) is not None:
                yield _Range(site, f'site network "{site.name}/{name}" {cidr}', "site", cidr)
    for environment in estate.environments:
        for text in environment.hub.cidr_blocks if environment.hub else ():
            if (cidr := network(text)) is not None:
                yield _Range(environment.hub, f"{subject(environment.hub)} {cidr}", "hub", cidr)
        if environment.egress is not None and (cidr := network(environment.egress.cidr)) is not None:
            yield _Range(environment.egress, f"{subject(environment.egress)} {cidr}", "spoke", cidr)
        for spoke in environment.spokes:
            for text in spoke.routed_cidrs:
                if (cidr := network(text)) is not None:
                    yield _Range(spoke, f"{subject(spoke)} {cidr}", "spoke", cidr)


@rule(
    "a transit gateway does not propagate a VPC whose CIDR overlaps that of another attached VPC, and "
    "each address must belong to one location",
    _ROUTING,
)
def cidr_overlap(estate: Estate) -> Iterator[Fault]:
    """Two ranges of spokes, site networks, the egress VPC or the hub overlap."""
    ranges = list(_ranges(estate))
    blocks = networks(estate.blocks)
    for one, other in overlaps((found.cidr, tag) for tag, found in enumerate(ranges)):
        first, second = sorted((ranges[one], ranges[other]), key=lambda found: found.kind == "spoke")
        if second.kind != "site" and first.kind == "site" and any(first.cidr.overlaps(block) for block in blocks):
            continue  # the site network is inside a block: block-overlap reports it
        free = free_range(estate, second.about, second.cidr, second.cidr.prefixlen)
        remedy = f"a free range, e.g. {free}" if free and second.kind == "spoke" else "ranges that do not overlap"
        if isinstance(second.about, Spoke) and first.about is not second.about:
            remedy += _translated(estate, second.about, first.about)
        yield Fault(second.about, f"{second.cidr} overlaps {first.what}, {place_of(first.about)}", remedy)
    for _, spoke in estate.spokes:
        own = networks(spoke.vpc_cidrs) if spoke.routable_cidr is not None else []
        for one, other in overlaps((cidr, tag) for tag, cidr in enumerate(own)):
            yield Fault(spoke, f"{own[other]} overlaps its own {own[one]}", "ranges that do not overlap")


def _translated(estate: Estate, spoke: Spoke, other: object) -> str:
    """The other remedy for a spoke whose range is in use elsewhere and cannot change."""
    routable = free_routable(estate, spoke)
    if spoke.routable_cidr is not None or routable is None or not isinstance(other, Spoke | EgressVpc | Hub):
        return ""
    own = networks(spoke.own_cidrs)
    met = [about for about, _, cidr in reached_ranges(estate, spoke) if any(cidr.overlaps(one) for one in own)]
    if not met:
        return f'; or keep it, and add routable_cidr="{routable}" to translate it'
    both = all(isinstance(about, Spoke) for about in met)
    return "; or keep both, with a routable_cidr on each to translate them" if both else ""


def reached_ranges(estate: Estate, spoke: Spoke) -> Iterator[tuple[object, str, IPv4Network]]:
    """The ranges that a spoke has to reach: of other spokes as they are known, and of sites; each with its owner."""
    sound = resolved(estate)
    segment = segment_of(sound, spoke.segment)
    if segment is None:
        return
    for _, other in sound.spokes:
        met = segment_of(sound, other.segment)
        if other.name != spoke.name and met is not None and reach_each_other(segment, met):
            yield from ((other, f"{cidr} of {subject(other)}", cidr) for cidr in networks(other.routed_cidrs))
    for name, text in networks_reached(sound, segment).items():
        if (found := network(text)) is not None:
            yield None, f'site network "{name}" {found}', found


@rule(
    "the blocks are the address space of AWS. Blackhole routes for them stand next to every default "
    "route, so a site network inside a block is unreachable",
    _ROUTING,
)
def block_overlap(estate: Estate) -> Iterator[Fault]:
    """Two blocks of the estate overlap, or a block overlaps a site network."""
    blocks = [cidr for text in estate.blocks if (cidr := network(text)) is not None]
    for one, other in overlaps((cidr, tag) for tag, cidr in enumerate(blocks)):
        part = f"block {blocks[other]}"
        yield Fault(estate, f"{blocks[other]} overlaps block {blocks[one]}", "one of the two blocks", part)
    for site in estate.sites:
        for name, text in site.networks.items():
            cidr = network(text)
            hit = next((block for block in blocks if cidr is not None and block.overlaps(cidr)), None)
            if cidr is not None and hit is not None:
                given = f"{cidr} overlaps the estate's block {hit}, {place_of(estate)}"
                remedy = "another range for it, or blocks without this range"
                if name not in site.non_routable_cidrs and not hit.subnet_of(cidr):
                    remedy += f"; or a free /{cidr.prefixlen} for it, and this range in non_routable_cidrs"
                yield Fault(site, given, remedy, f'network "{name}"')


@rule(
    "public addresses used inside the network hide the same addresses on the internet",
    _SIZING,
)
def block_not_private(estate: Estate) -> Iterator[Fault]:
    """A block of the estate is not a private range."""
    for block in networks(estate.blocks):
        if not any(block.subnet_of(private) for private in PRIVATE):
            remedy = f"a block in {', '.join(map(str, PRIVATE[:3]))} or {PRIVATE[3]}"
            yield Fault(estate, f"{block} is a public range", remedy, f"block {block}")


@rule("return routes, blackhole routes, endpoints and firewalls use the blocks, not the list of spokes")
def spoke_outside_blocks(estate: Estate) -> Iterator[Fault]:
    """A range of a spoke lies outside the estate's blocks."""
    if not readable(estate.blocks):
        return
    blocks = networks(estate.blocks)
    for _, spoke in estate.spokes:
        for cidr in networks(spoke.routed_cidrs):
            if not any(cidr.subnet_of(block) for block in blocks):
                free = free_range(estate, spoke, cidr, cidr.prefixlen)
                inside = f"a range inside one of them, e.g. {free}" if free else "a range inside one of them"
                larger = _block_around(estate, cidr)
                more = f', or a block that contains it, in {place_of(estate)}: "{larger}"' if larger else ""
                given = f"{cidr} is outside the estate's blocks {', '.join(map(str, blocks)) or '(none)'}"
                yield Fault(spoke, given, inside + more)


@rule(
    "the blackhole route for the block would win over the spoke's propagated route, and the VPC would "
    "send its own range to the transit gateway",
    _ROUTING,
)
def spoke_cidr_equals_block(estate: Estate) -> Iterator[Fault]:
    """A range of a spoke equals a block of the estate."""
    blocks = networks(estate.blocks)
    for _, spoke in estate.spokes:
        for cidr in networks(spoke.routed_cidrs):
            if cidr in blocks:
                given = f"{cidr} equals a block of the estate, {place_of(estate)}"
                larger = _block_around(estate, cidr)
                yield Fault(spoke, given, f"a larger block{f', e.g. {larger}' if larger else ''}, or a part of {cidr}")


def free_range(estate: Estate, about: object, cidr: IPv4Network, prefix: int) -> IPv4Network | None:
    """A free range with this prefix length for a VPC that has `cidr`: around `cidr` if possible, else the first one.

    The range is inside the blocks of the spoke's segment, if it has any, and outside those of other segments. With
    secondary ranges it is in the same private range, as AWS requires.
    """
    used = [found.cidr for found in _ranges(estate) if found.about is not about or found.cidr != cidr]
    own = segment_of(estate, about.segment) if isinstance(about, Spoke) else None
    used += [block for s in estate.segments if s is not own for block in networks(s.blocks)]
    blocks = networks(own.blocks if own is not None and own.blocks else estate.blocks)
    same_space = [block for block in blocks if any(block.subnet_of(p) and cidr.subnet_of(p) for p in PRIVATE)]
    around = IPv4Network((cidr.network_address, prefix), strict=False)
    inside = any(around != block and around.subnet_of(block) for block in same_space)
    if prefix != cidr.prefixlen and inside and not any(around.overlaps(other) for other in used):
        return around
    used.append(cidr)
    found = next_free(same_space, sorted(used), prefix)
    mixed = isinstance(about, Spoke) and bool(about.secondary_cidrs)
    return found if found or mixed else next_free(blocks, sorted(used), prefix)


def free_routable(estate: Estate, spoke: Spoke) -> IPv4Network | None:
    """A free /24 for the routable CIDR of a spoke, in the blocks of its segment and of the same private range."""
    own = segment_of(estate, spoke.segment)
    blocks = networks(own.blocks if own is not None and own.blocks else estate.blocks)
    primary = networks(spoke.own_cidrs)
    used = [found.cidr for found in _ranges(estate)] + primary
    used += [block for other in estate.segments if other is not own for block in networks(other.blocks)]
    fits = [b for b in blocks if any(b.subnet_of(p) and all(c.subnet_of(p) for c in primary) for p in PRIVATE)]
    return next_free(fits, used, 24)


def _block_around(estate: Estate, cidr: IPv4Network) -> IPv4Network | None:
    """The smallest private block that is larger than a range and overlaps no other block and no site network."""
    if cidr.prefixlen == 0:
        return None
    block = cidr.supernet()
    others = [*networks(estate.blocks), *(found.cidr for found in _ranges(estate) if found.kind == "site")]
    fits = any(block.subnet_of(private) for private in PRIVATE)
    return block if fits and not any(block.overlaps(other) for other in others if other != cidr) else None


def _is_ipv6(text: str) -> bool:
    try:
        return ip_network(text, strict=False).version == 6
    except ValueError:
        return False
