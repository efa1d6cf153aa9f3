"""Stage 4: every VPC uses one inspected egress VPC. The data center is no egress path."""

from examples import guide
from isthmus.intent import (
    Account,
    DomainList,
    Egress,
    EgressVpc,
    Environment,
    Estate,
    FirewallPolicy,
    Inspection,
    OrganizationalUnit,
    Segment,
    Spoke,
)

# ON_PREMISES stays allowed for as long as a VPC may have to go back to it.
network_services = Segment(
    "network-services",
    allowed_egress={Egress.CENTRAL, Egress.ON_PREMISES},
    may_be_attached_by=[guide.infra_shared_prod],
)
workloads = Segment(
    "workloads",
    isolated=True,
    reaches=[network_services],
    allowed_egress={Egress.CENTRAL, Egress.ON_PREMISES},
    route_table_name="infra-workloads-vpcs",
    may_be_attached_by=[guide.workloads_test, guide.workloads_prod],
)

egress = Environment(
    "egress",
    account=guide.network_prod,
    egress=EgressVpc(
        "egress",
        cidr="10.1.255.0/24",
        inspection=Inspection.VPC,
        firewall=FirewallPolicy(
            domain_lists=[DomainList("operating-systems", domains=[".amazonaws.com", ".debian.org", ".ubuntu.com"])],
            managed_rule_groups=["BotNetCommandAndControlDomainsStrictOrder", "MalwareDomainsStrictOrder"],
        ),
    ),
)


def environment(
    name: str, account: Account, cidr: str, segment: Segment, shared_with: tuple[OrganizationalUnit, ...] = ()
) -> Environment:
    """An environment of one spoke of the same name."""
    spoke = Spoke(name, cidr=cidr, segment=segment, egress=Egress.CENTRAL, share_private_subnets_with=list(shared_with))
    return Environment(name, account=account, spokes=[spoke])


developers = (guide.workloads_dev, guide.infrastructure_dev)

estate = Estate(
    "guide",
    organization=guide.organization,
    region=guide.REGION,
    tags={"Owner": "network-team"},
    blocks=guide.BLOCKS,
    zones=guide.ZONES,
    segments=[network_services, workloads],
    sites=[guide.data_centre(advertises_default=True)],
    environments=[
        guide.network(network_services, guide.spoke_accounts),
        egress,
        environment("shared-services", guide.infra_shared_prod, "10.1.48.0/20", network_services),
        environment("dev", guide.network_prod, "10.1.0.0/20", workloads, developers),
        environment("test", guide.workloads_test, "10.1.16.0/20", workloads),
        environment("prod", guide.workloads_prod, "10.1.32.0/20", workloads),
    ],
)
