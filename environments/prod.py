"""The production VPC, in its workload account."""

from environments import organization as accounts
from environments.segments import workloads
from isthmus.intent import Egress, Environment, Spoke

prod = Environment(
    "prod",
    account=accounts.workloads_prod,
    spokes=[
        Spoke("prod", cidr="10.1.32.0/20", segment=workloads, egress=Egress.ON_PREMISES),
    ],
)
