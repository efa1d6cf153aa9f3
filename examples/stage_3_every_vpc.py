"""Stage 3: every VPC is attached, and leaves for the internet through the data center."""

from examples import guide
from isthmus.intent import Account, Egress, Environment, Estate, OrganizationalUnit, Segment, Spoke

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
    sites=[guide.data_centre(advertises_default=True)],
    environments=[
        guide.network(network_services, guide.spoke_accounts),
        environment("shared-services", guide.infra_shared_prod, "10.1.48.0/20", network_services),
        environment("dev", guide.network_prod, "10.1.0.0/20", workloads, developers),
        environment("test", guide.workloads_test, "10.1.16.0/20", workloads),
        environment("prod", guide.workloads_prod, "10.1.32.0/20", workloads),
    ],
)
