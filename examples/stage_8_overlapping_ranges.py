"""Stage 8: an acquired company. Its VPC has the range of the development VPC, so its addresses are translated.

Other locations connect to its orders service by a load balancer.
"""

from dataclasses import replace

from examples import guide
from isthmus.intent import Account, Egress, Environment, Estate, PublishedService, Segment, Spoke

acquired_prod = Account("acquired-prod", id="555566667777")
organization = replace(guide.organization, accounts=[*guide.organization.accounts, acquired_prod])

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
acquired = Segment("acquired", reaches=[network_services], allowed_egress={Egress.ON_PREMISES})

shared_services = Spoke("shared-services", cidr="10.1.48.0/20", segment=network_services, egress=Egress.ON_PREMISES)
dev = Spoke("dev", cidr="10.1.0.0/20", segment=workloads, egress=Egress.ON_PREMISES)
# All other locations know this VPC by its routable CIDR, because `dev` has the same range. It is in the account of the
# hub, which has static routes to it. The acquired company uses its private subnets. Other locations connect to its
# orders service by a load balancer in the routable CIDR.
erp = Spoke(
    "erp",
    cidr="10.1.0.0/20",
    routable_cidr="10.1.240.0/24",
    published=[PublishedService("orders", port=443, targets=["10.1.0.10", "10.1.2.10"], target_port=8443)],
    segment=acquired,
    egress=Egress.ON_PREMISES,
    share_private_subnets_with=[acquired_prod],
)

estate = Estate(
    "guide",
    organization=organization,
    region=guide.REGION,
    tags={"Owner": "network-team"},
    blocks=guide.BLOCKS,
    zones=guide.ZONES,
    segments=[network_services, workloads, acquired],
    sites=[guide.data_centre(advertises_default=True)],
    environments=[
        guide.network(network_services, share_with=guide.spoke_accounts),
        Environment("shared-services", account=guide.infra_shared_prod, spokes=[shared_services]),
        Environment("dev", account=guide.network_prod, spokes=[dev]),
        Environment("acquired", account=guide.network_prod, spokes=[erp]),
    ],
)
