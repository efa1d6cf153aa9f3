"""Estates with every kind of thing that a device configuration holds."""

from __future__ import annotations

from dataclasses import replace

from isthmus.intent import (
    AllowedConnection,
    CustomerGateway,
    Egress,
    Environment,
    Estate,
    Routing,
    Segment,
    Site,
    Spoke,
    Tunnel,
    VpnConnection,
)
from tests.modules.synthesized import estate_of


def busy() -> Estate:
    """Stage 3 with a limited segment, allowed connections, a second device, and a branch with static routing."""
    base = estate_of("examples.stage_3_every_vpc")
    [site] = base.sites
    services, workloads = base.segments
    account = base.all_accounts[0]
    cards = Segment(
        "cards",
        allowed_egress={Egress.NONE},
        reaches=[services],
        site_networks=["dc1/servers"],
        may_be_attached_by=[account],
    )
    second = CustomerGateway("dc1-02", ip_address="203.0.113.20", bgp_asn=site.customer_gateways[0].bgp_asn)
    branch = Site(
        "branch",
        networks={"office": "192.168.40.0/24"},
        customer_gateways=[CustomerGateway("branch-01", ip_address="203.0.113.30", bgp_asn=65_030)],
    )
    environments = [
        replace(
            environment,
            vpn_connections=(
                *environment.vpn_connections,
                VpnConnection("dc1-02", customer_gateway=second, number=2, segment=services),
                VpnConnection(
                    "branch-01", customer_gateway="branch-01", number=3, segment=services, routing=Routing.STATIC
                ),
            ),
        )
        if environment.hub is not None
        else environment
        for environment in base.environments
    ]
    return replace(
        base,
        segments=(services, replace(workloads, allowed_egress={Egress.ON_PREMISES}), cards),
        sites=(replace(site, customer_gateways=(*site.customer_gateways, second)), branch),
        environments=(
            *environments,
            Environment(
                "cards",
                account=account,
                spokes=[Spoke("cards", cidr="10.1.80.0/22", segment=cards, egress=Egress.NONE)],
            ),
        ),
        allowed_connections=(
            AllowedConnection(source="dc1/servers", to=cards, ports=["tcp/443", "tcp/8000-8080", "icmp"]),
            AllowedConnection(source=cards, to="dc1/servers", ports=["udp/53"]),
        ),
    )


def crowded() -> Estate:
    """Stage 3 with one device of five connections: long names, AES-CBC, acceleration, and numbers at their limits."""
    base = estate_of("examples.stage_3_every_vpc")
    [site] = base.sites
    services = base.segments[0]
    gateway = site.customer_gateways[0]
    both = ("AES256", "AES256-GCM-16")
    tunnels = (
        Tunnel(
            inside_cidr="169.254.77.0/30",
            phase1_encryption_algorithms=both,
            phase2_encryption_algorithms=both,
            dpd_timeout=900,
            replay_window_size=2_048,
        ),
        Tunnel(
            phase1_encryption_algorithms=("AES256",),
            phase2_encryption_algorithms=("AES256",),
            dpd_timeout=45,
            replay_window_size=100,
        ),
    )
    more = [
        VpnConnection(
            "the_second_connection_of_the_head-office",
            customer_gateway=gateway.name,
            number=11,
            segment=services,
            tunnels=tunnels,
            acceleration=True,
        ),
        *(
            VpnConnection(f"more-{number}", customer_gateway=gateway.name, number=number, segment=services)
            for number in (12, 13, 14)
        ),
    ]
    environments = [
        replace(environment, vpn_connections=(*environment.vpn_connections, *more))
        if environment.hub is not None
        else environment
        for environment in base.environments
    ]
    return replace(base, environments=tuple(environments))
