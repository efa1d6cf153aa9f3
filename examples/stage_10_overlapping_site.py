"""Stage 10: the acquired company has a plant. Its machines have the range of the development VPC.

The device of the plant translates their addresses 1:1, so AWS knows them by a range that is free.
"""

from examples import guide
from isthmus.intent import CustomerGateway, Egress, Environment, Estate, Segment, Site, Spoke, VpnConnection

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
acquired = Segment("acquired", reaches=[network_services])

shared_services = Spoke("shared-services", cidr="10.1.48.0/20", segment=network_services, egress=Egress.ON_PREMISES)
dev = Spoke("dev", cidr="10.1.0.0/20", segment=workloads, egress=Egress.ON_PREMISES)

# All other locations know the machines by 172.31.0.0/20, because `dev` has the range that they have in the plant.
plant = Site(
    "plant",
    networks={"machines": "172.31.0.0/20", "offices": "172.31.16.0/24"},
    non_routable_cidrs={"machines": "10.1.0.0/20"},
    advertises=["172.31.0.0/20", "172.31.16.0/24"],
    customer_gateways=[CustomerGateway("plant-01", ip_address="203.0.113.40", bgp_asn=65_040)],
)

estate = Estate(
    "guide",
    organization=guide.organization,
    region=guide.REGION,
    tags={"Owner": "network-team"},
    blocks=guide.BLOCKS,
    zones=guide.ZONES,
    segments=[network_services, workloads, acquired],
    sites=[guide.data_centre(advertises_default=True), plant],
    environments=[
        guide.network(
            network_services,
            share_with=guide.spoke_accounts,
            more=[VpnConnection("plant-01", customer_gateway="plant-01", number=2, segment=acquired)],
        ),
        Environment("shared-services", account=guide.infra_shared_prod, spokes=[shared_services]),
        Environment("dev", account=guide.workloads_test, spokes=[dev]),
    ],
)
