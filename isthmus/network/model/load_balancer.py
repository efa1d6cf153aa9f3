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
    - `unresolved`: why the targets, or how they are reached, are not known.
    """

    address: str
    protocol: str | Unknown
    port: int | Unknown | None
    preserves_clients: bool | Unknown
    targets: tuple[BalancedTarget, ...] = ()
    cross_zone: bool | Unknown | None = None
    unresolved: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """A listener: its IP protocols and port, and the target groups that it forwards to."""

    address: str
    protocols: tuple[int, ...] | Unknown
    port: int | Unknown
    groups: tuple[str | Unknown, ...] | Unknown = ()


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """A load balancer.

    - `kind`: `network`, `application`, `gateway` or `classic`.
    - `subnets`: each subnet with its fixed IPv4 address; None if AWS chooses the address.
    - `security_groups`: empty for a Network Load Balancer without any, which accepts every client.
    - `unresolved`: why it may have other listeners or subnets.
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
