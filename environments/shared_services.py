"""Infrastructure shared services: what every workload uses, and what the data centre uses of AWS."""

from environments import organization as accounts
from environments.segments import network_services
from isthmus.intent import Egress, Environment, Spoke

shared_services = Environment(
    "shared-services",
    account=accounts.infra_shared_prod,
    spokes=[
        Spoke("shared-services", cidr="10.1.48.0/20", segment=network_services, egress=Egress.ON_PREMISES),
    ],
)
