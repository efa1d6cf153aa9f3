"""Laws that hold for any network: here for correct ones with a few things changed at random."""

from dataclasses import replace
from functools import cache
from ipaddress import IPv4Network, ip_network
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from isthmus import proof
from isthmus.network.answers import Outcome
from isthmus.network.model import Network, NetworkAclRule, Target, TargetKind, TgwRoute, VpcRoute
from isthmus.proof import Analysis, Verdict
from tests.proof.estates import output, write

STAGE = "stage_3_every_vpc"
PREFIXES = [
    ip_network(text)
    for text in (
        "0.0.0.0/0",
        "8.8.8.0/24",
        "10.1.0.0/16",
        "10.1.0.0/20",
        "10.1.2.0/23",
        "10.1.16.0/20",
        "10.1.32.0/19",
        "10.1.48.0/20",
        "172.20.0.0/16",
        "172.20.64.0/18",
        "172.21.0.0/16",
        "192.168.0.0/24",
    )
]


@cache
def correct() -> Analysis:
    with TemporaryDirectory() as folder:
        return proof.read(write(output(STAGE), Path(folder)))


class Edited:
    """A network, shown by what was done to it: whole networks are too long to print."""

    def __init__(self, edits: tuple[str, ...], network: Network) -> None:
        self.edits = edits
        self.network = network

    def __repr__(self) -> str:
        return f"Edited{self.edits}"


def changed(edited: Edited) -> Analysis:
    return Analysis(edited.network, correct().estate, roots=correct().roots)


@st.composite
def networks(draw: DrawFn, most: int = 4) -> Edited:
    """The full stage with up to so many things changed."""
    network, edits = correct().network, draw(st.lists(st.sampled_from(EDITS), min_size=1, max_size=most))
    for edit in edits:
        network = edit(draw, network)
    return Edited(tuple(edit.__name__ for edit in edits), network)


def _vpc_route(draw: DrawFn, network: Network) -> Network:
    table = network.tables[draw(st.sampled_from(sorted(network.tables)))]
    gateway = Target(TargetKind.TRANSIT_GATEWAY, next(iter(network.transit_gateways)))
    added = VpcRoute(f"{table.address}.extra", draw(st.sampled_from(PREFIXES)), gateway)
    routes = (*(r for r in table.routes if r.destination != added.destination), added)
    return replace(network, tables={**network.tables, table.address: replace(table, routes=routes)})


def _no_vpc_route(draw: DrawFn, network: Network) -> Network:
    table = network.tables[draw(st.sampled_from(sorted(t for t in network.tables if network.tables[t].routes)))]
    gone = draw(st.sampled_from(table.routes))
    routes = tuple(r for r in table.routes if r != gone)
    return replace(network, tables={**network.tables, table.address: replace(table, routes=routes)})


def _moved_vpc_route(draw: DrawFn, network: Network) -> Network:
    table = network.tables[draw(st.sampled_from(sorted(t for t in network.tables if network.tables[t].routes)))]
    moved = draw(st.sampled_from(table.routes))
    taken = {r.destination for r in table.routes}
    free = draw(st.sampled_from([p for p in PREFIXES if p not in taken]))
    routes = tuple(replace(r, destination=free) if r == moved else r for r in table.routes)
    return replace(network, tables={**network.tables, table.address: replace(table, routes=routes)})


def _tgw_route(draw: DrawFn, network: Network) -> Network:
    table = network.tgw_tables[draw(st.sampled_from(sorted(network.tgw_tables)))]
    target = draw(st.sampled_from((None, *sorted(network.attachments))))
    added = TgwRoute(f"{table.address}.extra", draw(st.sampled_from(PREFIXES)), target)
    routes = (*(r for r in table.routes if r.destination != added.destination), added)
    return replace(network, tgw_tables={**network.tgw_tables, table.address: replace(table, routes=routes)})


def _learning(draw: DrawFn, network: Network) -> Network:
    table = network.tgw_tables[draw(st.sampled_from(sorted(network.tgw_tables)))]
    one = draw(st.sampled_from(sorted(network.attachments)))
    learns = (
        tuple(p for p in table.propagations if p != one) if one in table.propagations else (*table.propagations, one)
    )
    return replace(network, tgw_tables={**network.tgw_tables, table.address: replace(table, propagations=learns)})


def _association(draw: DrawFn, network: Network) -> Network:
    attachment = network.attachments[draw(st.sampled_from(sorted(network.attachments)))]
    table = draw(st.sampled_from((None, *sorted(network.tgw_tables))))
    return replace(network, attachments={**network.attachments, attachment.address: replace(attachment, table=table)})


