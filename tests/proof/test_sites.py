"""Sites: several connections of one site, and the remainder of a site without its named networks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from examples import stage_3_every_vpc as stage
from isthmus import proof
from isthmus.intent import Egress, Estate, check
from isthmus.network.answers import Outcome
from isthmus.proof import ProofError, Verdict
from isthmus.proof.analysis import Analysis
from isthmus.terraform.graph import Resource
from modules.synthesis import synthesize
from tests.proof.estates import write
from tests.proof.small_networks import gateway, hub, made, network, ref, spoke, vpn, vpn_in_core

CORE = [*hub(), *spoke("shop", 1, "0.0.0.0/0")]
APART = [*CORE, gateway("one"), gateway("two", "203.0.113.2", 65020)]
TWO = [*APART, vpn("one", "one"), *vpn_in_core("one"), vpn("two", "two"), *vpn_in_core("two")]
SAME = ("one=172.16.0.0/16", "two=172.16.0.0/16")


def sites(found: Analysis) -> dict[str, tuple[str, ...]]:
    return {s.name: tuple(c.removeprefix("aws_vpn_connection.") for c in s.connections) for s in found.locations.sites}


@pytest.mark.parametrize(
    ("resources", "advertises"),
    [
        (TWO, SAME),
        (TWO, ("one=0.0.0.0/0", "two=0.0.0.0/0")),
        (
            [*CORE, gateway("one"), *TWO[len(APART) : -3], vpn("two", "one"), *vpn_in_core("two")],
            ("one=172.16.0.0/16",),
        ),
        ([*CORE, gateway("one"), gateway("two"), *TWO[len(APART) :]], ("one=172.16.0.0/16",)),
    ],
    ids=["a prefix", "nothing but a default route", "a customer gateway", "the address of a customer gateway"],
)
def test_connections_of_one_site(resources: list[Resource], advertises: tuple[str, ...]) -> None:
    found = network(*resources, advertises=advertises)
    assert sites(found) == {"one+two": ("one", "two")}
    assert any("one and two lead to one site" in text for text in found.prove().assumptions)


def test_connections_of_two_sites() -> None:
    apart = ["one=172.16.0.0/16,0.0.0.0/0", "two=172.17.0.0/16,0.0.0.0/0"]
    assert sites(network(*TWO, advertises=apart)) == {"one": ("one",), "two": ("two",)}
    assert sites(network(*TWO, advertises=SAME, sites=["a=one", "b=two"])) == {"a": ("one",), "b": ("two",)}


def test_a_redundant_vpn_works_both_ways_over_either_connection() -> None:
    found = network(*TWO, advertises=SAME, sites=["hq=one,two"])
    assert sites(found) == {"hq": ("one", "two")}
    for pair in (("shop", "hq/172.16.0.0/16"), ("hq/172.16.0.0/16", "shop")):
        assert found.flows[pair].works
    assert found.prove().verdict is Verdict.NO_VIOLATIONS
    for name in ("172.16.1.1", "hq", "one", "aws_vpn_connection.two"):
        assert found.trace("shop", name).works, name
    assert found.prove().advertised_prefixes["aws_vpn_connection.one"].listed == ("10.1.0.0/16",)


def test_connections_of_a_site_that_advertise_different_things() -> None:
    """A prefix is reached over the connections that advertise it, and over no other."""
    found = network(*TWO, advertises=["one=172.16.0.0/16", "two=172.17.0.0/16"], sites=["hq=one,two"])
    (trip,) = found.trace("shop", "172.16.1.1").examples
    assert {hop.address for path in trip.forward.paths for hop in path.hops if hop.kind == "VPN connection"} == {
        "aws_vpn_connection.one"
    }
    # The prefixes of one connection say nothing of the other.
    half = network(*TWO, advertises=["one=172.16.0.0/16"], sites=["hq=one,two"])
    assert half.prove().verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("hq", "expected --site NAME=CONNECTION"),
        ("hq=", "expected --site NAME=CONNECTION"),
        ("=one", "expected --site NAME=CONNECTION"),
        ("hq=three", "three"),
        ("shop=one", "another location has that name"),
        ("hq=one", "is in two sites"),
        ("other=two", "site other is given twice"),
    ],
)
def test_invalid_sites_are_errors(given: str, why: str) -> None:
    more = {"hq=one": ["a=one"], "other=two": ["other=one"]}.get(given, [])
    with pytest.raises(ProofError, match=why):
        network(*TWO, advertises=SAME, sites=[*more, given]).prove()


def test_any_address_represents_a_site_with_only_a_default_route() -> None:
    found = network(*CORE, gateway("hq"), vpn("hq", "hq"), *vpn_in_core("hq"), advertises=["hq=0.0.0.0/0"])
    assert found.flows["shop", "hq"].works
    assert found.flows["hq", "shop"].works
    assert found.trace("hq", "shop").works
    # A route to a part of it shows that this part exists: other parts are unknown.
    narrow = [*hub(), *spoke("shop", 1, "192.168.0.0/16"), gateway("hq"), vpn("hq", "hq"), *vpn_in_core("hq")]
    part = network(*narrow, advertises=["hq=0.0.0.0/0"])
    assert part.flows["shop", "hq"].forward is Outcome.UNKNOWN
    assert any("it advertises only a default route" in missing.why for missing in part.prove().unknown_results)


def test_prefixes_of_a_direct_connect_gateway_can_be_given() -> None:
    association = made(
        "aws_dx_gateway_association.dx",
        dx_gateway_id=ref("aws_dx_gateway.dx"),
        associated_gateway_id=ref("aws_ec2_transit_gateway.hub"),
        allowed_prefixes=("10.1.0.0/16",),
    )
    dx = made("aws_dx_gateway.dx", name="fibre", amazon_side_asn="64513")
    for name in ("fibre", "aws_dx_gateway.dx"):
        found = network(*TWO, dx, association, advertises=[*SAME, f"{name}=172.16.0.0/16"])
        (site,) = found.locations.sites
        assert site.connections == ("aws_vpn_connection.one", "aws_vpn_connection.two", "aws_dx_gateway.dx")


@pytest.mark.parametrize("prefix", ["10.1.0.0/16", "10.1.1.0/24"])
def test_a_site_that_advertises_the_prefix_of_a_vpc(prefix: str) -> None:
    hq = [*CORE, gateway("hq"), vpn("hq", "hq"), *vpn_in_core("hq")]
    answer = network(*hq, advertises=[f"hq=172.16.0.0/16,{prefix}"]).prove()
    assert [v.destination for v in answer.violations if v.rule == "overlapping-advertisement"] == ["shop"]
    around = network(*hq, advertises=["hq=10.0.0.0/8"]).prove()
    assert "overlapping-advertisement" not in {v.rule for v in around.violations}


def test_sites_with_overlapping_prefixes() -> None:
    reported = ["one=172.16.0.0/16", "two=172.16.1.0/24"]
    assert "overlapping-advertisement" in {v.rule for v in network(*TWO, advertises=reported).prove().violations}
    apart = ["one=172.16.0.0/16,0.0.0.0/0", "two=172.17.0.0/16,0.0.0.0/0"]
    assert "overlapping-advertisement" not in {v.rule for v in network(*TWO, advertises=apart).prove().violations}


# --- the rest of a site


def limited(*advertises: str, networks: tuple[str, ...] | None = ("dc1/users",)) -> Estate:
    """The full stage, whose workloads reach one network of a site that advertises more than its networks."""
    site = replace(stage.estate.sites[0], advertises=advertises)
    services, workloads = stage.estate.segments
    return check(
        replace(
            stage.estate,
            sites=[site],
            segments=[services, replace(workloads, site_networks=networks)],
        )
    )


SUMMARY = ("0.0.0.0/0", "172.16.0.0/12")


def proved(given: Estate, folder: Path) -> Analysis:
    return proof.read(write(synthesize(given), folder))


@pytest.mark.parametrize("networks", [("dc1/users",), None])
def test_a_limited_segment_does_not_accept_the_remainder_of_a_site(
    tmp_path: Path, networks: tuple[str, ...] | None
) -> None:
    found = proved(limited(*SUMMARY, networks=networks), tmp_path)
    answer = found.prove(scenarios=False)
    assert answer.verdict is Verdict.PROVED, answer
    for address in ("172.19.0.5", "192.168.7.7", "10.200.0.1"):
        there, back = found.trace(address, "dev"), found.trace("dev", address)
        assert there.source == f"{address} (rest of dc1)"
        assert (there.works, back.works) == (networks is None, networks is None)
    flow = answer.flows["rest of dc1", "dev"]
    assert (flow.intended, flow.works) == ((None, True) if networks is None else (False, False))
    assert found.flows["dev", "internet"].works
    assert found.flows["dev", "dc1/users"].works


def test_a_reachable_remainder_is_a_violation(tmp_path: Path) -> None:
    given = limited(*SUMMARY)
    folder = write(synthesize(given), tmp_path)
    path = folder / "stacks/dev/modules/spoke_dev/main.tf.json"
    document = json.loads(path.read_text())
    rules = document["resource"]["aws_network_acl_rule"]
    for name in [name for name in rules if "unnamed" in name]:
        del rules[name]
    path.write_text(json.dumps(document))
    answer = proof.read(folder).prove(scenarios=False)
    assert answer.verdict is Verdict.VIOLATED
    assert {(v.rule, v.source, v.destination) for v in answer.violations} >= {("unintended-flow", "rest of dc1", "dev")}


def test_prefixes_given_on_the_command_line_count(tmp_path: Path) -> None:
    """Terraform made for what a site was to advertise does not deny what it advertises instead."""
    folder = write(synthesize(limited("172.20.0.0/15", "0.0.0.0/0", networks=None)), tmp_path / "a")
    wide = proof.read(folder, advertises=["infra-dc1-01=0.0.0.0/0,203.0.112.0/20"])
    assert wide.trace("203.0.112.9", "dev").source == "203.0.112.9 (rest of dc1)"


def test_no_remainder_if_every_address_is_named(tmp_path: Path) -> None:
    exact = replace(stage.estate.sites[0], advertises=["172.20.0.0/15"])
    quiet = check(
        replace(
            stage.estate,
            sites=[exact],
            segments=[
                replace(s, allowed_egress={Egress.NONE}, site_networks=["dc1/users"] if s.isolated else None)
                for s in stage.estate.segments
            ],
            environments=[
                replace(e, spokes=[replace(s, egress=Egress.NONE) for s in e.spokes]) for e in stage.estate.environments
            ],
        )
    )
    output = synthesize(quiet)
    assert not any("unnamed" in text for text in output.values())
    assert "rest of dc1" not in proof.read(write(output, tmp_path)).flows.names


def test_overlapping_advertisements_are_found_with_an_intent_too(tmp_path: Path) -> None:
    folder = write(synthesize(stage.estate), tmp_path)
    reported = "infra-dc1-01=0.0.0.0/0,172.20.0.0/15,10.1.16.0/20"
    violations = proof.read(folder, advertises=[reported]).prove(scenarios=False).violations
    assert [(v.source, v.destination) for v in violations if v.rule == "overlapping-advertisement"] == [("dc1", "test")]
