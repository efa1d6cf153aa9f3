"""Estates with central egress: every form of inspection, every kind of segment, any number of zones."""

from __future__ import annotations

from collections.abc import Sequence

from examples import guide
from isthmus.intent import (
    DomainList,
    Egress,
    EgressVpc,
    Environment,
    Estate,
    FirewallPolicy,
    Inspection,
    RuleGroup,
    Segment,
    Spoke,
    check,
)

SERVICE = "com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f60718"
POLICY = FirewallPolicy(
    domain_lists=[DomainList("updates", domains=[".example.org", "example.com"], segments=["apps"])],
    rule_groups=[
        RuleGroup("queries", rules=["pass tcp $APPS any -> $DATA 5432 (flow:to_server; sid:1;)"], priority=10)
    ],
    managed_rule_groups=["MalwareDomainsStrictOrder"],
)


def egress_vpc(inspection: Inspection) -> EgressVpc:
    """An egress VPC of that form."""
    return EgressVpc(
        "way-out",
        cidr="10.1.254.0/23",
        inspection=inspection,
        firewall=POLICY if inspection.is_network_firewall else None,
        endpoint_service=SERVICE if inspection is Inspection.APPLIANCES else None,
    )


def estate(
    inspection: Inspection,
    *,
    way: Egress = Egress.CENTRAL,
    isolated: bool = False,
    restricted: bool = False,
    zones: Sequence[str] = ("use1-az1", "use1-az2"),
    apart: bool = False,
) -> Estate:
    """Segments `apps` and `data`, inspected with each other where anything is, and `services`, which the site is in.

    - `way`: out, of the spokes of `apps`; those of `data` leave centrally, and not at all.
    - `isolated`, `restricted`: whether members of `apps` are apart, and kept to one network of the site.
    - `apart`: whether the egress VPC has an account of its own.
    """
    joining = (guide.workloads_test, guide.infra_shared_prod)
    services = Segment("services", allowed_egress={Egress.CENTRAL}, may_be_attached_by=joining)
    apps = Segment(
        "apps",
        isolated=isolated,
        reaches=[services],
        allowed_egress=set(Egress),
        blocks=["10.1.0.0/18"],
        may_be_attached_by=joining,
        site_networks=["dc1/users"] if restricted else None,
    )
    data = Segment(
        "data",
        allowed_egress={Egress.CENTRAL, Egress.NONE},
        blocks=["10.1.64.0/18"],
        may_be_attached_by=joining,
        inspected_with=[] if inspection is Inspection.NONE else [apps],
    )
    network = guide.network(services, joining)
    workloads = Environment(
        "workloads",
        account=guide.workloads_test,
        spokes=[
            Spoke("web", cidr="10.1.0.0/20", segment=apps, egress=way),
            Spoke("jobs", cidr="10.1.16.0/20", segment=apps, egress=way),
            Spoke("warehouse", cidr="10.1.64.0/20", segment=data, egress=Egress.CENTRAL),
            Spoke("vault", cidr="10.1.80.0/20", segment=data, egress=Egress.NONE),
        ],
    )
    shared = Environment(
        "shared",
        account=guide.infra_shared_prod,
        spokes=[Spoke("tools", cidr="10.1.128.0/20", segment=services, egress=Egress.CENTRAL)],
    )
    egress = Environment(
        "egress",
        account=guide.infra_shared_prod if apart else guide.network_prod,
        egress=egress_vpc(inspection),
    )
    return check(
        Estate(
            "egress",
            organization=guide.organization,
            region=guide.REGION,
            blocks=guide.BLOCKS,
            zones=zones,
            segments=[services, apps, data],
            sites=[guide.data_centre(advertises_default=True)],
            environments=[network, workloads, shared, egress],
            quotas={"elastic-ips": 8},
        )
    )
