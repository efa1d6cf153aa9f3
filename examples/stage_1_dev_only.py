"""Stage 1: only the development VPC is attached. It keeps its own internet egress."""

from examples import guide
from isthmus.intent import Egress, Environment, Estate, Segment, Spoke

network_services = Segment("network-services")
workloads = Segment(
    "workloads",
    isolated=True,
    reaches=[network_services],
    # ON_PREMISES is not used yet; the hub is ready for stage 2.
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
            egress=Egress.LOCAL,
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
