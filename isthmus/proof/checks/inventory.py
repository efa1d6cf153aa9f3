"""The intent laid over the network: which VPC is which spoke, which VPN connection which, what is missing.

What is missing because its root was not given is unanswered; what is missing although its root is there is a violation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network

from isthmus.intent import Environment, Estate, Inspection, Routing, Spoke
from isthmus.intent import VpnConnection as Connection
from isthmus.network.model import (
    AttachmentKind,
    Network,
    Site,
    Unknown,
    VpnConnection,
)
from isthmus.proof.pairs.locations import Inventory, Location, Locations, advertisements, in_order, site_networks
from isthmus.proof.result.findings import UnknownResult, Violation

NOT_GIVEN = Unknown("the environments of its connections are not in this input")


@dataclass(frozen=True)
class Binding:
    """The places of the intent as the network has them.

    - `vpcs`: address of the VPC, by spoke. `vpns`: address of the connection, by connection name.
    - `egress`: address of the egress VPC, or "".
    - `others`: addresses of attached VPCs that no spoke is.
    - `violations`, `unanswered`: what is missing, differs, or is not in the intent.
    """

    locations: Locations
    vpcs: dict[str, str] = field(default_factory=dict)
    vpns: dict[str, str] = field(default_factory=dict)
    egress: str = ""
    others: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()
    unknown_results: tuple[UnknownResult, ...] = ()


def bind(estate: Estate, network: Network, roots: Collection[str]) -> Binding:
    """Find everything the intent names. `roots` are the names of the root modules that were read."""
    return _Binder(estate, network, roots).bind()


class _Binder:
    def __init__(self, estate: Estate, network: Network, roots: Collection[str]) -> None:
        self.estate = estate
        self.network = network
        self.inventory = Inventory(network)
        # One root read alone has no name, nor do roots that were named for something else than environments.
        self.roots = set(roots)
        self.violations: list[Violation] = []
        self.unknown_results: list[UnknownResult] = []
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
        locations: list[Location] = [self.inventory.spoke(name, vpc) for name, vpc in vpcs.items()]
        for site in self.estate.sites:
            locations += site_networks(site.name, site.networks)
        egress = self._egress()
        self.violations += self._overlooked({*vpcs.values(), *vpns.values(), egress, *self._firewalls()})
        others = self.attached[AttachmentKind.VPC] - {*vpcs.values(), egress}
        return Binding(
            Locations(in_order(locations), self._sites(vpns), self._segments()),
            vpcs,
            vpns,
            egress,
            tuple(sorted(vpc for vpc in others if isinstance(vpc, str))),
            tuple(self.violations),
            tuple(self.unknown_results),
        )

    # --- spokes ---

    def _vpc(self, environment: Environment, spoke: Spoke) -> str:
        cidr = ip_network(spoke.cidr)
        found = self.inventory.vpcs_by_cidr.get(cidr, ())
        if not found:
            wanted = f"no VPC with {spoke.cidr}"
            unknown_reason = self._vague_vpc()
            self._missing("spoke-missing", environment, f"spoke {spoke.name}", wanted, spoke.name, unknown_reason)
            return ""
        if len(found) > 1:
            self.violations.append(
                Violation("spoke-missing", f"{len(found)} VPCs have {spoke.cidr}: which one is it?", found, spoke.name)
            )
        vpc = found[0]
        missing = {ip_network(c) for c in spoke.secondary_cidrs} - set(self.inventory.cidrs(vpc))
        vague = next((c for c in self.network.vpcs[vpc].cidrs if isinstance(c, Unknown)), None)
        if missing and vague is not None:
            self.unknown_results.append(UnknownResult(f"the secondary ranges of spoke {spoke.name}", vague.reason))
        elif missing:
            named = ", ".join(sorted(map(str, missing)))
            self.violations.append(
                Violation("spoke-missing", f"its VPC lacks the secondary range {named}", (vpc,), spoke.name)
            )
        if vpc not in self.attached[AttachmentKind.VPC]:
            why = "its VPC is not attached to a transit gateway"
            self._unattached(Violation("spoke-missing", why, (vpc,), spoke.name))
        return vpc

    def _vague_vpc(self) -> str:
        """Why a VPC may be there without being found by its CIDR, or ""."""
        for vpc in self.network.vpcs.values():
            vague = next((c for c in vpc.cidrs if isinstance(c, Unknown)), None)
            if vague is not None:
                return f"a CIDR of {vpc.address}: {vague.reason}"
        return next((f"how many {address} there are is not known" for address in self.network.possible.vpcs), "")

    def _unattached(self, violation: Violation) -> None:
        """A violation: a VPC has no attachment. Where it may have one that is not known, that is not answered."""
        (vpc, *_) = violation.resources
        possible = self.network.possible
        for address, attachment in (*possible.attachments.items(), *self.network.attachments.items()):
            maybe = attachment.attached == vpc and address in possible.attachments
            if attachment.kind is AttachmentKind.VPC and (maybe or isinstance(attachment.attached, Unknown)):
                why = possible.unaccepted.get(address, f"whether {address} attaches {vpc}")
                self.unknown_results.append(UnknownResult(f"the attachment of {vpc}", why))
                return
        self.violations.append(violation)

    # --- the central way out: nobody's place to be ---

    def _egress(self) -> str:
        """The egress VPC, by its CIDR."""
        egress = self.estate.egress
        if egress is None:
            return ""
        found = self.inventory.vpcs_by_cidr.get(ip_network(egress.cidr), ())
        if not found:
            environment, wanted = self.estate.egress_environment, f"no VPC with {egress.cidr}"
            self._missing("egress-vpc-missing", environment, f"egress VPC {egress.name}", wanted, "", self._vague_vpc())
            return ""
        if found[0] not in self.attached[AttachmentKind.VPC]:
            why = f"egress VPC {egress.name} is not attached to a transit gateway"
            self._unattached(Violation("egress-vpc-missing", why, found[:1]))
        return found[0]

    def _firewalls(self) -> Iterator[str]:
        """Firewalls on the gateway, where the intent has one there."""
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
            wanted = f"no VPN connection named {connection.name}, nor one to {gateway.ip_address} alone"
            vague = next((f"how many {address} there are is not known" for address in self.network.possible.vpns), "")
            self._missing("connection-missing", environment, f"connection {connection.name}", wanted, site.name, vague)
            return ""
        vpn = found[0]
        self._compare(connection, vpn, site.name)
        if vpn.address not in self.attached[AttachmentKind.VPN]:
            why = f"connection {connection.name} does not end at a transit gateway"
            self.violations.append(Violation("connection-missing", why, (vpn.address,), site.name))
        return vpn.address

    def _far_end(self, vpn: VpnConnection) -> str | None:
        gateway = (
            self.network.customer_gateways.get(vpn.customer_gateway) if isinstance(vpn.customer_gateway, str) else None
        )
        return gateway.ip if gateway and isinstance(gateway.ip, str) else None

    def _compare(self, connection: Connection, vpn: VpnConnection, site: str) -> None:
        """Routing, far address and ASN as stated; what is unknown here is left to the flows that need it."""
        _, meant = self.estate.customer_gateway(connection.customer_gateway)
        static = connection.routing is Routing.STATIC
        if isinstance(vpn.static, bool) and vpn.static is not static:
            is_, should = ("static", "BGP") if vpn.static else ("BGP", "static")
            self._differs(f"its routing is {is_}, and {should} in the intent", (vpn.address,), site)
        gateway = (
            self.network.customer_gateways.get(vpn.customer_gateway) if isinstance(vpn.customer_gateway, str) else None
        )
        if gateway is None:
            return
        if isinstance(gateway.ip, str) and gateway.ip != meant.ip_address:
            why = f"its customer gateway is {gateway.ip}, and {meant.ip_address} in the intent"
            self._differs(why, (gateway.address, vpn.address), site)
        if isinstance(gateway.asn, int) and gateway.asn != meant.bgp_asn:
            why = f"its customer gateway has ASN {gateway.asn}, and {meant.bgp_asn} in the intent"
            self._differs(why, (gateway.address, vpn.address), site)

    def _differs(self, why: str, resources: tuple[str, ...], site: str) -> None:
        self.violations.append(Violation("connection-differs", why, resources, site))

    def _sites(self, vpns: dict[str, str]) -> tuple[Site, ...]:
        sites = []
        for site in self.estate.sites:
            ours = tuple(
                vpns[c.name]
                for c in self.estate.vpn_connections
                if c.name in vpns and self.estate.site_of(c).name == site.name
            )
            networks = tuple(ip_network(cidr) for cidr in site.networks.values())
            # Where the roots of its connections were not given, nobody says that it is cut off.
            said = advertisements(site.advertises) if ours or not self._elsewhere(site.name) else NOT_GIVEN
            sites.append(Site(site.name, ours, said, networks))
        return tuple(sites)

    def _segments(self) -> dict[str, tuple[str, ...]]:
        members: dict[str, dict[str, None]] = {segment.name: {} for segment in self.estate.segments}
        for _, spoke in self.estate.spokes:
            members[self.estate.segment(spoke.segment).name][spoke.name] = None
        for connection in self.estate.vpn_connections:
            members[self.estate.segment(connection.segment).name][self.estate.site_of(connection).name] = None
        return {name: tuple(sorted(found)) for name, found in members.items()}

    def _elsewhere(self, site: str) -> bool:
        """Whether a site has connections in environments that were not given."""
        return any(
            environment.name not in self.roots and self.estate.site_of(connection).name == site
            for environment in self.estate.environments
            for connection in environment.vpn_connections
        )

    # --- the rest ---

    def _overlooked(self, known: Collection[str]) -> Iterator[Violation]:
        """Attachments of what the intent does not know."""
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
                why = f"{attached} is attached ({attachment.kind.value}), and the intent has no such thing"
                yield Violation("not-in-intent", why, (attachment.address, attached))

    def _missing(
        self, rule: str, environment: Environment, what: str, why: str, source: str, unknown_reason: str = ""
    ) -> None:
        if unknown_reason:
            self.unknown_results.append(UnknownResult(what, f"{why}; it may be there: {unknown_reason}"))
        elif environment.name in self.roots:
            self.violations.append(Violation(rule, f"{why}", (), source))
        else:
            self.unknown_results.append(
                UnknownResult(what, f"{why}; its environment {environment.name} is not in this input")
            )