def _acl(draw: DrawFn, network: Network) -> Network:
    acl = network.nacls[draw(st.sampled_from(sorted(network.nacls)))]
    cidr = draw(st.sampled_from([p for p in PREFIXES if isinstance(p, IPv4Network)]))
    rule = NetworkAclRule(f"{acl.address}.extra", 1, False, draw(st.sampled_from((-1, 6))), cidr)
    if draw(st.booleans()):
        acl = replace(acl, inbound=(rule, *(r for r in acl.inbound if r.number != 1)))
    else:
        acl = replace(acl, outbound=(rule, *(r for r in acl.outbound if r.number != 1)))
    return replace(network, nacls={**network.nacls, acl.address: acl})


def _table(draw: DrawFn, network: Network) -> Network:
    subnet = network.subnets[draw(st.sampled_from(sorted(network.subnets)))]
    siblings = sorted(t.address for t in network.tables.values() if t.vpc == subnet.vpc)
    moved = replace(subnet, table=draw(st.sampled_from(siblings)))
    return replace(network, subnets={**network.subnets, subnet.address: moved})


EDITS = (_vpc_route, _moved_vpc_route, _no_vpc_route, _tgw_route, _learning, _association, _acl, _table)


def test_spokes_that_differ_only_in_addresses_are_grouped() -> None:
    pairs = correct().pairs
    assert pairs.groups_of("dev", "test") == pairs.groups_of("prod", "dev")
    assert pairs.groups_of("dev", "shared-services") != pairs.groups_of("dev", "prod")


@settings(max_examples=20)
@given(networks(most=2))
def test_grouping_spokes_changes_no_answer(network: Edited) -> None:
    grouped = changed(network)
    apart = replace(grouped, separately=True)
    assert list(grouped.flows) == list(apart.flows)


@settings(max_examples=20)
@given(networks())
def test_the_verdict_follows_from_the_flows(network: Edited) -> None:
    """Judged once more from the flows alone: a proof is refused exactly where one of them is not as meant."""
    subject = changed(network)
    answer = subject.prove(scenarios=False)
    wrong = {(f.source, f.destination) for f in answer.flows if f.intended and not f.works and not _unknown(f)}
    wrong |= {(f.source, f.destination) for f in answer.flows if f.intended is False and f.forward is Outcome.REACHABLE}
    named = {(v.source, v.destination) for v in answer.violations if v.destination and v.rule != "hairpin"}
    hairpins = {(v.source, v.destination) for v in answer.violations if v.rule == "hairpin"}
    assert wrong <= named | hairpins
    assert (answer.verdict is Verdict.PROVED) <= (not wrong)


def _unknown(flow: proof.Flow) -> bool:
    return Outcome.UNKNOWN in (flow.forward, flow.reply)


@settings(max_examples=15)
@given(networks(), networks())
def test_differences_mirror_each_other(one: Edited, other: Edited) -> None:
    there = proof.compare(changed(one), changed(other), scenarios=False).changes
    back = proof.compare(changed(other), changed(one), scenarios=False).changes
    mirrored = {"gained": "lost", "lost": "gained"}
    pairs = {(c.source, c.destination) for c in there}
    assert pairs == {(c.source, c.destination) for c in back}
    for pair in pairs:
        forth = {c.kind.value for c in there if (c.source, c.destination) == pair}
        again = {c.kind.value for c in back if (c.source, c.destination) == pair}
        # Where one zone gains what another loses, the flow is lost either way.
        assert {mirrored.get(kind, kind) for kind in forth} == again or "lost" in forth & again


@settings(max_examples=15)
@given(networks())
def test_nothing_differs_from_itself(network: Edited) -> None:
    assert not proof.compare(changed(network), changed(network), scenarios=False).changes


@settings(max_examples=15)
@given(networks(), st.sampled_from(PREFIXES), st.integers(0, 1))
def test_a_blackhole_never_adds_a_flow(network: Edited, prefix: IPv4Network, which: int) -> None:
    """As the longest match it drops packets, otherwise it has no effect. Advertised prefixes can only decrease."""
    facts = network.network
    table = facts.tgw_tables[sorted(facts.tgw_tables)[which]]
    routes = (*(r for r in table.routes if r.destination != prefix), TgwRoute("blackhole", prefix, None))
    tables = {**facts.tgw_tables, table.address: replace(table, routes=routes)}
    holed = Edited((*network.edits, f"blackhole {prefix}"), replace(facts, tgw_tables=tables))
    before = {(f.source, f.destination) for f in changed(network).flows if f.works}
    after = {(f.source, f.destination) for f in changed(holed).flows if f.works}
    replaced = any(r.destination == prefix and r.attachment is not None for r in table.routes)
    assert after <= before or replaced


@settings(max_examples=15)
@given(networks())
def test_every_change_has_a_cause(network: Edited) -> None:
    """Whatever was changed by hand is what a gained or lost flow is blamed on."""
    for change in proof.compare(correct(), changed(network), scenarios=False).changes:
        assert change.causes, str(change)
