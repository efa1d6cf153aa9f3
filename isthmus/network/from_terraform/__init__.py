"""From Terraform to facts: `network_of` turns a resource graph into a network.

Provider defaults and AWS defaults are written out where each noun is read, with their sources.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from isthmus.network.coverage.consistency import consistency_findings
from isthmus.network.coverage.not_evaluated import not_evaluated_in
from isthmus.network.coverage.ownership import ownership_findings
from isthmus.network.coverage.references import reference_findings
from isthmus.network.coverage.with_unknowns import objects_of, with_unknowns
from isthmus.network.from_terraform import (
    appliances,
    filters,
    firewalls,
    hosts,
    load_balancers,
    services,
    transit_gateway,
    transit_gateway_tables,
    vpc,
    vpc_tables,
    vpn,
)
from isthmus.network.from_terraform.dns import resolution
from isthmus.network.from_terraform.ipv6 import StandIns
from isthmus.network.from_terraform.public_access import public_access
from isthmus.network.from_terraform.refused import refused_values
from isthmus.network.from_terraform.refused_rules import refused_rules
from isthmus.network.from_terraform.values import Resolver
from isthmus.network.model import Network, Possible, StructuralProblem, Vpc
from isthmus.network.structural_checks import structural_findings, structural_notes
from isthmus.network.structural_checks_of_names import NAME_RULES
from isthmus.network.structural_checks_of_values import VALUE_RULES
from isthmus.terraform.graph import Graph
from isthmus.text.listing import some

__all__ = ["network_of"]

_SHOWN = 5


def refused(network: Network) -> Iterator[StructuralProblem]:
    """What AWS refuses, or cannot answer, of what is written."""
    for rule in (*NAME_RULES, *VALUE_RULES):
        yield from rule(network)


def _unchecked(resolver: Resolver) -> Iterator[str]:
    """The note about values that could not be compared with what AWS accepts."""
    names = tuple(dict.fromkeys(resolver.unchecked))
    if names:
        yield f"not compared with what AWS accepts, since unknown: {some(names, _SHOWN)}"


def network_of(graph: Graph) -> Network:
    """The network that a resource graph describes, with structural findings.

    Nothing is dropped: what cannot be resolved is `Unknown` in its place, or reasons in `Network.notes`.
    """
    resolver = Resolver(graph)
    vpc.main_tables(resolver)
    addresses = StandIns(resolver)
    vpcs = vpc.vpcs(resolver, addresses)
    subnets, possible_subnets = resolver.split(vpc.subnets(resolver, vpcs, addresses))
    gateways, possible_gateways = resolver.split(vpc.gateways(resolver))
    endpoints, possible_endpoints = resolver.split(services.endpoints(resolver))
    endpoints = appliances.with_appliances(resolver, endpoints, subnets)
    every_vpn = vpn.connections(resolver)
    vpns, possible_vpns = resolver.split(every_vpn)
    boxes = firewalls.firewalls(resolver, subnets)
    peerings = services.peerings(resolver)
    transit_gateways = transit_gateway.gateways(resolver)
    made, flags = transit_gateway.attachments(resolver, every_vpn)
    defaults = transit_gateway_tables.Defaults(resolver, transit_gateways, flags)
    made, sources = transit_gateway_tables.associated(resolver, defaults, made)
    unaccepted = transit_gateway.unaccepted(resolver, transit_gateways, made)
    may_not_exist = {a: f"how many {a} there are is not known" for a in made if a in graph.unexpanded} | unaccepted
    vpc_tables_, stray = vpc_tables.tables(resolver, vpcs)
    network = Network(
        vpcs=vpcs,
        subnets=subnets,
        hosts=hosts.hosts(resolver, subnets),
        tables=vpc_tables_,
        gateways=gateways,
        nats=services.nat_gateways(resolver),
        endpoints=endpoints,
        firewalls=boxes,
        load_balancers=load_balancers.load_balancers(resolver),
        target_groups=load_balancers.target_groups(resolver),
        peerings=peerings,
        prefix_lists=services.prefix_lists(resolver),
        nacls=filters.network_acls(resolver, vpcs),
        security_groups=filters.security_groups(resolver, vpcs),
        transit_gateways=transit_gateways,
        attachments={a: facts for a, facts in made.items() if a not in may_not_exist},
        tgw_tables=transit_gateway_tables.tables(resolver, transit_gateways, made, defaults, sources, may_not_exist),
        vpns=vpns,
        customer_gateways=vpn.customer_gateways(resolver),
        dx_gateways=vpn.dx_gateways(resolver, gateways, vpcs),
        public_access=public_access(resolver, vpcs, subnets),
        resolution=resolution(resolver),
        possible=Possible(
            vpcs={r.address: Vpc(r.address) for r in graph.unexpanded.values() if r.type == "aws_vpc"},
            subnets=possible_subnets,
            gateways=possible_gateways,
            endpoints=possible_endpoints,
            attachments={a: facts for a, facts in made.items() if a in may_not_exist},
            vpns=possible_vpns,
            dx_associations=vpn.possible_dx_associations(resolver),
            unaccepted=unaccepted,
        ),
    )
    network = vpc_tables.with_strays(network, stray)
    found = dict.fromkeys(
        (
            *reference_findings(graph),
            *ownership_findings(graph),
            *consistency_findings(graph),
            *resolver.findings,
            *refused_values(resolver),
            *refused_rules(resolver),
            *structural_findings(network),
            *refused(network),
        )
    )
    notes = dict.fromkeys(
        (*graph.notes, *resolver.notes, *_unchecked(resolver), *structural_notes(network), *addresses.notes())
    )
    not_evaluated = tuple(dict.fromkeys(not_evaluated_in(graph, objects_of(network))))
    reasons = tuple(dict.fromkeys((unknown_reason.address, unknown_reason.why) for unknown_reason in not_evaluated))
    return replace(
        with_unknowns(network, not_evaluated), findings=tuple(found), notes=tuple(notes), not_evaluated=reasons
    )
