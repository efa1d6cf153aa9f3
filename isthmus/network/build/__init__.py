"""From Terraform to facts: `network_of` turns a resource graph into a network.

Provider defaults and AWS defaults are written out where each noun is read, with their sources.
"""

from __future__ import annotations

from dataclasses import replace

from isthmus.network.build import filters, firewalls, services, transit_gateway, vpc, vpn
from isthmus.network.build.resolution import resolution
from isthmus.network.build.resolve import Resolver
from isthmus.network.model import Network
from isthmus.network.structure import structural_findings
from isthmus.network.world.doubted import doubted, objects_of
from isthmus.network.world.doubts import doubts_of
from isthmus.network.world.references import reference_findings
from isthmus.terraform.graph import Graph

__all__ = ["network_of"]


def network_of(graph: Graph) -> Network:
    """The network that a resource graph describes, with structural findings.

    Nothing is dropped: what cannot be resolved is `Unknown` in its place, or said in `Network.notes`.
    """
    resolver = Resolver(graph)
    vpc.main_tables(resolver)
    vpcs = vpc.vpcs(resolver)
    subnets = vpc.subnets(resolver, vpcs)
    boxes = firewalls.firewalls(resolver, subnets)
    peerings = services.peerings(resolver)
    gateways = transit_gateway.gateways(resolver)
    vpns = vpn.connections(resolver)
    made, flags = transit_gateway.attachments(resolver, vpns)
    attachments, sources = transit_gateway.associated(resolver, gateways, made, flags)
    network = Network(
        vpcs=vpcs,
        subnets=subnets,
        tables=vpc.tables(resolver, vpcs),
        gateways=vpc.gateways(resolver),
        nats=services.nat_gateways(resolver),
        endpoints=services.endpoints(resolver),
        firewalls=boxes,
        peerings=peerings,
        prefix_lists=services.prefix_lists(resolver),
        nacls=filters.network_acls(resolver, vpcs),
        security_groups=filters.security_groups(resolver, vpcs),
        transit_gateways=gateways,
        attachments=attachments,
        tgw_tables=transit_gateway.tables(resolver, gateways, attachments, flags, sources),
        vpns=vpns,
        customer_gateways=vpn.customer_gateways(resolver),
        dx_gateways=vpn.dx_gateways(resolver),
        resolution=resolution(resolver),
    )
    found = dict.fromkeys((*reference_findings(graph), *resolver.findings, *structural_findings(network)))
    notes = dict.fromkeys((*graph.notes, *resolver.notes))
    doubts = tuple(dict.fromkeys(doubts_of(graph, objects_of(network))))
    said = tuple(dict.fromkeys((doubt.address, doubt.why) for doubt in doubts))
    return replace(doubted(network, doubts), findings=tuple(found), notes=tuple(notes), doubts=said)
