"""The estate: imports every environment, and is imported by none."""

from environments.dev import dev
from environments.network import network
from environments.organization import organization
from environments.prod import prod
from environments.segments import network_services, workloads
from environments.shared_services import shared_services
from environments.sites import dc1
from environments.test import test
from isthmus.intent import Estate

estate = Estate(
    "example",
    organization=organization,
    region="us-east-1",
    blocks=["10.1.0.0/16"],
    zones=["use1-az1", "use1-az2", "use1-az4"],
    segments=[network_services, workloads],
    sites=[dc1],
    environments=[network, shared_services, dev, test, prod],
    tags={"Owner": "network-team"},
)
