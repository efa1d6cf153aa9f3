"""Published services: the load balancer is as the intent states, and reaches every target.

Who reaches the load balancer is a question of flows, as for every location. These checks are about the load balancer
itself, and about the second connection, from it to each target.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network, collapse_addresses, ip_network

from isthmus.intent import Estate, PublishedService, Spoke
from isthmus.intent.published_clients import clients
from isthmus.network.answers import InSubnet, Outcome
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Listener, LoadBalancer, Network, SecurityGroupRule, TargetGroup, Unknown
from isthmus.proof.checks.inventory import Binding
from isthmus.proof.pairs.locations import Location
from isthmus.proof.pairs.published import may_be_elsewhere, may_be_missing, published_addresses
from isthmus.proof.result.findings import UnknownResult, Violation

Finding = Violation | UnknownResult
_TCP = 6
# A Network Load Balancer ends TLS sessions, and has no listeners of the other two.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/create-listener.html
_ENDS_SESSIONS = ("TLS", "HTTP", "HTTPS")
_DIFFERS, _MISSING = "published-service-differs", "published-service-missing"


def published_service_findings(
    estate: Estate, network: Network, binding: Binding, engine: Forwarding
) -> Iterator[Finding]:
    """What is wrong with the load balancers of spokes that have a routable CIDR, and what is not known about them."""
    for _, spoke in estate.spokes:
        location = binding.locations.by_name.get(spoke.name)
        if location is None or spoke.routable_cidr is None:
            continue
        yield from _unintended(network, spoke, location)
        if spoke.published:
            yield from _missing_addresses(estate, network, spoke, location)
            for address in dict.fromkeys(position.balancer for position in location.published):
                positions = tuple(one for one in location.published if one.balancer == address)
                balancer = network.load_balancers[address]
                yield from _BalancerCheck(estate, network, engine, spoke, balancer, positions).findings()


def _missing_addresses(estate: Estate, network: Network, spoke: Spoke, location: Location) -> Iterator[Finding]:
    """The addresses that no load balancer has."""
    present = {position.ip for position in location.published}
    missing = [str(ip) for ip in published_addresses(estate, spoke).values() if ip not in present]
    if not missing:
        return
    what = f"a load balancer of spoke {spoke.name} with {', '.join(missing)}"
    if unknown := may_be_missing(network, location.vpc):
        yield UnknownResult(f"whether there is {what}", unknown)
        return
    balancers = tuple(dict.fromkeys(position.balancer for position in location.published))
    yield Violation(_MISSING, f"there is no {what.removeprefix('a ')}", (*balancers, location.vpc), spoke.name)


def _unintended(network: Network, spoke: Spoke, location: Location) -> Iterator[Finding]:
    """Load balancers in routable subnets that the intent does not state: other locations have a route to them."""
    assert spoke.routable_cidr is not None
    routable = IPv4Network(spoke.routable_cidr)
    inside = {
        subnet.address
        for subnet in network.subnets.values()
        if subnet.vpc == location.vpc
        and any(isinstance(cidr, IPv4Network) and cidr.subnet_of(routable) for cidr in subnet.cidrs)
    }
    ours = {position.balancer for position in location.published}
    for balancer in network.load_balancers.values():
        if balancer.address in ours:
            continue
        if hit := sorted(inside & balancer.subnets.keys()):
            if balancer.may_not_exist is not None:
                yield UnknownResult(f"whether {balancer.address} is in {hit[0]}", balancer.may_not_exist.reason)
                continue
            there = f"it is in {hit[0]}, to which other locations have a route, and the intent does not state it"
            yield Violation("unintended-load-balancer", there, (balancer.address, hit[0]), spoke.name)
        elif why := may_be_elsewhere(network, location.vpc, balancer):
            yield UnknownResult(f"whether {balancer.address} is in a routable subnet of spoke {spoke.name}", why)


@dataclass
class _BalancerCheck:
    """One load balancer of the published services of a spoke, compared with the intent."""

    estate: Estate
    network: Network
    engine: Forwarding
    spoke: Spoke
    balancer: LoadBalancer
    positions: tuple[InSubnet, ...]
    found: list[Finding] = field(default_factory=list)

    def findings(self) -> list[Finding]:
        """Every difference, and what is not known."""
        if self.balancer.may_not_exist is not None:
            self._unknown(f"whether {self.balancer.address} exists", self.balancer.may_not_exist)
        self._settings()
        self._listeners()
        self._security_groups()
        return list(dict.fromkeys(self.found))

    def _differs(self, why: str, *resources: str) -> None:
        self.found.append(Violation(_DIFFERS, why, (*resources, self.balancer.address), self.spoke.name))

    def _unknown(self, what: str, why: Unknown) -> None:
        self.found.append(UnknownResult(what, why.reason))

    def _settings(self) -> None:
        balancer = self.balancer
        if isinstance(balancer.kind, Unknown):
            self._unknown(f"the type of {balancer.address}", balancer.kind)
        elif balancer.kind != "network":
            self._differs(f"its type is {balancer.kind}; only a Network Load Balancer has fixed addresses")
        if isinstance(balancer.internal, Unknown):
            self._unknown(f"whether {balancer.address} is internal", balancer.internal)
        elif not balancer.internal:
            self._differs("it is internet-facing; the intent has an internal one")
        if balancer.unresolved is not None:
            self._unknown(f"the listeners and subnets of {balancer.address}", balancer.unresolved)
        if isinstance(balancer.address_type, Unknown):
            self._unknown(f"the address type of {balancer.address}", balancer.address_type)
        elif balancer.address_type != "ipv4":
            self._differs(f"its address type is {balancer.address_type}; published services have IPv4 addresses")
        wanted = set(self.positions)
        others = [s for s in balancer.subnets if s not in {position.address for position in wanted}]
        if others:
            self._differs(f"it is also in {', '.join(others)}", *others)

    # --- listeners and targets

    def _listeners(self) -> None:
        wanted = {service.port: service for service in self.spoke.published}
        seen: set[int] = set()
        for listener in self.balancer.listeners:
            if isinstance(listener.protocols, Unknown):
                self._unknown(f"which packets {listener.address} accepts", listener.protocols)
            elif isinstance(listener.port, Unknown):
                self._unknown(f"the port of {listener.address}", listener.port)
            elif listener.port in seen and listener.protocols == (_TCP,):
                self._differs(f"{listener.address} listens to tcp/{listener.port}, as another listener does")
            elif listener.kind in _ENDS_SESSIONS:
                self._differs(f"{listener.address} is of protocol {listener.kind}; a published service is TCP")
                seen.add(listener.port)
            elif listener.protocols != (_TCP,) or listener.port not in wanted:
                what = f"port {listener.port} of {' and '.join(_name(one) for one in listener.protocols)}"
                self._differs(
                    f"{listener.address} listens to {what}, which the intent does not publish", listener.address
                )
            else:
                seen.add(listener.port)
                self._groups(listener, wanted[listener.port])
        for port in sorted(wanted.keys() - seen):
            why = f"no listener for tcp/{port}, of service {wanted[port].name}"
            if not any(isinstance(found, UnknownResult) for found in self.found):
                self._differs(why)

    def _groups(self, listener: Listener, service: PublishedService) -> None:
        if isinstance(listener.groups, Unknown):
            self._unknown(f"where {listener.address} forwards to", listener.groups)
            return
        for name in listener.groups:
            group = name if isinstance(name, Unknown) else self.network.target_groups.get(name)
            if isinstance(group, TargetGroup):
                self._targets(listener, group, service)
            else:
                why = group or Unknown(f"target group {name} is not in this input")
                self._unknown(f"where {listener.address} forwards to", why)
        if len(listener.groups) > 1:
            self._differs(f"{listener.address} forwards to {len(listener.groups)} target groups", listener.address)
        self._legs(listener)

    def _targets(self, listener: Listener, group: TargetGroup, service: PublishedService) -> None:
        if isinstance(group.preserves_clients, Unknown):
            self._unknown(f"whether {group.address} preserves client addresses", group.preserves_clients)
        elif group.preserves_clients:
            why = "it preserves client addresses: targets would not answer the load balancer"
            self._differs(f"{group.address}: {why}", group.address)
        vpc = self.network.subnets[self.positions[0].address].vpc
        if isinstance(group.vpc, Unknown):
            self._unknown(f"the VPC of {group.address}", group.vpc)
        elif group.vpc != vpc:
            self._differs(f"{group.address} is of VPC {group.vpc}, and the load balancer of {vpc}", group.address)
        if isinstance(group.proxies, Unknown):
            self._unknown(f"whether {group.address} sends a PROXY protocol header", group.proxies)
        elif group.proxies:
            self._differs(f"{group.address} sends a PROXY protocol header to its targets", group.address)
        if group.unresolved is not None and group.targets:
            self._unknown(f"the targets of {group.address}", group.unresolved)
        elif group.unresolved is not None:
            self._unknown(f"the targets of {listener.address}", group.unresolved)
            return
        known = set()
        complete = group.unresolved is None
        for target in group.targets:
            port = group.port if target.port is None else target.port
            unknown = next((value for value in (target.ip, port) if isinstance(value, Unknown)), None)
            if unknown is not None:
                self._unknown(f"the target {target.address}", unknown)
                complete = False
            else:
                known.add(f"{target.ip} port {port}")
        wanted = {f"{target} port {service.port_of_targets}" for target in service.targets}
        for extra in sorted(known - wanted):
            self._differs(f"target {extra} of {group.address} is not in the intent", group.address)
        if complete and (missing := sorted(wanted - known)):
            self._differs(f"{group.address} has no target {', '.join(missing)}", group.address)

    def _legs(self, listener: Listener) -> None:
        """The second connection, from each address of the load balancer to each target."""
        for position in self.positions:
            legs = self.engine.load_balancers.legs(position, listener)
            if isinstance(legs, Unknown):
                self._unknown(f"whether {listener.address} reaches its targets", legs)
                return
            for leg in legs:
                what = f"{self.balancer.address} -> {leg.target.ip}"
                if leg.outcome is Outcome.UNKNOWN:
                    self._unknown(what, Unknown(leg.why))
                elif leg.outcome is Outcome.BLOCKED:
                    resources = (leg.target.address, leg.group.address, self.balancer.address)
                    why = f"{position.ip} does not reach {leg.target.ip}: {leg.why}"
                    self.found.append(Violation("published-target-unreachable", why, resources, self.spoke.name))

    # --- the security group

    def _security_groups(self) -> None:
        """Only clients of the intent may connect: the security group is the last filter in front of the services."""
        if not self.balancer.security_groups:
            self._differs("it has no security group, so it accepts every client that has a route to it")
        for name in self.balancer.security_groups:
            group = None if isinstance(name, Unknown) else self.network.security_groups.get(name)
            if group is None:
                why = name if isinstance(name, Unknown) else Unknown(f"security group {name} is not in this input")
                self._unknown(f"a security group of {self.balancer.address}", why)
                continue
            if group.unresolved is not None:
                self._unknown(f"the rules of {group.address}", group.unresolved)
            for rule in group.inbound:
                self._inbound(rule)

    def _inbound(self, rule: SecurityGroupRule) -> None:
        for service in self.spoke.published:
            if rule.protocol not in (-1, _TCP) or not _covers_port(rule, service.port):
                continue
            wanted = [IPv4Network(c) for cidrs in clients(self.estate, self.spoke, service).values() for c in cidrs]
            given = [cidr for cidr in rule.cidrs if cidr.version == 4]
            for named in rule.prefix_lists:
                entries = self.network.prefix_lists.get(named) if isinstance(named, str) else None
                if entries is None or any(isinstance(entry, Unknown) for entry in entries.entries):
                    self._unknown(f"the clients that {rule.address} allows", Unknown(f"the entries of {named}"))
                    continue
                given += [cidr for cidr in entries.entries if isinstance(cidr, IPv4Network)]
            for cidr in given:
                inside = ip_network(str(cidr))
                if isinstance(inside, IPv4Network) and not _is_inside(inside, wanted):
                    what = f"{rule.address} lets {cidr} connect to tcp/{service.port}"
                    self._differs(f"{what}; the intent allows only {', '.join(map(str, sorted(wanted)))}", rule.address)


def _covers_port(rule: SecurityGroupRule, port: int) -> bool:
    return rule.protocol == -1 or rule.ports is None or rule.ports[0] <= port <= rule.ports[1]


def _is_inside(cidr: IPv4Network, around: list[IPv4Network]) -> bool:
    """Whether a network is inside others, which may touch each other."""
    return any(cidr.subnet_of(one) for one in collapse_addresses(around))


def _name(protocol: int) -> str:
    return {6: "tcp", 17: "udp"}.get(protocol, str(protocol))
