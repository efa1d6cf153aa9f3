"""Stage 11: encrypted Direct Connect. It carries only the tunnels of VPN connections between private addresses."""

from examples import guide
from isthmus.intent import (
    CustomerGateway,
    DirectConnectGateway,
    Egress,
    Environment,
    Estate,
    Hub,
    Segment,
    Site,
    Spoke,
    TransitVirtualInterface,
    VpnConnection,
)

network_services = Segment("network-services", allowed_egress={Egress.ON_PREMISES})
workloads = Segment("workloads", isolated=True, reaches=[network_services], allowed_egress={Egress.ON_PREMISES})

# Each router has a private address, which it advertises over its own virtual interface.
data_center = Site(
    "dc1",
    networks={"users": "172.20.0.0/16", "servers": "172.21.0.0/16"},
    advertises=["0.0.0.0/0", "172.20.0.0/15"],
    customer_gateways=[
        CustomerGateway("infra-dc1-01", ip_address="172.21.255.1", bgp_asn=65_010),
        CustomerGateway("infra-dc1-02", ip_address="172.21.255.2", bgp_asn=65_010),
    ],
)

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
            port_speed="1Gbps",
            vlan=101,
            amazon_address="169.254.100.1/30",
            customer_address="169.254.100.2/30",
        ),
        TransitVirtualInterface(
            "infra-dc1-csva1",
            customer_gateway="infra-dc1-02",
            location="CSVA1",
            connection="dxcon-fexample2",
            port_speed="1Gbps",
            vlan=102,
            amazon_address="169.254.100.5/30",
            customer_address="169.254.100.6/30",
        ),
    ],
)

# AWS takes the outside addresses of the tunnels from the block of the transit gateway.
network = Environment(
    "network",
    account=guide.network_prod,
    hub=Hub("infra-main", cidr_blocks=["10.255.0.0/24"], share_with=guide.spoke_accounts),
    vpn_connections=[
        VpnConnection(
            "infra-dc1-01", customer_gateway="infra-dc1-01", number=1, segment=network_services, over=direct_connect
        ),
        VpnConnection(
            "infra-dc1-02", customer_gateway="infra-dc1-02", number=2, segment=network_services, over=direct_connect
        ),
    ],
    direct_connect=[direct_connect],
)

shared_services = Spoke("shared-services", cidr="10.1.48.0/20", segment=network_services, egress=Egress.ON_PREMISES)
dev = Spoke("dev", cidr="10.1.0.0/20", segment=workloads, egress=Egress.ON_PREMISES)

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
        Environment("workloads", account=guide.network_prod, spokes=[shared_services, dev]),
    ],
)
