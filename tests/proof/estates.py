"""What the proof is tried on: the guide's stages, and one estate with everything that they lack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from examples import guide
from isthmus.intent import (
    CustomerGateway,
    Egress,
    Environment,
    Estate,
    Hub,
    Routing,
    Segment,
    Site,
    Spoke,
    VpnConnection,
    check,
)

Output = Mapping[str, str]

STAGES = (
    "stage_1_dev_only",
    "stage_2_on_premises_egress",
    "stage_3_every_vpc",
    "stage_4_central_egress",
    "stage_5_resilient_vpn",
)
EVERYTHING = "everything"
ALL = (*STAGES, EVERYTHING)


def everything() -> Estate:
    """Two sites (one of two gateways, one with static routing), four segments, three egress paths, denied networks."""
    services = Segment("services")
    workloads = Segment(
        "workloads",
        isolated=True,
        reaches=[services],
        allowed_egress={Egress.ON_PREMISES, Egress.LOCAL, Egress.NONE},
        site_networks=["dc1/users", "branch/office"],
        may_be_attached_by=[guide.workloads_test],
    )
    lab = Segment("lab", allowed_egress={Egress.LOCAL, Egress.NONE}, may_be_attached_by=[guide.workloads_prod])
    partners = Segment("partners", isolated=True, may_be_attached_by=[guide.workloads_prod])
    dc1 = Site(
        "dc1",
        networks={"users": "172.20.0.0/16", "servers": "172.21.0.0/16"},
        advertises=["0.0.0.0/0", "172.20.0.0/16", "172.21.0.0/16"],
        customer_gateways=[
            CustomerGateway("dc1-a", ip_address="203.0.113.10", bgp_asn=65010),
            CustomerGateway("dc1-b", ip_address="203.0.113.11", bgp_asn=65010),
        ],
    )
    branch = Site(
        "branch",
        networks={"office": "192.168.7.0/24"},
        customer_gateways=[CustomerGateway("branch-a", ip_address="203.0.113.20", bgp_asn=65020)],
    )
    network = Environment(
        "network",
        account=guide.network_prod,
        hub=Hub("main", asn=64_700, share_with=[guide.workloads_test, guide.workloads_prod]),
        vpn_connections=[
            VpnConnection("dc1-a", customer_gateway="dc1-a", number=1, segment=services),
            VpnConnection("dc1-b", customer_gateway="dc1-b", number=2, segment=services),
            VpnConnection("branch", customer_gateway="branch-a", number=3, segment=services, routing=Routing.STATIC),
        ],
        spokes=[Spoke("shared", cidr="10.1.48.0/20", segment=services, egress=Egress.NONE)],
    )
    apps = Environment(
        "apps",
        account=guide.workloads_test,
        spokes=[
            Spoke("billing", cidr="10.1.0.0/20", segment=workloads, egress=Egress.ON_PREMISES),
            Spoke("web", cidr="10.1.16.0/20", segment=workloads, egress=Egress.LOCAL),
            Spoke("vault", cidr="10.1.32.0/20", segment=workloads, egress=Egress.NONE),
        ],
    )
    labs = Environment(
        "labs",
        account=guide.workloads_prod,
        spokes=[
            Spoke("lab1", cidr="10.1.64.0/20", segment=lab, egress=Egress.LOCAL, nat_zones=["use1-az1"]),
            Spoke("lab2", cidr="10.1.80.0/20", segment=lab, egress=Egress.NONE),
            Spoke("partner", cidr="10.1.96.0/20", segment=partners, egress=Egress.NONE),
        ],
    )
    return Estate(
        "everything",
        organization=guide.organization,
        region=guide.REGION,
        blocks=guide.BLOCKS,
        zones=guide.ZONES,
        segments=[services, workloads, lab, partners],
        sites=[dc1, branch],
        environments=[network, apps, labs],
    )


def estate(name: str) -> Estate:
    """The estate of that name."""
    if name == EVERYTHING:
        return check(everything())
    found: Estate = import_module(f"examples.{name}").estate
    return found


@cache
def output(name: str) -> Output:
    """What the generator writes for it: path to text."""
    from modules.synthesis import synthesize

    return synthesize(estate(name))


def write(files: Mapping[str, str | dict[str, Any]], folder: Path) -> Path:
    """Write an output to a folder."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content if isinstance(content, str) else json.dumps(content))
    return folder
