"""The test VPC, in its workload account."""

from environments import organization as accounts
from environments.segments import workloads
from isthmus.intent import Egress, Environment, Spoke

test = Environment(
    "test",
    account=accounts.workloads_test,
    spokes=[
        Spoke("test", cidr="10.1.16.0/20", segment=workloads, egress=Egress.ON_PREMISES),
    ],
)
