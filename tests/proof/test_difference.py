"""Differences, found the fast way: just the changes that trying every packet between every pair finds."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, note, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from isthmus import proof
from isthmus.intent import Estate
from isthmus.network.model import Network, NetworkAclRule, Unknown
from isthmus.proof import Analysis
from isthmus.proof.difference.flows import _Comparison
from isthmus.terraform import Graph
from isthmus.testing.strategies import estates
from modules.synthesis import synthesize
from tests.proof.estates import output, write
from tests.proof.test_laws import EDITS
from tests.properties.budget import share

EVERYTHING = ip_network("0.0.0.0/0")
Changes = set[tuple[str, str, str, tuple[str, ...], str]]


def found(comparison: _Comparison) -> Changes:
    """The changed flows alone: the failure scenarios of both networks would take most of the time."""
    return {(c.kind, c.source, c.destination, c.causes, c.packets) for c in comparison._changes()}


def read(estate: Estate) -> Analysis:
    with TemporaryDirectory() as folder:
        return proof.read(write(synthesize(estate), Path(folder)))


def _acl_rule(draw: DrawFn, network: Network) -> Network:
    """A network ACL with one rule less, with the other verdict, or with another before all of them, for other ports."""
    acl = network.nacls[draw(st.sampled_from(sorted(network.nacls)))]
    way = draw(st.sampled_from(("inbound", "outbound")))
    rules: tuple[NetworkAclRule, ...] = getattr(acl, way)
    number, protocol = draw(st.integers(0, 2 * len(rules))), draw(st.sampled_from((6, 17)))
    if number >= len(rules):
        verdict, ports = draw(st.booleans()), draw(st.sampled_from(((22, 22), (1_000, 1_999))))
        first = NetworkAclRule(f"{acl.address}.{way}.first", 1, verdict, protocol, EVERYTHING, ports)
        changed = (first, *(rule for rule in rules if rule.number > 1))
    else:
        turned = (replace(rules[number], allow=not rules[number].allow),) * draw(st.integers(0, 1))
        changed = (*rules[:number], *turned, *rules[number + 1 :])
    edited = replace(acl, inbound=changed) if way == "inbound" else replace(acl, outbound=changed)
    return replace(network, nacls={**network.nacls, acl.address: edited})


def _firewall_rule(draw: DrawFn, network: Network) -> Network:
    """A firewall with one rule less, or another default."""
    firewall = network.firewalls[draw(st.sampled_from(sorted(network.firewalls)))]
    rules = firewall.rules
    if isinstance(rules, Unknown):
        return network
    fewer = replace(rules, rules=rules.rules[1:]) if rules.rules else replace(rules, default="drop")
    return replace(network, firewalls={**network.firewalls, firewall.address: replace(firewall, rules=fewer)})


def _other_acl(draw: DrawFn, network: Network) -> Network:
    """A subnet with the network ACL of another of its VPC."""
    subnet = network.subnets[draw(st.sampled_from(sorted(network.subnets)))]
    first = sorted(acl.address for acl in network.nacls.values() if acl.vpc == subnet.vpc)
    moved = replace(subnet, nacl=draw(st.sampled_from(first)))
    return replace(network, subnets={**network.subnets, subnet.address: moved})


def _edits(network: Network) -> list[Callable[[DrawFn, Network], Network]]:
    """What fits the network: filters mostly, and now and then a route."""
    filters = [_acl_rule] * (3 if network.nacls else 0)
    filters += [_firewall_rule] * bool(network.firewalls)
    filters += [_other_acl] * all(isinstance(s.vpc, str) for s in network.subnets.values())
    routed = bool(network.attachments and network.tgw_tables and network.nacls)
    return [*filters * 2, *(EDITS if routed else ())]


@st.composite
def edited(draw: DrawFn, network: Network) -> Network:
    """A network with a thing or two changed."""
    edits = _edits(network) if network.subnets else []
    for _ in range(draw(st.integers(1, 2)) if edits else 0):
        edit = draw(st.sampled_from(edits))
        note(edit.__name__)
        network = edit(draw, network)
    return network


@settings(max_examples=share(5))
@given(estates(largest=4), st.data())
def test_the_fast_comparison_finds_every_change(estate: Estate, data: st.DataObject) -> None:
    made = read(estate)
    # Network ACLs that let everything pass are on no path: those of the network before have rules of their own too.
    before = replace(made, network=data.draw(edited(made.network)))
    after = replace(made, network=data.draw(edited(before.network)))
    every = _Comparison(replace(before, separately=True), replace(after, separately=True))
    assert found(_Comparison(before, after)) == found(every)


def test_nothing_can_be_compared_with_a_network(tmp_path: Path) -> None:
    """Before the first pull request and the first plan there is no network."""
    after = proof.read(write(output("stage_4_central_egress"), tmp_path))
    nothing = proof.subject(Graph({}), empty_is_fine=True)
    gained = proof.compare(nothing, after)
    assert {change.kind for change in gained.changes} == {"gained"}
    assert gained.added_locations
    assert not gained.removed_locations
    lost = proof.compare(after, nothing)
    assert {change.kind for change in lost.changes} == {"lost"}
    assert lost.removed_locations == gained.added_locations
