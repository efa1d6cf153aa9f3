"""Load balancers: listeners, target groups and targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from isthmus.network.model.values import Unknown


@dataclass(frozen=True, slots=True)
class BalancedTarget:
    """A target: an IPv4 address, with its port if that differs from the port of its target group."""

    address: str
    ip: IPv4Address | Unknown
    port: int | Unknown | None = None


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """A target group with its targets.

    - `preserves_clients`: targets see the addresses of clients. Otherwise they see those of the load balancer.
    - `cross_zone`: None means the setting of the load balancer.
    - `vpc`: the VPC that its targets are in. `proxies`: targets receive a PROXY protocol header in front of the data.
    - `unresolved`: why the targets, or how they are reached, are not known.
    """

    address: str
    protocol: str | Unknown
    port: int | Unknown | None
    preserves_clients: bool | Unknown
    targets: tuple[BalancedTarget, ...] = ()
    cross_zone: bool | Unknown | None = None
    unresolved: Unknown | None = None
    vpc: str | Unknown | None = None
    proxies: bool | Unknown = False


@dataclass(frozen=True, slots=True)
class Listener:
    """A listener: its IP protocols and port, and the target groups that it forwards to.

    `kind` is the protocol of its argument, such as `TLS`.
    """

    address: str
    protocols: tuple[int, ...] | Unknown
    port: int | Unknown
    groups: tuple[str | Unknown, ...] | Unknown = ()
    kind: str = "TCP"


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """A load balancer.

    - `kind`: `network`, `application`, `gateway` or `classic`.
    - `subnets`: each subnet with its fixed IPv4 address; None if AWS chooses the address.
    - `security_groups`: empty for a Network Load Balancer without any, which accepts every client.
    - `unresolved`: why it may have other listeners or subnets. `elsewhere`: why it may be in other subnets.
    - `address_type`: `ipv4`, or `dualstack` with IPv6 addresses too.
    - `may_not_exist`: why it is not known how many of it there are.
    """

    address: str
    kind: str | Unknown
    internal: bool | Unknown = False
    subnets: Mapping[str, IPv4Address | Unknown | None] = field(default_factory=dict)
    security_groups: tuple[str | Unknown, ...] = ()
    cross_zone: bool | Unknown = False
    listeners: tuple[Listener, ...] = ()
    unresolved: Unknown | None = None
    may_not_exist: Unknown | None = None
    elsewhere: Unknown | None = None
    address_type: str | Unknown = "ipv4"
