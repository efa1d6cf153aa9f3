"""If you write the value that a remedy names, no new problem follows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given

from isthmus.intent import Account, CustomerGateway, Estate, Site, Tunnel, VpnConnection
from isthmus.intent.checks import RULES, problems
from isthmus.testing.broken import broken_estates
from isthmus.testing.broken.parts import LAN, grown, organization_of
from tests.intent.advice import followed
from tests.intent.test_messages import BROKEN, WHOLE

# While the Region or the object that a name refers to is unknown, the rules that need it report nothing: the problems
# that they report afterwards were there before.
UNCOVERS = {"unknown-region", "unknown-reference", "ambiguous-principal"}


def outcomes(estate: Estate) -> Iterator[tuple[str, str, Counter[str]]]:
    """For each value that a remedy names: the rule, what was written, and how many more problems of which rules."""
    before = Counter(problem.rule for problem in problems(estate))
    for rule in RULES:
        for found in rule.find(estate):
            for value, after in followed(estate, found):
                yield rule.id, f"{value} ({found.remedy})", Counter(p.rule for p in problems(after)) - before


@given(broken_estates())
def test_advice_that_is_taken_leads_to_nothing_new(drawn: tuple[Estate, str]) -> None:
    estate, _ = drawn
    for rule, value, new in outcomes(estate):
        assert not new or rule in UNCOVERS, f"{rule}: {value} leads to {new}"


@pytest.mark.parametrize("name", BROKEN)
def test_advice_behind_every_line_leads_to_nothing_new(name: str) -> None:
    for rule, value, new in outcomes(BROKEN[name]):
        assert not new or rule in UNCOVERS, f"{rule}: {value} leads to {new}"


def remedy(rule: str, estate: Estate) -> str:
    (found,) = (problem for problem in problems(estate) if problem.rule == rule)
    return found.remedy


def two_gateways(*asns: int) -> Estate:
    """Two connections to one site, and a hub of ASN 64512."""
    gateways = [CustomerGateway(f"g{n}", ip_address=f"198.51.100.{n}", bgp_asn=asn) for n, asn in enumerate(asns, 1)]
    site = Site("dc1", networks={"lan": LAN}, advertises=[LAN], customer_gateways=gateways)
    vpns = [VpnConnection(f"v{n}", customer_gateway=f"g{n}", number=n, segment="extra") for n, _ in enumerate(asns, 1)]
    return grown(WHOLE, sites=[site], vpns=vpns)


@pytest.mark.parametrize(
    ("asns", "advised"),
    [
        ((65_001, 65_002), "bgp_asn=65001 on both"),
        ((64_512, 65_002), "bgp_asn=65002 on both"),  # the first is the hub's
        ((7224, 65_002), "bgp_asn=65002 on both"),  # AWS keeps it
        ((64_512, 0), "one ASN on both"),
    ],
)
def test_connections_are_advised_an_asn_that_they_may_have(asns: tuple[int, int], advised: str) -> None:
    assert remedy("ecmp-asn-mismatch", two_gateways(*asns)) == advised


@pytest.mark.parametrize(
    ("given", "advised"),
    [
        ("8888-8888-8888", '"888888888888"'),
        ("88888888888", "the ID on the account's console page"),  # which digit is missing?
        ("0000-0000-0001", "the ID on the account's console page"),  # network-prod has that one
    ],
)
def test_an_account_id_is_advised_only_where_every_digit_is_there(given: str, advised: str) -> None:
    organization = replace(organization_of(WHOLE), accounts=[*WHOLE.all_accounts, Account("extra", id=given)])
    estate = replace(WHOLE, organization=organization)
    assert remedy("invalid-account-id", estate) == f"twelve digits as text: {advised}"


def test_a_connection_is_advised_a_number_whose_addresses_no_tunnel_has() -> None:
    estate = two_gateways(65_001, 65_001)
    one, two = estate.vpn_connections
    hub = estate.hub_environment
    for pin, free in (("169.254.16.4/30", 2), ("169.254.16.8/30", 1), ("169.254.99.0/30", 1)):
        vpns = [replace(one, number=600), replace(two, number=500, tunnels=(Tunnel(inside_cidr=pin), Tunnel()))]
        environments = [replace(e, vpn_connections=vpns) if e is hub else e for e in estate.environments]
        advised = remedy("invalid-vpn-number", replace(estate, environments=environments))
        assert advised == f"1 to 512, e.g. {free}"


def test_there_is_advice_to_take() -> None:
    """For this many rules: a rule that words its value in a way of its own would not be tried."""
    taken = {rule for name, estate in BROKEN.items() if name.startswith("rule ") for rule, _, _ in outcomes(estate)}
    assert len(taken) >= 50, sorted(taken)
