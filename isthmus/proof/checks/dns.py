"""DNS against the intent: endpoints and rules exist, queries reach DNS servers, and every spoke is associated.

The flow checks cover the paths from spokes to the subnets of a central endpoint. This module checks its security
groups.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from ipaddress import IPv4Address, ip_network
from itertools import product

from isthmus.aws.services import SERVICES, Service
from isthmus.intent import Estate, Spoke
from isthmus.intent.name_resolution import (
    SharedServices,
    central_services,
    for_sites_only,
    served,
    servers,
    service_zones,
    shared_services,
)
from isthmus.intent.reachability import networks_reached
from isthmus.network.address_space import span
from isthmus.network.answers import AtSite, Outcome, Packet, Position, RoundTrip
from isthmus.network.block import Block
from isthmus.network.dns_model import ResolverEndpoint, ResolverRule, RuleKind
from isthmus.network.dns_records import Found, found_in
from isthmus.network.filters import group_verdict
from isthmus.network.forwarded_queries import DNS, PROTOCOLS, asked, interfaces
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import EndpointKind, Unknown, VpcEndpoint
from isthmus.network.name_classes import ANY_NAME
from isthmus.network.packets import Traffic
from isthmus.proof.result.findings import UnknownResult, Violation

_TCP = 6


class DnsChecks:
    """Checks Resolver endpoints and rules, interface endpoints and associations. `vpcs`: the VPC of each spoke."""

    def __init__(self, estate: Estate, vpcs: Mapping[str, str], engine: Forwarding) -> None:
        self.estate, self.vpcs, self.engine = estate, vpcs, engine
        self.network = engine.network
        self.facts = engine.network.resolution
        self.violations: list[Violation] = []
        self.unknown_results: list[UnknownResult] = []
        for _, spoke in estate.spokes:
            if spoke.name in vpcs:
                self._own_endpoints(spoke)
        home = shared_services(estate)
        if home is not None and home.spoke.name in vpcs:
            self.home, self.vpc = home, vpcs[home.spoke.name]
            self._inbound(home)
            self._forwards(home)
            self._central(home)
            self._associated(home)

    def _found(self, rule: str, why: str, resources: Iterable[str], source: str = "", destination: str = "") -> None:
        self.violations.append(Violation(rule, why, tuple(dict.fromkeys(resources)), source, destination))

    # --- DNS servers -------------------------------------------------------------------------------------------------

    def _inbound(self, home: SharedServices) -> None:
        """Every site network that the spoke reaches can query every address of the inbound endpoints."""
        if not home.dns.inbound:
            return
        endpoints = [e for e in self.facts.endpoints.values() if e.inbound is True and self._in_home(e)]
        unread = next((e.inbound for e in self.facts.endpoints.values() if isinstance(e.inbound, Unknown)), None)
        if not endpoints and unread is not None:
            self.unknown_results.append(UnknownResult("whether there is an inbound Resolver endpoint", unread.reason))
        elif not endpoints:
            self._found("dns-endpoint-missing", "there is no inbound Resolver endpoint", (self.vpc,), home.spoke.name)
        for endpoint in endpoints:
            for name, cidr in networks_reached(self.estate, self.estate.segment(home.spoke.segment)).items():
                network, site = ip_network(cidr), name.partition("/")[0]
                # The first and last host represent the network: security groups and routes are for whole networks.
                for address in {network[1], network[-2]} if network.num_addresses > 2 else {network[0]}:
                    for interface in interfaces(endpoint):
                        self._query(AtSite(site, address), interface, (endpoint.address,), name, home.spoke.name)

    def _forwards(self, home: SharedServices) -> None:
        for forward in home.dns.forwards:
            rules = [r for r in self.facts.rules.values() if r.domain == forward.domain and r.kind is RuleKind.FORWARD]
            wanted = set(servers(self.estate, forward))
            if not rules:
                why = f"no rule forwards {forward.domain}"
                self._found("dns-rule-differs", why, (self.vpc,), home.spoke.name, forward.domain)
            for rule in rules:
                given = {_server(*target) for target in rule.targets if not isinstance(target, Unknown)}
                not_evaluated = [target for target in rule.targets if isinstance(target, Unknown)]
                self.unknown_results += [
                    UnknownResult(f"where {rule.address} forwards to", unknown_reason.reason)
                    for unknown_reason in not_evaluated
                ]
                if not not_evaluated and given != wanted:
                    why = f"{forward.domain} is forwarded to {_listed(given)}; the intent states {_listed(wanted)}"
                    self._found("dns-rule-differs", why, (rule.address,), home.spoke.name, forward.domain)
                self._outbound(rule, forward.domain)

    def _outbound(self, rule: ResolverRule, domain: str) -> None:
        """Each interface of the rule's endpoint can query each DNS server."""
        endpoint = self.facts.endpoints.get(rule.endpoint) if isinstance(rule.endpoint, str) else None
        unread = rule.endpoint if endpoint is None else endpoint.inbound
        if isinstance(unread, Unknown):
            self.unknown_results.append(UnknownResult(f"the endpoint of {rule.address}", unread.reason))
            return
        if endpoint is None or endpoint.inbound is not False:
            why = f"the endpoint of {rule.address} is not an outbound Resolver endpoint of this input"
            self._found("dns-endpoint-missing", why, (rule.address,), self.home.spoke.name, domain)
            return
        for query in asked(self.engine, tuple(interfaces(endpoint)), rule.targets):
            about = (endpoint.address, rule.address)
            if query.trip is None:
                self._found("dns-path-blocked", query.nowhere, (rule.address,), self.home.spoke.name, domain)
            else:
                to = f"{query.target[0]} for {domain}"
                self._check_trip(query.trip, about, self.home.spoke.name, to)

    def _query(self, client: Position, server: Position, about: tuple[str, ...], source: str, destination: str) -> None:
        """One query and its response, in UDP and in TCP."""
        for protocol in PROTOCOLS:
            self._check_trip(self.engine.both_ways(Packet(client, server, protocol, DNS)), about, source, destination)

    def _check_trip(self, trip: RoundTrip, about: tuple[str, ...], source: str, destination: str) -> None:
        packet = trip.forward.packet
        if trip.outcome is Outcome.BLOCKED:
            why = "; ".join(f"{block.address}: {block.why}" for block in trip.blocks) or "the packet does not arrive"
            resources = (*(block.address for block in trip.blocks), *about)
            self._found("dns-path-blocked", f"{packet}: {why}", resources, source, destination)
        elif trip.outcome is Outcome.UNKNOWN:
            paths = (*trip.forward.paths, *trip.reply.paths)
            self.unknown_results.append(UnknownResult(f"{packet}", next((p.unknown for p in paths if p.unknown), "")))

    def _in_home(self, endpoint: ResolverEndpoint) -> bool:
        subnets = (self.network.subnets.get(str(interface.subnet)) for interface in endpoint.interfaces)
        return any(subnet is not None and subnet.vpc == self.vpc for subnet in subnets)

    # --- interface endpoints -----------------------------------------------------------------------------------------

    def _own_endpoints(self, spoke: Spoke) -> None:
        vpc = self.vpcs[spoke.name]
        for service in spoke.interface_endpoints:
            for endpoint in self._endpoints(vpc, spoke, SERVICES[service]):
                if endpoint.private_dns is not True:
                    why = f"the endpoint for {service} has no private DNS names"
                    self._found("service-name-missing", why, (endpoint.address,), spoke.name, service)
                self._check_groups(endpoint, {spoke.name: spoke.own_cidrs}, SERVICES[service])

    def _central(self, home: SharedServices) -> None:
        segment = self.estate.segment(home.spoke.segment)
        users = {spoke.name: spoke.routed_cidrs for _, spoke in served(self.estate)}
        sites = {name: (cidr,) for name, cidr in networks_reached(self.estate, segment).items()}
        endpoints: dict[str, VpcEndpoint] = {}
        for service in central_services(home.environment):
            for endpoint in self._endpoints(self.vpc, home.spoke, service):
                endpoints[service.name] = endpoint
                sites_only = for_sites_only(home, service)
                self._check_groups(endpoint, sites if sites_only else users | sites, service)
                if sites_only and endpoint.private_dns is not True:
                    why = f"the endpoint for {service.name} has no private DNS names for the sites"
                    self._found("service-name-missing", why, (endpoint.address,), home.spoke.name, service.name)
        for domain, (service, names) in service_zones(home, self.estate.region).items():
            if (endpoint_ := endpoints.get(service.name)) is not None:
                wanted = [*([domain] if names.apex else []), *([f"*.{domain}"] if names.wildcard else [])]
                self._check_names(endpoint_, service.name, domain, wanted)

    def _check_names(self, endpoint: VpcEndpoint, service: str, domain: str, names: Iterable[str]) -> None:
        """The private hosted zone of a service resolves its names to its endpoint."""
        zone = next((zone for zone in self.facts.zones.values() if zone.domain == domain), None)
        for name in names:
            found = found_in(zone, name.replace("*", ANY_NAME)) if zone is not None else Found(missing="no zone")
            if found.unknown:
                self.unknown_results.append(UnknownResult(f"what {name} resolves to", found.unknown))
            elif found.missing or any(record.endpoint != endpoint.address for record in found.records):
                about = [record.address for record in found.records]
                about += [zone.address, endpoint.address] if zone is not None else [endpoint.address]
                why = f"{name} does not resolve to the endpoint for {service}"
                why += f": {found.missing}" if zone is not None and found.missing else ""
                self._found("service-name-missing", why, about, self.home.spoke.name, service)

    def _endpoints(self, vpc: str, spoke: Spoke, service: Service) -> Iterator[VpcEndpoint]:
        wanted = service.endpoint_name(self.estate.region)
        found = [
            e
            for e in self.network.endpoints.values()
            if e.kind is EndpointKind.INTERFACE and e.vpc == vpc and e.service == wanted
        ]
        if not found:
            why = f"there is no interface endpoint for {service.name}"
            self._found("service-endpoint-missing", why, (vpc,), spoke.name, service.name)
        yield from found

    def _check_groups(self, endpoint: VpcEndpoint, users: Mapping[str, tuple[str, ...]], service: Service) -> None:
        """The endpoint's security groups allow all intended users, on all ports of the service."""
        for user, cidrs in users.items():
            for cidr, ports in product(cidrs, service.ports):
                sender, packets = span(ip_network(cidr)), Traffic(_TCP, ports)
                verdict = group_verdict(self.network, endpoint.security_groups, True, sender, (), packets)
                if isinstance(verdict, Block):
                    groups = [group for group in endpoint.security_groups if isinstance(group, str)]
                    self._found(
                        "service-endpoint-blocked", verdict.why, (endpoint.address, *groups), user, service.name
                    )
                elif verdict is not None:
                    self.unknown_results.append(UnknownResult(f"{user} -> endpoint for {service.name}", verdict.reason))

    # --- associations ------------------------------------------------------------------------------------------------

    def _associated(self, home: SharedServices) -> None:
        """Every served spoke is associated with the rules, zones, query logs and DNS firewall of the intent."""
        rules = {rule.domain for rule in self.facts.rules.values()}
        zones = {zone.domain for zone in self.facts.zones.values()}
        wanted = {f.domain for f in home.dns.forwards} & rules
        private = {z.domain for z in home.dns.private_zones}
        for domain in sorted(private - zones):
            self._found("dns-association-missing", f"there is no private zone {domain}", (self.vpc,), home.spoke.name)
        wanted |= (private | set(service_zones(home, self.estate.region))) & {str(zone) for zone in zones}
        for _, spoke in served(self.estate):
            vpc = self.vpcs.get(spoke.name)
            if vpc is None:
                continue
            held = self.facts.of(vpc)
            has = {self.facts.rules[a].domain for a in held if a in self.facts.rules}
            has |= {self.facts.zones[a].domain for a in held if a in self.facts.zones}
            missing = sorted(domain for domain in wanted if domain not in has)
            unknown_reason = next(self.facts.not_evaluated(vpc), None)
            self._check_logging(home, spoke, vpc, held, unknown_reason)
            if missing and unknown_reason is not None:
                self.unknown_results.append(
                    UnknownResult(f"whether {spoke.name} resolves {_listed(missing)}", unknown_reason.reason)
                )
            elif missing:
                why = f"its VPC is not associated with the rules or zones for {_listed(missing)}"
                self._found("dns-association-missing", why, (vpc,), spoke.name, missing[0])

    def _check_logging(
        self, home: SharedServices, spoke: Spoke, vpc: str, held: Collection[str], unknown_reason: Unknown | None
    ) -> None:
        """Queries of a VPC are logged, and filtered by the DNS firewall, if the intent states it."""
        wanted = (
            (home.dns.query_logs, self.facts.query_logs, "its queries are not logged", "are logged"),
            (
                home.dns.firewall is not None,
                self.facts.firewalls,
                "no DNS firewall filters its queries",
                "are filtered",
            ),
        )
        for stated, known, why, what in wanted:
            if stated and not any(thing in known for thing in held):
                if unknown_reason is not None:
                    self.unknown_results.append(
                        UnknownResult(f"whether the queries of {spoke.name} {what}", unknown_reason.reason)
                    )
                else:
                    self._found("dns-association-missing", why, (vpc,), spoke.name)


def _server(address: IPv4Address, port: int) -> str:
    return str(address) if port == DNS else f"{address} port {port}"


def _listed(names: Iterable[str | IPv4Address]) -> str:
    return ", ".join(sorted(map(str, names))) or "nothing"
