"""Finds the spokes, VPN connections, Direct Connect gateways and the egress VPC of the intent in the network.

A missing resource is a violation if its root module is in the input. Otherwise the result is unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network

from isthmus.intent import DirectConnectGateway, Environment, Estate, Inspection, Routing, Spoke
from isthmus.intent import VpnConnection as Connection
from isthmus.network.model import (
    AttachmentKind,
    Network,
    Site,
    Unknown,
    VpnConnection,
)
from isthmus.proof.checks.direct_connect import compared, may_be_associated, unnamed
from isthmus.proof.pairs.locations import Inventory, Location, Locations, in_order, site_networks, stated_prefixes
from isthmus.proof.pairs.published import with_published
from isthmus.proof.pairs.translated import vpcs_with_cidr
from isthmus.proof.result.findings import UnknownResult, Violation

NOT_GIVEN = Unknown("the environments of its connections are not in this input")


@dataclass(frozen=True)
class Binding:
    """The locations of the intent in the network.

    - `vpcs`: the address of the VPC, by spoke. `vpns`: the address of the VPN connection, by name. `dx_gateways`: the
      address of the Direct Connect gateway, by name.
    - `egress`: the address of the egress VPC, or "".
    - `others`: the addresses of attached VPCs that are not in the intent.
    - `violations`, `unknown_results`: resources that are missing, differ, or are not in the intent.
    """

    locations: Locations
    vpcs: dict[str, str] = field(default_factory=dict)
    vpns: dict[str, str] = field(default_factory=dict)
    dx_gateways: dict[str, str] = field(default_factory=dict)
    egress: str = ""
    others: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()
    unknown_results: tuple[UnknownResult, ...] = ()


def bind(estate: Estate, network: Network, roots: Collection[str]) -> Binding:
    """Find the resources of the intent. `roots` are the names of the root modules in the input."""
    return _Binder(estate, network, roots).bind()


class _Binder:
    def __init__(self, estate: Estate, network: Network, roots: Collection[str]) -> None:
        self.estate = estate
        self.network = network
        self.inventory = Inventory(network)
        # A root module that was read alone has no name.
        self.roots = set(roots)
        self.violations: list[Violation] = []
        self.unknown_results: list[UnknownResult] = []
        self.may_exist: dict[str, str] = {}
        self.attached = {
            kind: {a.attached for a in network.attachments.values() if a.kind is kind} for kind in AttachmentKind
        }

    def bind(self) -> Binding:
        vpcs = {spoke.name: vpc for environment, spoke in self.estate.spokes if (vpc := self._vpc(environment, spoke))}
        vpns = {
            connection.name: address
            for environment in self.estate.environments
            for connection in environment.vpn_connections
            if (address := self._vpn(environment, connection))
        }
        dx_gateways = {
            gateway.name: address
            for environment in self.estate.environments
            for gateway in environment.direct_connect
            if (address := self._direct_connect(environment, gateway))
        }
        routable = {spoke.name: spoke.routable_cidr for _, spoke in self.estate.spokes}
        spokes = {spoke.name: spoke for _, spoke in self.estate.spokes}
        locations: list[Location] = [
            with_published(
                self.estate, self.network, spokes[name], self.inventory.spoke(name, vpc, routable=routable[name])
            )
            for name, vpc in vpcs.items()
        ]
        for site in self.estate.sites:
            locations += site_networks(site.name, site.networks)
        egress = self._egress()
        connections = {*vpns.values(), *dx_gateways.values()}
        self.violations += self._unintended({*vpcs.values(), *connections, egress, *self._firewalls()})
        others = self.attached[AttachmentKind.VPC] - {*vpcs.values(), egress}
        return Binding(
            Locations(in_order(locations), self._sites(vpns, dx_gateways), self._segments(), may_exist=self.may_exist),
            vpcs,
            vpns,
            dx_gateways,
            egress,
            tuple(sorted(vpc for vpc in others if isinstance(vpc, str))),
            tuple(self.violations),
            tuple(self.unknown_results),
        )

    # --- spokes ---

    def _vpc(self, environment: Environment, spoke: Spoke) -> str:
        found = vpcs_with_cidr(self.estate, self.network, spoke)
        if not found:
            why = f"no VPC has the CIDR {spoke.cidr}"
            unknown_reason = self._unknown_cidr()
            self._missing("spoke-missing", environment, f"spoke {spoke.name}", why, spoke.name, unknown_reason)
            return ""
        if len(found) > 1:
            self.violations.append(
                Violation("spoke-missing", f"{len(found)} VPCs have the CIDR {spoke.cidr}", found, spoke.name)
            )
        vpc = found[0]
        missing = {ip_network(c) for c in spoke.vpc_cidrs[1:]} - set(self.inventory.cidrs(vpc))
        unknown = next((c for c in self.network.vpcs[vpc].cidrs if isinstance(c, Unknown)), None)
        if missing and unknown is not None:
            self.unknown_results.append(UnknownResult(f"the secondary CIDRs of spoke {spoke.name}", unknown.reason))
        elif missing:
            named = ", ".join(sorted(map(str, missing)))
            self.violations.append(
                Violation("spoke-missing", f"its VPC has no secondary CIDR {named}", (vpc,), spoke.name)
            )
        if vpc not in self.attached[AttachmentKind.VPC]:
            why = "its VPC is not attached to a transit gateway"
            self._unattached(Violation("spoke-missing", why, (vpc,), spoke.name))
        return vpc

    def _unknown_cidr(self) -> str:
        """Why a VPC may exist without being found by its CIDR, or ""."""
        for vpc in self.network.vpcs.values():
            unknown = next((c for c in vpc.cidrs if isinstance(c, Unknown)), None)
            if unknown is not None:
                return f"a CIDR of {vpc.address}: {unknown.reason}"
        return next((f"how many {address} there are is not known" for address in self.network.possible.vpcs), "")

    def _unattached(self, violation: Violation) -> None:
        """Record that a VPC has no attachment. The result is unknown if it may have one."""
        (vpc, *_) = violation.resources
        possible = self.network.possible
        for address, attachment in (*possible.attachments.items(), *self.network.attachments.items()):
            maybe = attachment.attached == vpc and address in possible.attachments
            if attachment.kind is AttachmentKind.VPC and (maybe or isinstance(attachment.attached, Unknown)):
                why = possible.unaccepted.get(address, f"whether {address} attaches {vpc}")
                self.unknown_results.append(UnknownResult(f"the attachment of {vpc}", why))
                return
        self.violations.append(violation)

    # --- the egress VPC ---

    def _egress(self) -> str:
        """The egress VPC, by its CIDR."""
        egress = self.estate.egress
        if egress is None:
            return ""
        found = self.inventory.vpcs_by_cidr.get(ip_network(egress.cidr), ())
        if not found:
            environment, why = self.estate.egress_environment, f"no VPC has the CIDR {egress.cidr}"
            self._missing("egress-vpc-missing", environment, f"egress VPC {egress.name}", why, "", self._unknown_cidr())
            return ""
        if found[0] not in self.attached[AttachmentKind.VPC]:
            why = f"egress VPC {egress.name} is not attached to a transit gateway"
            self._unattached(Violation("egress-vpc-missing", why, found[:1]))
        return found[0]

    def _firewalls(self) -> Iterator[str]:
        """The firewalls on the transit gateway, if the intent has one there."""
        if self.estate.egress is not None and self.estate.egress.inspection is Inspection.GATEWAY:
            yield from self.network.firewalls

    # --- VPN connections ---

    def _vpn(self, environment: Environment, connection: Connection) -> str:
        site, gateway = self.estate.customer_gateway(connection.customer_gateway)
        names = {connection.name, f"{self.estate.prefix}-{connection.name}"}
        found = [vpn for vpn in self.network.vpns.values() if vpn.name in names]
        if not found:
            found = [vpn for vpn in self.network.vpns.values() if self._far_end(vpn) == gateway.ip_address]
        if len(found) != 1:
            why = f"no VPN connection has the name {connection.name}, or is the only one to {gateway.ip_address}"
            unknown = next((f"how many {address} there are is not known" for address in self.network.possible.vpns), "")
            self._missing("connection-missing", environment, f"connection {connection.name}", why, site.name, unknown)
            return ""
        vpn = found[0]
        self._compare(connection, vpn, site.name)
        if vpn.address not in self.attached[AttachmentKind.VPN] | self.attached[AttachmentKind.PRIVATE_VPN]:
            why = f"connection {connection.name} does not end at a transit gateway"
            self.violations.append(Violation("connection-missing", why, (vpn.address,), site.name))
        return vpn.address

    def _far_end(self, vpn: VpnConnection) -> str | None:
        gateway = (
            self.network.customer_gateways.get(vpn.customer_gateway) if isinstance(vpn.customer_gateway, str) else None
        )
        return gateway.ip if gateway and isinstance(gateway.ip, str) else None

    def _compare(self, connection: Connection, vpn: VpnConnection, site: str) -> None:
        """Compare routing, customer gateway address and ASN. Unknown values matter only to the flows that need them."""
        _, stated = self.estate.customer_gateway(connection.customer_gateway)
        static = connection.routing is Routing.STATIC
        if isinstance(vpn.static, bool) and vpn.static is not static:
            actual, intended = ("static", "BGP") if vpn.static else ("BGP", "static")
            self._differs(f"its routing is {actual}; the intent states {intended}", (vpn.address,), site)
        self._compare_carriers(connection, vpn, site)
        gateway = (
            self.network.customer_gateways.get(vpn.customer_gateway) if isinstance(vpn.customer_gateway, str) else None
        )
        if gateway is None:
            return
        if isinstance(gateway.ip, str) and gateway.ip != stated.ip_address:
            why = f"its customer gateway is {gateway.ip}; the intent states {stated.ip_address}"
            self._differs(why, (gateway.address, vpn.address), site)
        if isinstance(gateway.asn, int) and gateway.asn != stated.bgp_asn:
            why = f"its customer gateway has ASN {gateway.asn}; the intent states {stated.bgp_asn}"
            self._differs(why, (gateway.address, vpn.address), site)

    def _compare_carriers(self, connection: Connection, vpn: VpnConnection, site: str) -> None:
        """Compare what carries the tunnels: the internet, or a Direct Connect gateway."""
        if connection.over is None:
            if vpn.private is True:
                self._differs("it runs over Direct Connect; the intent states the internet", (vpn.address,), site)
            return
        if vpn.private is False:
            why = f"it runs over the internet; the intent states Direct Connect gateway {connection.over}"
            self._differs(why, (vpn.address,), site)
            return
        transport = self.network.attachments.get(vpn.transport) if isinstance(vpn.transport, str) else None
        carrier = self.network.dx_gateways.get(str(transport.attached)) if transport is not None else None
        if vpn.private is not True or carrier is None or not carrier.name:
            self.unknown_results.append(
                UnknownResult(f"what carries the tunnels of {connection.name}", _unknown_carrier(vpn))
            )
        elif carrier.name != connection.over:
            why = f"it runs over {carrier.address}; the intent states Direct Connect gateway {connection.over}"
            self._differs(why, (vpn.address, carrier.address), site)

    def _differs(self, why: str, resources: tuple[str, ...], site: str) -> None:
        self.violations.append(Violation("connection-differs", why, resources, site))

    # --- Direct Connect ---

    def _direct_connect(self, environment: Environment, gateway: DirectConnectGateway) -> str:
        found = [dx for dx in self.network.dx_gateways.values() if dx.name == gateway.name]
        if len(found) != 1:
            why, what = f"{len(found)} Direct Connect gateways have", f"Direct Connect gateway {gateway.name}"
            site, unknown = self.estate.site_of(gateway).name, unnamed(self.network)
            self._missing("connection-missing", environment, what, f"{why} the name {gateway.name}", site, unknown)
            return ""
        attached = found[0].address in self.attached[AttachmentKind.DX_GATEWAY]
        perhaps = may_be_associated(self.network, found[0].address)
        violations, unknown_results = compared(
            self.estate, gateway, found[0], attached=attached, may_be_attached=perhaps
        )
        self.violations += violations
        self.unknown_results += unknown_results
        return found[0].address

    # --- sites ---

    def _sites(self, vpns: dict[str, str], dx_gateways: dict[str, str]) -> tuple[Site, ...]:
        sites = []
        for site in self.estate.sites:
            ours = tuple(
                (vpns if isinstance(c, Connection) else dx_gateways)[c.name]
                for c in self.estate.connections
                if c.name in (vpns if isinstance(c, Connection) else dx_gateways)
                and self.estate.site_of(c).name == site.name
            )
            over = {
                dx_gateways[gateway.name]: stated_prefixes(self.estate.advertised_on(gateway))
                for gateway in self.estate.direct_connect
                if gateway.name in dx_gateways
                and (gateway.advertises is not None or self.estate.private_vpns(gateway))
                and self.estate.site_of(gateway).name == site.name
            }
            networks = tuple(ip_network(cidr) for cidr in site.networks.values())
            # If the root modules of its connections are not in the input, the site may still be connected.
            prefixes = stated_prefixes(site.advertises) if ours or not self._elsewhere(site.name) else NOT_GIVEN
            translated = {ip_network(known): ip_network(own) for known, own in site.translations.values()}
            sites.append(Site(site.name, ours, prefixes, networks, over, translated=translated))
        return tuple(sites)

    def _segments(self) -> dict[str, tuple[str, ...]]:
        members: dict[str, dict[str, None]] = {segment.name: {} for segment in self.estate.segments}
        for _, spoke in self.estate.spokes:
            members[self.estate.segment(spoke.segment).name][spoke.name] = None
        for connection in self.estate.connections:
            members[self.estate.segment(connection.segment).name][self.estate.site_of(connection).name] = None
        return {name: tuple(sorted(found)) for name, found in members.items()}

    def _elsewhere(self, site: str) -> bool:
        """Whether a site has connections in environments that are not in the input."""
        return any(
            environment.name not in self.roots and self.estate.site_of(connection).name == site
            for environment in self.estate.environments
            for connection in environment.connections
        )

    # --- other attachments ---

    def _unintended(self, known: Collection[str]) -> Iterator[Violation]:
        """Attachments of resources that are not in the intent."""
        for attachment in self.network.attachments.values():
            attached = attachment.attached
            if isinstance(attached, Unknown):
                self.unknown_results.append(UnknownResult(attachment.address, f"what is attached is {attached}"))
            elif attached in self.network.vpcs and any(
                isinstance(cidr, Unknown) for cidr in self.network.vpcs[attached].cidrs
            ):
                self.unknown_results.append(
                    UnknownResult(attachment.address, f"what {attached} is: its CIDR is not known")
                )
            elif attached not in known:
                why = f"{attached} is attached ({attachment.kind.value}), and is not in the intent"
                yield Violation("unintended-attachment", why, (attachment.address, attached))

    def _missing(
        self, rule: str, environment: Environment, what: str, why: str, source: str, unknown_reason: str = ""
    ) -> None:
        if not unknown_reason and environment.name in self.roots:
            self.violations.append(Violation(rule, f"{why}", (), source))
            return
        reason = f"it may exist: {unknown_reason}"
        if not unknown_reason:
            reason = f"its environment {environment.name} is not in this input"
        if rule == "spoke-missing":
            self.may_exist[source] = reason
        self.unknown_results.append(UnknownResult(what, f"{why}; {reason}"))


def _unknown_carrier(vpn: VpnConnection) -> str:
    """Why it is not known what carries the tunnels of a connection."""
    for value in (vpn.private, vpn.transport):
        if isinstance(value, Unknown):
            return value.reason
    return f"{vpn.address} names no attachment of a Direct Connect gateway whose name is known"
