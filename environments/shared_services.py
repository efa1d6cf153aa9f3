"""Infrastructure shared services: what every workload uses, and what the data centre uses of AWS.

Names: the data centre answers for its own domain, AWS for the services below. Both ask each other over the VPN.
"""

from environments import organization as accounts
from environments.segments import network_services
from environments.sites import dc1
from isthmus.intent import CentralEndpoints, Egress, Environment, ForwardRule, HybridDns, PrivateZone, Spoke

shared_services = Environment(
    "shared-services",
    account=accounts.infra_shared_prod,
    spokes=[
        Spoke("shared-services", cidr="10.1.48.0/20", segment=network_services, egress=Egress.ON_PREMISES),
    ],
    dns=HybridDns(
        spoke="shared-services",
        forwards=[ForwardRule("corp.example.com", site=dc1)],
        private_zones=[PrivateZone("aws.example.com")],
    ),
    endpoints=CentralEndpoints(services=["ec2messages", "kms", "logs", "s3", "ssm", "ssmmessages", "sts"]),
)
