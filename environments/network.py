"""The hub and the VPN to the data centre, in the network account."""

from environments import organization as accounts
from environments.segments import network_services
from environments.sites import infra_dc1_01
from isthmus.intent import Environment, Hub, Observability, VpnConnection

network = Environment(
    "network",
    account=accounts.network_prod,
    hub=Hub(
        "infra-main",
        asn=64_512,
        share_with=[accounts.infra_shared_prod, accounts.workloads_test, accounts.workloads_prod],
    ),
    vpn_connections=[
        VpnConnection("infra-dc1-01", customer_gateway=infra_dc1_01, number=1, segment=network_services),
    ],
    observability=Observability(notify=["network-team@example.com"]),
)
