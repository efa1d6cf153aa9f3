"""Stage 6: the firewall also inspects what the data center and the VPCs send to each other."""

from examples import guide
from isthmus.intent import (
    Account,
    AllowedConnection,
    CustomerGateway,
    DomainList,
    Egress,
    EgressVpc,
    Environment,
    Estate,
    FirewallPolicy,
    Hub,
    Inspection,
    OrganizationalUnit,
    Segment,
    Site,
    Spoke,
    VpnConnection,
)

# No default route: a site behind the firewall is no egress path.
data_center = Site(
    "dc1",
    networks={"users": "172.20.0.0/16", "servers": "172.21.0.0/16"},
    advertises=["172.20.0.0/15"],
    customer_gateways=[
        CustomerGateway("infra-dc1-01", ip_address="203.0.113.10", bgp_asn=65_010),
        CustomerGateway("infra-dc1-02", ip_address="203.0.113.11", bgp_asn=65_010),
    ],
)

# AWS advertises the blocks of these segments to the data center, instead of the CIDR of each VPC.
network_services = Segment(
    "network-services",
    allowed_egress={Egress.CENTRAL},
    blocks=["10.1.48.0/20"],
    inspected_with=[data_center],
    may_be_attached_by=[guide.infra_shared_prod],
)
workloads = Segment(
    "workloads",
    isolated=True,
    reaches=[network_services],
    allowed_egress={Egress.CENTRAL},
    blocks=["10.1.0.0/19", "10.1.32.0/20"],
    inspected_with=[data_center],
    route_table_name="infra-workloads-vpcs",
    may_be_attached_by=[guide.workloads_test, guide.workloads_prod],
)

network = Environment(
    "network",
    account=guide.network_prod,
    hub=Hub("infra-main", asn=64_512, share_with=guide.spoke_accounts),
    vpn_connections=[
        VpnConnection("infra-dc1-01", customer_gateway="infra-dc1-01", number=1, segment=network_services),
        VpnConnection("infra-dc1-02", customer_gateway="infra-dc1-02", number=2, segment=network_services),
    ],
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
    sites=[data_center],
    environments=[
        network,
        egress,
        environment("shared-services", guide.infra_shared_prod, "10.1.48.0/20", network_services),
        environment("dev", guide.network_prod, "10.1.0.0/20", workloads, developers),
        environment("test", guide.workloads_test, "10.1.16.0/20", workloads),
        environment("prod", guide.workloads_prod, "10.1.32.0/20", workloads),
    ],
    # The firewall enforces these, and knows replies from new connections.
    allowed_connections=[
        AllowedConnection(source="dc1/users", to=workloads, ports=["tcp/443"]),
        AllowedConnection(source=workloads, to="dc1/servers", ports=["tcp/1521", "tcp/5432"]),
    ],
)
