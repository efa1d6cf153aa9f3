"""Stage 2: the development VPC leaves for the internet by way of the data centre: no NAT, no public subnets."""

from examples import guide
from isthmus.intent import Egress, Environment, Estate, Segment, Spoke

network_services = Segment("network-services")
workloads = Segment(
    "workloads",
    isolated=True,
    reaches=[network_services],
    allowed_egress={Egress.LOCAL, Egress.ON_PREMISES},
    route_table_name="infra-workloads-vpcs",
)

dev = Environment(
    "dev",
    account=guide.network_prod,
    spokes=[
        Spoke(
            "dev",
            cidr="10.1.0.0/20",
            segment=workloads,
            egress=Egress.ON_PREMISES,
            share_private_subnets_with=[guide.workloads_dev, guide.infrastructure_dev],
        ),
    ],
)

estate = Estate(
    "guide",
    organization=guide.organization,
    region=guide.REGION,
    tags={"Owner": "network-team"},
    blocks=guide.BLOCKS,
    zones=guide.ZONES,
    segments=[network_services, workloads],
    sites=[guide.data_centre(advertises_default=True)],
    environments=[guide.network(network_services), dev],
)
