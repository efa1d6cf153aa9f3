"""The hub's route tables, their associations and propagations, and the modules and roots that follow from them.

The expected text is in hub_route_tables.txt.

`python -m tests.modules.test_hub_route_tables` rewrites that file from the code. Read the difference.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from isthmus.intent import (
    CustomerGateway,
    Egress,
    Environment,
    Estate,
    Inspection,
    Observability,
    Routing,
    Segment,
    Site,
    VpnConnection,
)
from modules.hub_route_tables import HubTable, HubTables, static_default
from modules.module_calls import module_calls, roots_read
from tests.intent.network import DEV, GATEWAY, PROD, SERVICES, SITE, VPN, WORKLOADS, estate
from tests.modules import egress_estates

STORY = Path(__file__).with_name("hub_route_tables.txt")
BRANCH = Site(
    "branch",
    networks={"lan": "192.168.7.0/24"},
    advertises=["192.168.7.0/24"],
    customer_gateways=[CustomerGateway("branch-01", ip_address="203.0.113.9", bgp_asn=65_020)],
)
TO_BRANCH = VpnConnection("branch-01", customer_gateway="branch-01", number=3, segment="services")
QUIET = replace(SITE, advertises=[*SITE.networks.values()])
NARROW = replace(WORKLOADS, site_networks=["dc1/users"])
OPEN = Segment("Open-1", reaches=["services"], allowed_egress=set(Egress) - {Egress.CENTRAL}, route_table_name="open")


def modules_named(*names: str) -> Iterator[tuple[str, Estate]]:
    for name in names:
        yield name, import_module(name).estate


def cases() -> Mapping[str, Estate]:
    stages = ("stage_1_dev_only", "stage_2_on_premises_egress", "stage_3_every_vpc", "stage_4_central_egress")
    found = dict(modules_named("environments.estate", *(f"examples.{stage}" for stage in stages)))
    for inspection in Inspection:
        found[f"inspection {inspection}"] = egress_estates.estate(inspection, apart=inspection is Inspection.VPC)
    found |= {
        "a default that the site advertises": estate(),
        "a static default": estate(
            site=QUIET,
            vpn=replace(VPN, default_route=True),
            segments=[WORKLOADS, SERVICES, OPEN, Segment("lab", reaches=["services"])],
        ),
        "a static connection": estate(
            site=replace(SITE, advertises=[]),
            vpn=replace(VPN, routing=Routing.STATIC, default_route=True),
            spoke=replace(DEV, egress=Egress.LOCAL),
        ),
        "summaries over one of two blocks": estate(
            blocks=["10.2.0.0/16", "10.1.0.0/16"],
            site=replace(QUIET, advertises=["10.2.0.0/15", "172.16.0.0/12", "10.0.0.0/15"]),
        ),
        "two sites": estate(site=QUIET, sites=(BRANCH,), vpns=(TO_BRANCH,)),
        "two sites, and a segment for one of them alone": estate(
            site=SITE, sites=(BRANCH,), vpns=(TO_BRANCH,), segments=[SERVICES, NARROW]
        ),
        "two sites, and a segment for one that leaves by the other": estate(
            site=SITE,
            sites=(BRANCH,),
            vpns=(TO_BRANCH,),
            segments=[SERVICES, replace(NARROW, site_networks=["branch/lan"])],
        ),
        "two sites with transit": estate(
            site=replace(QUIET, transit_with=["branch"]),
            sites=(replace(BRANCH, advertises=["192.168.7.0/24", "10.0.0.0/8"]),),
            vpns=(TO_BRANCH,),
            segments=[SERVICES, NARROW],
        ),
        "two sites with transit, and blackholes for spokes": estate(
            site=replace(QUIET, transit_with=["branch"]),
            sites=(replace(BRANCH, advertises=["192.168.7.0/24", "10.0.0.0/8"]),),
            vpns=(TO_BRANCH,),
            segments=[replace(SERVICES, site_networks=["dc1/users"]), NARROW],
        ),
        "two sites, two segments and transit": estate(
            site=replace(QUIET, transit_with=["branch"], customer_gateways=[GATEWAY, replace(GATEWAY, name="dc1-02")]),
            sites=(BRANCH,),
            vpns=(
                replace(TO_BRANCH, segment="lab"),
                replace(VPN, name="a-2", customer_gateway="dc1-02", default_route=True),
            ),
            segments=[SERVICES, NARROW, Segment("lab", site_networks=[])],
        ),
        "an isolated segment with a connection": estate(
            segments=[replace(SERVICES, isolated=True), replace(WORKLOADS, reaches=[], isolated=False)],
            spoke=replace(DEV, egress=Egress.NONE),
        ),
        "environments of every kind": estate(
            environments=[
                Environment("more", account="network", spokes=[PROD, DEV]),
                *estate(spoke=replace(DEV, name="test")).environments[:1],
                Environment("watched", account="network", observability=Observability(notify=["a@example.com"])),
            ]
        ),
    }
    return found


CASES = cases()


def keys(tables: Iterable[HubTable]) -> str:
    return ", ".join(table.key for table in tables) or "none"


def story(given: Estate) -> Iterator[str]:
    """What the generator derives of an estate, in lines."""
    tables = HubTables(given)
    for table in tables.all:
        yield f"table {table.key} ({table.name}) of {table.segment!r}, site {table.site}"
        yield f"    default {table.default}, to the inspector {table.central}"
        yield from (f"    blackhole {name} {cidr}" for name, cidr in table.blackholes)
    yield f"inspector {tables.inspector}"
    yield from (f"    {route.table} {route.name} {route.cidr}" for route in tables.routes_to_inspector())
    for segment in given.segments:
        default = static_default(given, segment)
        yield f"segment {segment.name}: in {keys(tables.propagated_from_segment(segment))}"
        yield f"    at most in {keys(tables.possible_propagations(segment))}, static default {default and default.name}"
    for _, spoke in given.spokes:
        propagated = keys(tables.propagated_from_spoke(spoke))
        yield f"spoke {spoke.name}: with {tables.table_of_spoke(spoke).key}, in {propagated}"
    for vpn in given.vpn_connections:
        own = tables.table_of_connection(vpn).key
        yield f"connection {vpn.name}: with {own}, in {keys(tables.tables_leading_to(vpn))}"
    for environment in given.environments:
        yield f"root {environment.name}: reads {', '.join(roots_read(given, environment)) or 'none'}"
        for call in module_calls(given, environment):
            yield f"    {call.kind} {call.name}" + (f" for {call.spoke}" if call.spoke else "")


def written() -> Mapping[str, str]:
    parts = STORY.read_text().split("\n## ")[1:]
    return {name: text.strip("\n") for name, _, text in (part.partition("\n") for part in parts)}


@pytest.mark.parametrize("name", CASES)
def test_tables_and_modules_are_those_of_the_story(name: str) -> None:
    assert "\n".join(story(CASES[name])) == written()[name], "run python -m tests.modules.test_hub_route_tables"


@pytest.mark.parametrize("name", CASES)
def test_nothing_depends_on_the_order_of_segments_and_blocks(name: str) -> None:
    given = CASES[name]
    turned = replace(given, segments=given.segments[::-1], blocks=given.blocks[::-1], sites=given.sites[::-1])
    assert sorted(story(turned)) == sorted(story(given))


def test_nothing_else_is_written() -> None:
    assert set(written()) == set(CASES)


if __name__ == "__main__":
    head = (
        "What route tables, modules and roots follow. Rewritten by `python -m tests.modules.test_hub_route_tables`.\n"
    )
    STORY.write_text(head + "".join("\n".join([f"\n## {name}", *story(given), ""]) for name, given in CASES.items()))
