"""Names that AWS answers in every VPC by itself: hosts' own names, reverse lookups, localhost.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-forward-vpc-to-network-autodefined-rules.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from ipaddress import IPv4Network

from isthmus.aws.domain_names import covers, reverse_zones, reversed_network
from isthmus.network.dns_model import VpcDns
from isthmus.network.model import Network, Unknown

_LOCAL = (
    "localhost",
    "localdomain",
    "127.in-addr.arpa",
    f"1.{'0.' * 31}ip6.arpa",
    f"0.{'0.' * 31}ip6.arpa",
)
# Reverse lookups of private ranges, wherever they are in use.
_REVERSE = (
    "10.in-addr.arpa",
    *(f"{octet}.172.in-addr.arpa" for octet in range(16, 32)),
    "168.192.in-addr.arpa",
    "254.169.254.169.in-addr.arpa",
)
# us-east-1 has names of its own.
_FIRST_REGION = ("ec2.internal", "compute-1.internal", "compute-1.amazonaws.com")
_OF_REGIONS = ("compute.internal", "compute.amazonaws.com", "compute.amazonaws.com.cn")


def autodefined(
    network: Network, vpc: str, settings: VpcDns, name: str, regions: Collection[str | None]
) -> Iterator[tuple[str, Unknown | None]]:
    """The domains of AWS's own rules that a name in a VPC is in, each with why it may not be one there.

    `regions` are those of all VPCs. The rules come with `enableDnsHostnames`; those for reverse lookups can be switched
    off besides.
    """
    if settings.hostnames is False:
        return
    found = [*_internal(network.vpcs[vpc].region, regions, vpc, name), *((domain, None) for domain in _LOCAL)]
    if settings.reverse is not False:
        unknown_reason = settings.reverse if isinstance(settings.reverse, Unknown) else None
        found += ((domain, why or unknown_reason) for domain, why in _reverse(network, vpc, name))
    on = settings.hostnames if isinstance(settings.hostnames, Unknown) else None
    yield from ((domain, unknown_reason or on) for domain, unknown_reason in found if covers(domain, name))


def _reverse(network: Network, vpc: str, name: str) -> Iterator[tuple[str, Unknown | None]]:
    """Domains of reverse lookups: private ranges, those of the VPC, and those of VPCs that are connected to it."""
    asked = reversed_network(name)
    if asked is None:
        return
    yield from ((domain, None) for domain in _REVERSE)
    for other, facts in network.vpcs.items():
        # Names in connected VPCs depend on the DNS support of the connection, which is not modeled.
        why = None if other == vpc else Unknown(f"whether {vpc} resolves addresses of {other}")
        for cidr in facts.cidrs:
            if isinstance(cidr, IPv4Network) and cidr.overlaps(asked):
                yield from ((domain, why) for domain in reverse_zones(cidr))


def _internal(
    own: str | None, regions: Collection[str | None], vpc: str, name: str
) -> Iterator[tuple[str, Unknown | None]]:
    """The domains of hosts' own names: those of the VPC's Region, and of a connected VPC's."""
    elsewhere = None if own is not None else Unknown(f"the Region of {vpc}")
    for domain in _FIRST_REGION:
        if own == "us-east-1":
            yield domain, None
        elif own is None or "us-east-1" in regions:
            yield domain, elsewhere or Unknown(f"whether {vpc} resolves names of us-east-1")
    for domain in _OF_REGIONS:
        if not name.endswith(f".{domain}"):
            continue
        region = name.removesuffix(f".{domain}").rpartition(".")[2]
        if region == own:
            yield f"{region}.{domain}", None
        elif own is None or region in regions:
            yield f"{region}.{domain}", elsewhere or Unknown(f"whether {vpc} resolves names of {region}")
