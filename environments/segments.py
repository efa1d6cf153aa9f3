"""Which segments reach which.

Workloads keep to themselves. All of them reach the network services: the data centre, and shared services.
"""

from environments import organization as accounts
from isthmus.intent import Egress, Segment

network_services = Segment(
    "network-services",
    allowed_egress={Egress.ON_PREMISES},
    may_be_attached_by=[accounts.infra_shared_prod],
)

workloads = Segment(
    "workloads",
    isolated=True,
    reaches=[network_services],
    allowed_egress={Egress.ON_PREMISES},
    route_table_name="infra-workloads-vpcs",
    may_be_attached_by=[accounts.workloads_test, accounts.workloads_prod],
)
