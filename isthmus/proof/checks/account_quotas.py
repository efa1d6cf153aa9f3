"""Usage of the quotas of an account and Region, of a private hosted zone and of a Route 53 profile."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from isthmus.aws import quotas
from isthmus.aws.quotas import Quota
from isthmus.network.dns_model import Held
from isthmus.network.model import EndpointKind, Network, Unknown

Owner = tuple[str, str]
_UNKNOWN_OWNER: Owner = ("", "")


def counted(network: Network) -> Iterator[tuple[Quota, str, int]]:
    """Each quota, with what uses it and how much of it is used at least.

    Elastic IP addresses are counted for NAT gateways only, one for each.
    """
    owners = {vpc.address: _owner(vpc.address, vpc.account, vpc.region) for vpc in network.vpcs.values()}
    devices = {device.address: device.owner for device in network.customer_gateways.values()}
    connections = Counter(devices.get(str(vpn.customer_gateway), _UNKNOWN_OWNER) for vpn in network.vpns.values())
    endpoints = Counter(
        owners[str(end.vpc)]
        for end in network.endpoints.values()
        if end.kind is EndpointKind.GATEWAY and end.vpc in owners
    )
    addresses, zones = _nat_gateways(network, owners)
    for quota, what, counts in (
        (quotas.CONNECTIONS, "VPN connections", connections),
        (quotas.CUSTOMER_GATEWAYS, "customer gateways", Counter(devices.values())),
        (quotas.VPCS, "VPCs", Counter(owners.values())),
        (quotas.GATEWAY_ENDPOINTS, "gateway endpoints", endpoints),
        (quotas.ELASTIC_IPS, "addresses of NAT gateways", addresses),
    ):
        for owner, count in sorted(counts.items()):
            yield quota, f"{what}{_of(owner) if len(counts) > 1 else ''}", count
    for (owner, zone), count in sorted(zones.items()):
        yield quotas.NAT_GATEWAYS, f"NAT gateways in {zone}{_of(owner) if len(addresses) > 1 else ''}", count
    yield from _associated(network)


def _owner(address: str, account: str | None, region: str | None) -> Owner:
    """The account and Region of a resource. A root module without a stated account is one account."""
    root = address.partition("/")[0] if "/" in address else ""
    return account or (f"root {root}" if root else ""), region or ""


def _of(owner: Owner) -> str:
    account, region = owner
    return f" of {account or 'an account that is not known'}{f' in {region}' if region else ''}"


def _nat_gateways(network: Network, owners: dict[str, Owner]) -> tuple[Counter[Owner], Counter[tuple[Owner, str]]]:
    """Public NAT gateways by owner, and all by owner and zone. A regional NAT gateway is in no zone."""
    addresses, zones = Counter[Owner](), Counter[tuple[Owner, str]]()
    for nat in network.nats.values():
        subnet = network.subnets.get(nat.subnet) if isinstance(nat.subnet, str) else None
        vpc = nat.vpc if nat.vpc is not None else subnet.vpc if subnet is not None else None
        owner = owners.get(vpc) if isinstance(vpc, str) else None
        if owner is None:
            continue
        addresses[owner] += nat.public is True
        if subnet is not None and isinstance(subnet.zone, str):
            zones[owner, subnet.zone] += 1
    return addresses, zones


def _associated(network: Network) -> Iterator[tuple[Quota, str, int]]:
    """The VPCs that are associated with each private hosted zone, and with each profile."""
    zones: dict[str, set[str]] = defaultdict(set)
    profiles: dict[str, set[str]] = defaultdict(set)
    for use in network.resolution.uses:
        if isinstance(use.vpc, Unknown) or use.unknown is not None:
            continue
        if use.profile:
            profiles[use.profile].add(use.vpc)
        elif use.kind is Held.ZONE:
            zones[str(use.thing)].add(use.vpc)
    for quota, found in ((quotas.ZONE_VPCS, zones), (quotas.PROFILE_VPCS, profiles)):
        for thing, vpcs in sorted(found.items()):
            yield quota, thing, len(vpcs)
