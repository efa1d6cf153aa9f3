"""A transit gateway that exists already, with two new VPCs and a new VPN connection to an office.

Terraform reads the transit gateway and changes nothing of it. It adds route tables of its own.
"""

from isthmus.intent import (
    Account,
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
)

main = Account("main", id="111122223333")
vpcs = Segment("vpcs", allowed_egress={Egress.LOCAL, Egress.NONE})
router = CustomerGateway("office-router", ip_address="203.0.113.10", bgp_asn=65_010)
office = Site("office", networks={"lan": "192.168.0.0/24"}, customer_gateways=[router])
network = Environment(
    "network",
    account=main,
    hub=Hub("main", existing="tgw-0123456789abcdef0", asn=64_600),
    vpn_connections=[
        VpnConnection("office", customer_gateway=router, number=1, segment=vpcs, routing=Routing.STATIC),
    ],
    spokes=[
        Spoke("app", cidr="10.0.0.0/20", segment=vpcs, egress=Egress.LOCAL),
        Spoke("data", cidr="10.0.16.0/20", segment=vpcs, egress=Egress.NONE),
    ],
)
estate = Estate(
    "existing-hub",
    accounts=[main],
    region="us-east-1",
    tags={"Owner": "network-team"},
    blocks=["10.0.0.0/16"],
    zones=["use1-az1", "use1-az2"],
    segments=[vpcs],
    sites=[office],
    environments=[network],
)
