"""Every row of docs/reference/changes.md, applied: what it promises happens, and in its order."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isthmus.intent import (
    CustomerGateway,
    DomainList,
    Egress,
    EgressVpc,
    FirewallPolicy,
    ForwardRule,
    Inspection,
    Segment,
    SharedBy,
    Site,
    Spoke,
    Tunnel,
    VpnConnection,
)
from tests.intent.renaming import renamed
from tests.terraform.engine import TerraformFailed

from .conftest import Begin, Life, before, each_before
from .estates import (
    APPLIANCES,
    APPS,
    CENTRAL_WEB,
    DNS,
    EGRESS,
    NETWORK,
    SERVICES,
    SHARED,
    SITE,
    TEAM,
    VPN,
    WEB,
    ZONES,
    central,
    named,
    network,
    plain,
    spokes,
)

DOCUMENT = Path(__file__).parents[3] / "docs/reference/changes.md"
Row = Callable[[Begin], object]
ROWS: dict[str, Row] = {}


def row(first_cell: str) -> Callable[[Row], Row]:
    """Says which row of the document a function applies."""

    def add(applies: Row) -> Row:
        ROWS[first_cell] = applies
        return applies

    return add


def kinds(done: list[str], verb: str) -> set[str]:
    """The types that something was done with."""
    return {what.split()[1] for what in done if what.startswith(verb)}


def refused(life: Life, why: str, change: Callable[[], object]) -> None:
    """Whether a change is refused."""
    with pytest.raises(TerraformFailed, match=why):
        change()


ON_PREMISES = replace(WEB, egress=Egress.ON_PREMISES)
LAB = Spoke("lab", cidr="10.1.32.0/20", segment="apps", egress=Egress.NONE)
NEW_GATEWAY = CustomerGateway("dc1-02", ip_address="203.0.113.11", bgp_asn=65_010)


@row("add a spoke")
def add_a_spoke(begin: Begin) -> None:
    done = begin(plain()).change(plain(**spokes(WEB, LAB)))
    assert kinds(done, "update") | kinds(done, "destroy") == set()


@row("remove a spoke from its environment")
def take_a_spoke_out(begin: Begin) -> None:
    life = begin(plain())
    done = life.change(plain(**spokes()))
    assert {"aws_vpc", "aws_eip", "aws_nat_gateway", "aws_subnet"} <= kinds(done, "destroy")
    assert kinds(done, "create") | kinds(done, "update") == set()


@row("remove an environment from the estate")
def take_an_environment_out(begin: Begin) -> None:
    life = begin(plain())
    assert "aws_vpc" in kinds(life.take_away("team"), "destroy")
    assert life.change(plain(environments=[NETWORK])) == []


@row("rename a spoke, segment, site, customer gateway or connection, [with `was`](../how-to/rename.md)")
def rename(begin: Begin) -> None:
    done = begin(plain()).change(renamed(plain(), Spoke, "web", "other"))
    assert kinds(done, "create") | kinds(done, "destroy") == set()
    assert "aws_vpc" in kinds(done, "update")


@row("change a spoke's egress")
def change_a_way_out(begin: Begin) -> None:
    done = begin(plain()).change(plain(ON_PREMISES))
    assert each_before(done, "update aws_route ", "destroy aws_nat_gateway")
    done = begin(plain(ON_PREMISES)).change(plain())
    assert each_before(done, "create aws_nat_gateway", "update aws_route ")
    done = begin(central()).change(central(WEB))
    assert each_before(done, "create aws_nat_gateway", "update aws_route ")


@row("change a spoke's `cidr`")
def renumber(begin: Begin) -> None:
    life = begin(plain())
    refused(life, "same allocation_id", lambda: life.change(plain(replace(WEB, cidr="10.1.64.0/20"))))
    done = begin(plain(ON_PREMISES)).change(plain(replace(ON_PREMISES, cidr="10.1.64.0/20")))
    assert {"aws_vpc", "aws_subnet"} <= kinds(done, "destroy")


@row("move a spoke to another segment")
def move_a_spoke(begin: Begin) -> None:
    done = begin(plain()).change(plain(replace(WEB, segment="services")))
    of = "aws_ec2_transit_gateway_route_table_association"
    assert before(done, f"destroy {of}", f"create {of}")
    assert "aws_subnet" not in kinds(done, "destroy")


@row("add a zone to a spoke")
def add_a_zone(begin: Begin) -> None:
    done = begin(plain(replace(WEB, zones=ZONES[:2]))).change(plain())
    assert before(done, "create aws_subnet", "update aws_ec2_transit_gateway_vpc_attachment")
    assert kinds(done, "destroy") == set()


@row("remove a zone from a spoke")
def take_a_zone(begin: Begin) -> None:
    done = begin(plain()).change(plain(replace(WEB, zones=ZONES[:2])))
    assert before(done, "update aws_ec2_transit_gateway_vpc_attachment", "destroy aws_subnet infra-web-transit-gateway")
    done = begin(named()).change(named(replace(SHARED, zones=ZONES[:2])))
    assert before(done, "update aws_route53_resolver_endpoint", "destroy aws_subnet infra-shared-resolver")


@row("add a segment, a site or a connection")
def add_a_segment(begin: Begin) -> None:
    more = Site(
        "dc2",
        networks={"labs": "172.24.0.0/16"},
        advertises=["172.24.0.0/16"],
        customer_gateways=[replace(NEW_GATEWAY, bgp_asn=65_011)],
    )
    other = VpnConnection("dc1-02", customer_gateway="dc1-02", number=2, segment="services")
    done = begin(plain()).change(
        plain(
            segments=[SERVICES, APPS, Segment("labs", allowed_egress={Egress.NONE})],
            sites=[SITE, more],
            **network(vpn_connections=[VPN, other]),
        )
    )
    assert {"aws_vpn_connection", "aws_ec2_transit_gateway_route_table"} <= kinds(done, "create")
    assert kinds(done, "destroy") == {"aws_ec2_transit_gateway_route_table_association"}
    done = begin(plain()).change(plain(segments=[SERVICES, APPS, Segment("labs", allowed_egress={Egress.NONE})]))
    assert kinds(done, "destroy") == set()


@row("remove a segment, or an egress path of it")
def take_a_segment(begin: Begin) -> None:
    moved = replace(WEB, segment="services")
    life = begin(plain())
    refused(life, "infra-apps is in use by", lambda: life.change(plain(moved, segments=[SERVICES])))
    life = begin(plain())
    life.change(plain(moved))
    done = life.change(plain(moved, segments=[SERVICES]), consumers_first=True)
    assert "destroy aws_ec2_transit_gateway_route_table infra-apps" in done


@row("remove hybrid DNS, central endpoints or a forward rule")
def take_dns(begin: Begin) -> None:
    less = named(dns=None, services=())
    life = begin(named())
    refused(life, "is in use by aws_route53profiles_association", lambda: life.change(less))
    done = begin(named()).change(less, consumers_first=True)
    assert before(done, "destroy aws_route53profiles_association infra-web", "destroy aws_route53profiles_profile")
    rules = replace(
        DNS, shared_by=SharedBy.RESOLVER_RULES, forwards=[*DNS.forwards, ForwardRule("example.net", site="dc1")]
    )
    fewer = replace(rules, forwards=DNS.forwards)
    life = begin(named(dns=rules))
    refused(life, "is in use by aws_route53_resolver_rule_association", lambda: life.change(named(dns=fewer)))
    done = begin(named(dns=rules)).change(named(dns=fewer), consumers_first=True)
    assert before(done, "destroy aws_route53_resolver_rule_association", "destroy aws_route53_resolver_rule ")


@row("change `HybridDns.shared_by`")
def change_sharing(begin: Begin) -> None:
    other = named(dns=replace(DNS, shared_by=SharedBy.RESOLVER_RULES))
    life = begin(named())
    refused(life, "is in use by aws_route53profiles_association", lambda: life.change(other))
    life = begin(named())
    life.change(named(dns=None, services=()), consumers_first=True)
    assert "aws_route53_resolver_rule_association" in kinds(life.change(other), "create")


@row("remove central egress")
def take_the_central_way_out(begin: Begin) -> None:
    without = central(WEB, egress=None)
    life = begin(central())
    refused(life, "infra-egress is in use by", lambda: life.change(without))
    life = begin(central())
    life.change(central(WEB))
    life.take_away("egress")
    done = life.change(without, consumers_first=True)
    assert "destroy aws_ec2_transit_gateway_route_table infra-egress" in done


@row("add an egress path to a segment")
def add_a_way_out(begin: Begin) -> None:
    done = begin(plain(segments=[SERVICES, replace(APPS, allowed_egress={Egress.LOCAL})])).change(plain())
    assert kinds(done, "destroy") == set()
    done = begin(central(WEB, egress=None)).change(central(WEB))
    assert kinds(done, "destroy") == set()


@row("remove a zone from the egress VPC")
def take_a_zone_of_the_way_out(begin: Begin) -> None:
    web = replace(CENTRAL_WEB, zones=ZONES[:2])
    less = replace(EGRESS, zones=ZONES[:2])
    life = begin(central(web, protected=True))
    refused(life, "subnet_change_protection", lambda: life.change(central(web, egress=less, protected=True)))
    done = begin(central(web)).change(central(web, egress=less))
    assert before(done, "update aws_networkfirewall_firewall", "destroy aws_subnet infra-egress-firewall")
    assert before(done, "update aws_ec2_transit_gateway_vpc_attachment", "destroy aws_subnet infra-egress-transit")


@row("change the `inspection` of the egress VPC")
def change_inspection(begin: Begin) -> None:
    def uninspected() -> EgressVpc:
        return replace(EGRESS, inspection=Inspection.NONE, firewall=None)

    life = begin(central(protected=True))
    refused(life, "delete_protection", lambda: life.change(central(egress=uninspected(), protected=True)))
    life = begin(central())
    done = life.change(central(egress=uninspected()))
    assert before(done, "destroy aws_networkfirewall_firewall ", "update aws_route ")
    done = life.change(central(egress=replace(EGRESS, inspection=Inspection.GATEWAY)))
    assert "aws_networkfirewall_firewall" in kinds(done, "create")
    life = begin(central())
    done = life.change(central(egress=APPLIANCES))
    assert before(done, "destroy aws_networkfirewall_firewall ", "update aws_route ")
    assert kinds(done, "destroy").isdisjoint({"aws_subnet", "aws_route", "aws_ec2_transit_gateway_vpc_attachment"})
    done = life.change(central(egress=EGRESS))
    assert before(done, "create aws_networkfirewall_firewall ", "update aws_route ")
    assert before(done, "update aws_route ", "destroy aws_vpc_endpoint ")


@row("change the `endpoint_service` of the egress VPC")
def change_endpoint_service(begin: Begin) -> None:
    other = replace(APPLIANCES, endpoint_service=f"{APPLIANCES.endpoint_service}"[:-1] + "9")
    done = begin(central(egress=APPLIANCES)).change(central(egress=other))
    assert kinds(done, "destroy") == {"aws_vpc_endpoint"}
    assert before(done, "create aws_vpc_endpoint ", "update aws_route ")
    assert before(done, "update aws_route ", "destroy aws_vpc_endpoint ")


@row("change a tunnel option")
def change_a_tunnel(begin: Begin) -> None:
    slower = replace(VPN, tunnels=(Tunnel(dpd_timeout=45), Tunnel()))
    done = begin(plain()).change(plain(**network(vpn_connections=[slower])))
    assert done == ["update aws_vpn_connection dc1-01"]


@row(
    "change a connection's `number`, `routing`, `acceleration`, `large_tunnels` or inside CIDRs, or a customer "
    "gateway's address, ASN, certificate or `device`"
)
def replace_a_connection(begin: Begin) -> None:
    kept: dict[str, Any] = {"environments": [replace(NETWORK, protected=True), TEAM]}
    sites = [replace(SITE, customer_gateways=[replace(SITE.customer_gateways[0], ip_address="203.0.113.11")])]
    life = begin(plain(**kept))
    refused(life, "prevent_destroy", lambda: life.change(plain(sites=sites, **kept)))
    done = begin(plain()).change(plain(sites=sites))
    assert done == [f"{verb} dc1-01" for verb in _FOLLOWING]
    other: dict[str, Any] = {
        "environments": [replace(NETWORK, protected=True, vpn_connections=[replace(VPN, number=2)]), TEAM]
    }
    life = begin(plain(**kept))
    refused(life, "prevent_destroy", lambda: life.change(plain(**other)))


_FOLLOWING = ("create aws_customer_gateway", "update aws_vpn_connection", "destroy aws_customer_gateway")


@row("change a connection's `customer_gateway`")
def change_the_customer_gateway(begin: Begin) -> None:
    sites = [replace(SITE, customer_gateways=[NEW_GATEWAY])]
    other = network(vpn_connections=[replace(VPN, customer_gateway="dc1-02")])
    done = begin(plain()).change(plain(sites=sites, **other))
    assert done == [f"{verb} {name}" for verb, name in zip(_FOLLOWING, ("dc1-02", "dc1-01", "dc1-01"), strict=True)]


@row("change the capacity of a rule group or domain list")
def change_a_capacity(begin: Begin) -> None:
    policy = FirewallPolicy(domain_lists=[DomainList("updates", domains=[".example.org"], capacity=700)])
    done = begin(central()).change(central(egress=replace(EGRESS, firewall=policy)))
    of = "aws_networkfirewall"
    assert before(done, f"create {of}_rule_group", f"update {of}_firewall_policy")
    assert before(done, f"update {of}_firewall_policy", f"destroy {of}_rule_group")


@row("limit a segment's site networks")
def limit_a_segment(begin: Begin) -> None:
    limited = plain(segments=[SERVICES, replace(APPS, site_networks=["dc1/users"])])
    done = begin(plain()).change(limited)
    assert {"aws_network_acl", "aws_network_acl_rule"} <= kinds(done, "create")
    assert kinds(done, "destroy") <= {"aws_route"}
    assert "aws_network_acl" in kinds(begin(limited).change(plain()), "destroy")


def test_every_row_is_applied() -> None:
    table = DOCUMENT.read_text().partition("| change |")[2].partition("\n\n")[0]  # others describe reports
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines] == list(ROWS)


# Half of the rows in every run, and all of them nightly: a row takes seconds.
@pytest.mark.parametrize(
    "change",
    [pytest.param(change, marks=pytest.mark.nightly if number % 2 else ()) for number, change in enumerate(ROWS)],
)
def test_a_row_does_what_it_says(begin: Begin, change: str) -> None:
    ROWS[change](begin)
