"""The meaning of an estate: what is reachable, which connections are allowed, where names resolve. See meaning.txt.

`python -m tests.intent.test_meaning` rewrites meaning.txt from the code: read what it changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.intent import (
    AllowedConnection,
    CentralEndpoints,
    Egress,
    Estate,
    ForwardRule,
    Inspection,
    PrivateZone,
    Segment,
)
from isthmus.intent.firewall_rules import SIDS, numbered
from isthmus.intent.name_resolution import (
    keeps_aws_names,
    private_domains,
    served,
    servers,
    service_zones,
    shared_services,
)
from isthmus.intent.network_acl_rules import limited_locations
from isthmus.intent.reachability import (
    egress_of,
    intended_pairs,
    intent_locations,
    networks_denied,
    networks_reached,
    segments_reached,
    sites_reached,
)
from isthmus.intent.site_remainder import allowed_connection_rules, own_ranges, site_rules
from tests.intent.network import DEV, SERVICES, SITE, VPN, WORKLOADS, estate
from tests.intent.test_dns import NO_S3, SHARED, shared
from tests.modules import egress_estates
from tests.modules.test_hub_route_tables import BRANCH, QUIET, TO_BRANCH

MEANING = Path(__file__).with_name("meaning.txt")
PORTS = ["tcp/443", "udp/8000-8080", "icmp", "tcp/22"]
BLOCKED = replace(SERVICES, blocks=["10.1.192.0/18", "10.1.128.0/18"])


def cases() -> Mapping[str, Estate]:
    both = [
        AllowedConnection(source="dc1/users", to="workloads", ports=PORTS),
        AllowedConnection(source="workloads", to="services", ports=["udp/53", "tcp/53"]),
        AllowedConnection(source="services", to="workloads", ports=["icmp"]),
        AllowedConnection(source="workloads", to="workloads", ports=["tcp/1-65535"]),
    ]
    wide = replace(WORKLOADS, isolated=False, blocks=["10.1.0.0/18"])
    inspected = egress_estates.estate(Inspection.VPC)
    inspected = replace(inspected, segments=[Segment("aside"), *inspected.segments])
    return {
        "one site": estate(),
        "two sites with transit, and a network denied": estate(
            site=replace(QUIET, transit_with=["branch"]),
            sites=(BRANCH,),
            vpns=(replace(TO_BRANCH, segment="lab"),),
            segments=[SERVICES, replace(WORKLOADS, site_networks=["dc1/users"]), Segment("lab"), Segment("alone")],
        ),
        "who may open": estate(
            segments=[BLOCKED, wide],
            allowed_connections=both,
            spoke=replace(DEV, secondary_cidrs=["10.1.128.0/20", "10.1.100.0/24"]),
        ),
        "inspected, and nothing said": inspected,
        "inspected, and who may open": replace(
            inspected,
            allowed_connections=[AllowedConnection(source="data", to="apps", ports=["tcp/22", "icmp", "tcp/22-23"])],
        ),
        "names": shared(
            forwards=[
                ForwardRule("corp.example.com", site="dc1"),
                ForwardRule(".", targets=["172.20.0.9", "172.20.0.10"]),
            ],
            private_zones=[PrivateZone("aws.example.com")],
            endpoints=CentralEndpoints(services=["ssm", "s3", "kms"]),
        ),
        "names, and S3 for all spokes": shared(
            spoke=replace(SHARED, **NO_S3),
            endpoints=CentralEndpoints(services=["s3"]),
            dev={**NO_S3, "egress": Egress.LOCAL},
            forwards=[ForwardRule("corp.example.com", site="dc1")],
        ),
        "a connection in a segment that no other reaches": estate(
            vpn=replace(VPN, segment="lab"),
            site=replace(SITE, advertises=[]),
            segments=[SERVICES, WORKLOADS, Segment("lab", isolated=True)],
        ),
    }


CASES = cases()


def meaning(given: Estate) -> Iterator[str]:
    """What an estate means, in lines."""
    yield from (
        f"party {party.kind} {party.name} {' '.join(party.cidrs)}".rstrip() for party in intent_locations(given)
    )
    for segment in given.segments:
        reached = [other.name for other in segments_reached(given, segment)]
        yield f"segment {segment.name}: reaches {reached}, sites {[s.name for s in sites_reached(given, segment)]}"
        yield f"    networks {dict(networks_reached(given, segment))}, denied {dict(networks_denied(given, segment))}"
        yield f"    limited with {dict(limited_locations(given, segment))}"
        for inbound in (True, False):
            for rule in allowed_connection_rules(given, segment, inbound=inbound):
                yield f"    {'in' if inbound else 'out'} {rule.name} {rule.cidr} {rule.passes!r}"
        for site_rule in site_rules(given, segment):
            yield f"    {site_rule.rank.value}: {site_rule.name} {site_rule.cidr}"
    yield from (f"pair {one} {other}" for one, other in intended_pairs(given))
    for _, spoke in given.spokes:
        yield f"spoke {spoke.name}: {egress_of(given, spoke.name)}, own ranges {own_ranges(given, spoke)}"
    yield from (f"rule {sid} {rule}, passes {rule.passes}" for sid, rule in numbered(given))
    if home := shared_services(given):
        yield f"names in {home.environment.name}, {home.spoke.name}, for {[spoke.name for _, spoke in served(given)]}"
        for forward in home.dns.forwards:
            yield f"    {forward.domain} asks {servers(given, forward)}"
        yield f"    AWS's names kept: {keeps_aws_names(home.dns)}"
        for domain, (service, zone) in service_zones(home, given.region).items():
            yield f"    {domain} is {service.name}: {zone.name}"
        yield f"    zones {private_domains(home, given.region)}"


def written() -> Mapping[str, str]:
    parts = MEANING.read_text().split("\n## ")[1:]
    return {name: text.strip("\n") for name, _, text in (part.partition("\n") for part in parts)}


@pytest.mark.parametrize("name", CASES)
def test_it_means_what_is_written(name: str) -> None:
    assert "\n".join(meaning(CASES[name])) == written()[name], "run python -m tests.intent.test_meaning"


def test_numbers_that_are_taken_are_passed_over_and_begin_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.intent.firewall_rules.crc32", lambda _: len(SIDS) - 1)
    assert [sid for sid, _ in numbered(CASES["inspected, and who may open"])] == [
        SIDS[-1],
        *(SIDS.start + number for number in range(4)),
    ]


def test_what_is_not_there_is_named() -> None:
    given = estate()
    for ask, names in (
        (given.account, "network, workloads"),
        (given.unit, "workloads_dev"),
        (given.segment, "services, workloads"),
        (given.site, "dc1"),
        (given.environment, "network, prod"),
    ):
        with pytest.raises(LookupError, match=rf"^no 'missing' among {names}$"):
            ask("missing")
    with pytest.raises(LookupError, match=r"^no 'missing' among none$"):
        replace(given, sites=[]).site("missing")
    with pytest.raises(LookupError, match=r"^no customer gateway 'missing'$"):
        given.customer_gateway("missing")
    with pytest.raises(LookupError, match=r"^no spoke 'missing'$"):
        egress_of(given, "missing")


if __name__ == "__main__":
    head = "What estates mean. Rewritten by `python -m tests.intent.test_meaning`; read what it changes.\n"
    MEANING.write_text(head + "".join("\n".join([f"\n## {name}", *meaning(each), ""]) for name, each in CASES.items()))
