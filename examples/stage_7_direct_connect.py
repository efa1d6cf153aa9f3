"""Stage 7: Direct Connect at two locations, with the two VPN connections of stage 5 as the backup."""

from examples import guide
from isthmus.intent import (
    Account,
    CustomerGateway,
    DirectConnectGateway,
    Egress,
    Environment,
    Estate,
    Hub,
    Observability,
    OrganizationalUnit,
    Segment,
    Site,
    Spoke,
    TransitVirtualInterface,
    VpnConnection,
)

network_services = Segment(
    "network-services", allowed_egress={Egress.ON_PREMISES}, may_be_attached_by=[guide.infra_shared_prod]
)
workloads = Segment(
    "workloads",
    isolated=True,
    reaches=[network_services],
    allowed_egress={Egress.ON_PREMISES},
    route_table_name="infra-workloads-vpcs",
    may_be_attached_by=[guide.workloads_test, guide.workloads_prod],
)

# Both routers have one ASN and advertise the same prefixes, so AWS spreads traffic over them.
data_center = Site(
    "dc1",
    networks={"users": "172.20.0.0/16", "servers": "172.21.0.0/16"},
    advertises=["0.0.0.0/0", "172.20.0.0/15"],
    customer_gateways=[
        CustomerGateway("infra-dc1-01", ip_address="203.0.113.10", bgp_asn=65_010),
        CustomerGateway("infra-dc1-02", ip_address="203.0.113.11", bgp_asn=65_010),
    ],
)

# The hub prefers Direct Connect for equal prefixes. Each router of the data center ends one virtual interface.
direct_connect = DirectConnectGateway(
    "infra-dc1",
    asn=64_513,
    segment=network_services,
    virtual_interfaces=[
        TransitVirtualInterface(
            "infra-dc1-eqdc2",
            customer_gateway="infra-dc1-01",
            location="EqDC2",
            connection="dxcon-fexample1",
            port_speed="10Gbps",
            vlan=101,
            amazon_address="169.254.100.1/30",
            customer_address="169.254.100.2/30",
        ),
        TransitVirtualInterface(
            "infra-dc1-csva1",
            customer_gateway="infra-dc1-02",
            location="CSVA1",
            connection="dxcon-fexample2",
            port_speed="10Gbps",
            vlan=102,
            amazon_address="169.254.100.5/30",
            customer_address="169.254.100.6/30",
        ),
    ],
)

network = Environment(
    "network",
    account=guide.network_prod,
    hub=Hub("infra-main", asn=64_512, share_with=guide.spoke_accounts),
    vpn_connections=[
        VpnConnection("infra-dc1-01", customer_gateway="infra-dc1-01", number=1, segment=network_services),
        VpnConnection("infra-dc1-02", customer_gateway="infra-dc1-02", number=2, segment=network_services),
    ],
    direct_connect=[direct_connect],
    observability=Observability(notify=["network-team@example.com"]),
)


def environment(
    name: str, account: Account, cidr: str, segment: Segment, shared_with: tuple[OrganizationalUnit, ...] = ()
) -> Environment:
    """An environment of one spoke of the same name."""
    spoke = Spoke(
        name, cidr=cidr, segment=segment, egress=Egress.ON_PREMISES, share_private_subnets_with=list(shared_with)
    )
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
        environment("shared-services", guide.infra_shared_prod, "10.1.48.0/20", network_services),
        environment("dev", guide.network_prod, "10.1.0.0/20", workloads, developers),
        environment("test", guide.workloads_test, "10.1.16.0/20", workloads),
        environment("prod", guide.workloads_prod, "10.1.32.0/20", workloads),
    ],
)
