"""One account without an organization: a VPN connection with static routes to an office, and two VPCs.

One NAT gateway serves both zones of `app`. `data` has no internet egress.
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

ZONES = ["use1-az1", "use1-az2"]

main = Account("main", id="111122223333")
vpcs = Segment("vpcs", allowed_egress={Egress.LOCAL, Egress.NONE})
router = CustomerGateway("office-router", ip_address="203.0.113.10", bgp_asn=65_010)
office = Site("office", networks={"lan": "192.168.0.0/24"}, customer_gateways=[router])
network = Environment(
    "network",
    account=main,
    hub=Hub("main"),
    vpn_connections=[
        VpnConnection("office", customer_gateway=router, number=1, segment=vpcs, routing=Routing.STATIC),
    ],
    spokes=[
        Spoke("app", cidr="10.0.0.0/20", segment=vpcs, egress=Egress.LOCAL, nat_zones=ZONES[:1]),
        Spoke("data", cidr="10.0.16.0/20", segment=vpcs, egress=Egress.NONE),
    ],
)
estate = Estate(
    "one-account",
    accounts=[main],
    region="us-east-1",
    tags={"Owner": "network-team"},
    blocks=["10.0.0.0/16"],
    zones=ZONES,
    segments=[vpcs],
    sites=[office],
    environments=[network],
)
