"""What all stages share: the organization, the data centre, the hub with its VPN."""

from collections.abc import Sequence

from isthmus.intent import (
    Account,
    CustomerGateway,
    Environment,
    Hub,
    Organization,
    OrganizationalUnit,
    Segment,
    Site,
    VpnConnection,
)

network_prod = Account("network-prod", id="111122223333")
infra_shared_prod = Account("infra-shared-prod", id="222233334444")
workloads_test = Account("workloads-test", id="333344445555")
workloads_prod = Account("workloads-prod", id="444455556666")
spoke_accounts = (infra_shared_prod, workloads_test, workloads_prod)

_OU = "arn:aws:organizations::999900001111:ou/o-exampleorg"
infrastructure_dev = OrganizationalUnit("infrastructure_dev", arn=f"{_OU}/ou-exam-infradev")
workloads_dev = OrganizationalUnit("workloads_dev", arn=f"{_OU}/ou-exam-workldev")

organization = Organization(
    arn="arn:aws:organizations::999900001111:organization/o-exampleorg",
    accounts=[network_prod, infra_shared_prod, workloads_test, workloads_prod],
    units=[infrastructure_dev, workloads_dev],
)

REGION = "us-east-1"
ZONES = ["use1-az1", "use1-az2", "use1-az4"]
BLOCKS = ["10.1.0.0/16"]


def data_centre(*, advertises_default: bool) -> Site:
    """The data centre; with a default route advertised, it is an egress path to the internet."""
    return Site(
        "dc1",
        networks={"users": "172.20.0.0/16", "servers": "172.21.0.0/16"},
        advertises=[*(["0.0.0.0/0"] if advertises_default else []), "172.20.0.0/15"],
        customer_gateways=[CustomerGateway("infra-dc1-01", ip_address="203.0.113.10", bgp_asn=65_010)],
    )


def network(segment: Segment, share_with: Sequence[Account] = (), more: Sequence[VpnConnection] = ()) -> Environment:
    """The hub, which these accounts may attach to, one VPN connection to the data centre, and more to other sites."""
    return Environment(
        "network",
        account=network_prod,
        hub=Hub("infra-main", asn=64_512, share_with=list(share_with)),
        vpn_connections=[
            VpnConnection("infra-dc1-01", customer_gateway="infra-dc1-01", number=1, segment=segment),
            *more,
        ],
    )
