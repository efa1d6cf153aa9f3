"""The common development VPC: in the network account, its private subnets shared with the teams' accounts."""

from environments import organization as accounts
from environments.segments import workloads
from isthmus.intent import Egress, Environment, Spoke

dev = Environment(
    "dev",
    account=accounts.network_prod,
    spokes=[
        Spoke(
            "dev",
            cidr="10.1.0.0/20",
            segment=workloads,
            egress=Egress.ON_PREMISES,
            share_private_subnets_with=[accounts.workloads_dev, accounts.infrastructure_dev],
        ),
    ],
)
