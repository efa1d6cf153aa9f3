"""What a proof assumes of the appliances behind Gateway Load Balancers.

Terraform shows which packets reach them, and not what they do with these. An appliance has to return each packet to the
load balancer, with the same source and destination.
https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/introduction.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from isthmus.network.model import EndpointKind, Network, Unknown, VpcEndpoint
from isthmus.text.listing import some

_MOST = 4


def unknown_appliances(network: Network) -> Network:
    """The network in which it is unknown what appliances behind Gateway Load Balancers do with packets."""
    endpoints = {
        address: replace(end, appliances=replace(end.appliances, unknown=end.appliances.unknown or _unknown(end)))
        if end.kind is EndpointKind.GATEWAY_LOAD_BALANCER
        else end
        for address, end in network.endpoints.items()
    }
    return replace(network, endpoints=endpoints)


def _unknown(endpoint: VpcEndpoint) -> str:
    return f"whether the appliances behind {endpoint.address} forward the packet (--appliances unknown)"


def appliance_assumptions(endpoints: Iterable[VpcEndpoint]) -> Iterator[str]:
    """The assumption about appliances that receive packets, one sentence for each endpoint service."""
    together: dict[str, list[str]] = {}
    for endpoint in endpoints:
        behind = endpoint.appliances
        if endpoint.kind is EndpointKind.GATEWAY_LOAD_BALANCER and not behind.blocked and not behind.unknown:
            together.setdefault(behind.shown or _not_shown(endpoint), []).append(endpoint.address)
    for shown, addresses in together.items():
        named = some(addresses, _MOST)
        yield f"appliances behind {named} forward every packet, unchanged (set with --appliances): {shown}"


def _not_shown(endpoint: VpcEndpoint) -> str:
    """What this input does not show of what is behind an endpoint."""
    if endpoint.appliances.service:
        return f"the load balancer of {endpoint.appliances.service} is not in this input"
    service = "" if isinstance(endpoint.service, Unknown) else f" {endpoint.service}"
    return f"their endpoint service{service} is not in this input"
