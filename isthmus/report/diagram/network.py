"""The boxes and lines of a network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from isthmus.network.model import (
    Attachment,
    AttachmentKind,
    Cidr,
    CustomerGateway,
    DxGateway,
    Firewall,
    GatewayKind,
    Network,
    Site,
    TgwTable,
    TransitGateway,
    Unknown,
    VirtualInterface,
    Vpc,
    VpnConnection,
)
from isthmus.report.diagram.drawing import Box, BoxKind, Connector, Drawing, Frame, Link, shortened, some_lines
from isthmus.report.diagram.vpcs import contents, counted
from isthmus.text.listing import some

INTERNET = "internet"
ON_PREMISES = "on-premises"
UNPLACED = "in an unknown VPC"
OWN = "own prefix"  # a static route to the VPC's own prefix: spokes with such a route stay equivalent

_GATEWAYS = {GatewayKind.INTERNET: "internet gateway", GatewayKind.EGRESS_ONLY: "egress-only internet gateway"}


def drawn(
    network: Network,
    sites: Sequence[Site] = (),
    accounts: Mapping[str, str] | None = None,
    locations: Mapping[str, str] | None = None,
) -> Drawing:
    """The drawing of a network. `accounts` are names of accounts by id.

    `locations` are the locations of virtual interfaces by name, which Terraform does not state.
    """
    return _Draughtsman(network, sites, accounts or {}, locations or {}).drawing()


class _Draughtsman:
    """Collects the boxes, frames and lines of one drawing."""

    def __init__(
        self, network: Network, sites: Sequence[Site], accounts: Mapping[str, str], locations: Mapping[str, str]
    ) -> None:
        self.network = network
        self.sites = sites
        self.accounts = accounts
        self.locations = locations
        self.regions = {vpc.region for vpc in network.vpcs.values() if vpc.region}
        self.contents = contents(network)
        self.attached = {attachment.attached for attachment in network.attachments.values()}
        self.boxes: dict[str, Box] = {}
        self.frames: dict[str, Frame] = {}
        self.lines: set[Connector] = set()

    def drawing(self) -> Drawing:
        for vpc in self.network.vpcs.values():
            self._vpc(vpc)
        self._firewalls()
        if self.contents.get(""):
            self._put(Box(UNPLACED, BoxKind.VPC, UNPLACED, says=tuple(self.contents[""]), unlike=True))
        for gateway in self.network.customer_gateways.values():
            self._customer_gateway(gateway)
        self._gateways()
        for vpn in self.network.vpns.values():
            self._vpn(vpn)
        for dx in self.network.dx_gateways.values():
            self._dx_gateway(dx)
        for site in self.sites:
            self._site(site)
        self._peerings()
        self._transit_gateways()
        for address in sorted(self.network.attachments):
            self._attachment(self.network.attachments[address])
        self._transports()
        for table in self.network.tgw_tables.values():
            self._table(table)
        return Drawing(
            tuple(sorted(self.frames.values(), key=lambda frame: frame.key)),
            tuple(sorted(self.boxes.values(), key=lambda box: box.key)),
            tuple(sorted(self.lines)),
        )

    def _put(self, box: Box) -> None:
        self.boxes[box.key] = box

    def _frame(self, key: str, title: str, each: str = "") -> str:
        self.frames[key] = Frame(key, title, each)
        return key

    def _line(self, a: str, b: str, link: Link = Link.CONNECTS, label: str = "") -> None:
        self.lines.add(Connector(a, b, link, label))

    def _say(self, key: str, line: str) -> None:
        if line not in self.boxes[key].says:
            self.boxes[key] = self.boxes[key].saying(line)

    # --- VPCs, and gateways and peerings of VPCs

    def _vpc(self, vpc: Vpc) -> None:
        cidrs = _in_order(cidr for cidr in vpc.cidrs if not isinstance(cidr, Unknown))
        unknown = ["an unknown prefix"] * (len(cidrs) < len(vpc.cidrs))
        says = (*unknown, *self.contents[vpc.address])
        self._put(Box(vpc.address, BoxKind.VPC, _named(vpc), cidrs, says, self._account(vpc)))

    def _account(self, vpc: Vpc) -> str:
        """The frame of a VPC's account, and of its Region if there are several Regions."""
        name = f"{self.accounts.get(vpc.account, '')} {vpc.account}".strip() if vpc.account else ""
        parts = [f"account {name}"] * bool(name) + [vpc.region or "unknown Region"] * (len(self.regions) > 1)
        each = "accounts and Regions" if len(self.regions) > 1 else "accounts"
        return self._frame(f"account {vpc.account} {vpc.region}", " in ".join(parts), each) if parts else ""

    def _firewalls(self) -> None:
        for firewall in self.network.firewalls.values():
            if firewall.gateway is not None:
                self._put(Box(firewall.address, BoxKind.FIREWALL, _named(firewall)))

    def _gateways(self) -> None:
        for gateway in self.network.gateways.values():
            vpc = gateway.vpc if isinstance(gateway.vpc, str) and gateway.vpc in self.boxes else ""
            if gateway.kind is GatewayKind.VPN:
                self._put(Box(gateway.address, BoxKind.VPN_GATEWAY, shortened(gateway.address), says=_asn(gateway.asn)))
                if vpc:
                    self._line(gateway.address, vpc)
                else:
                    self._say(gateway.address, "attached to no VPC in this input")
            elif vpc:
                self._put(Box(INTERNET, BoxKind.INTERNET, unlike=True))
                self._line(vpc, INTERNET, label=_GATEWAYS[gateway.kind])

    def _peerings(self) -> None:
        for peering in self.network.peerings.values():
            here = [end for end in (peering.requester, peering.peer) if isinstance(end, str) and end in self.boxes]
            if len(here) == 2:
                self._line(min(here), max(here), Link.PEERING, "peering")
                continue
            says = ("its other side is not in this input",) if here else ("neither side is in this input",)
            self._put(Box(peering.address, BoxKind.PEERING, shortened(peering.address), says=says))
            for end in here:
                self._line(end, peering.address)

    # --- on-premises

    def _customer_gateway(self, gateway: CustomerGateway) -> None:
        frame = self._frame(ON_PREMISES, ON_PREMISES)
        name = shortened(gateway.ip if isinstance(gateway.ip, str) else gateway.address)
        self._put(Box(gateway.address, BoxKind.CUSTOMER_GATEWAY, name, says=_asn(gateway.asn), frame=frame))

    def _vpn(self, vpn: VpnConnection) -> None:
        routing = "unknown routing" if isinstance(vpn.static, Unknown) else "static" if vpn.static else "BGP"
        says = [", ".join([counted(len(vpn.tunnels), "tunnel"), routing, *["accelerated"] * (vpn.accelerated is True)])]
        if vpn.static_routes:
            says.append(f"static routes {some(_prefixes(vpn.static_routes))}")
        self._put(Box(vpn.address, BoxKind.VPN, _named(vpn), says=tuple(says)))
        if isinstance(vpn.customer_gateway, str) and vpn.customer_gateway in self.boxes:
            self._line(vpn.customer_gateway, vpn.address, Link.TUNNELS)
        if isinstance(vpn.gateway, str) and vpn.gateway in self.network.gateways:
            self._line(vpn.address, vpn.gateway)
        elif vpn.address not in self.attached:
            self._say(vpn.address, "ends at a gateway that is not in this input")

    def _dx_gateway(self, dx: DxGateway) -> None:
        allowed = sorted({prefix for prefixes in dx.allowed.values() for prefix in _prefixes(prefixes)})
        says = (
            *_asn(dx.asn),
            *([f"allowed prefixes {some(allowed)}"] if allowed else []),
            *sorted(map(self._virtual_interface, dx.known_interfaces)),
            *["an unknown number of virtual interfaces"] * isinstance(dx.interfaces, Unknown),
        )
        self._put(Box(dx.address, BoxKind.DX_GATEWAY, _named(dx), says=says))
        for gateway in dx.allowed:
            if gateway in self.network.gateways:
                self._line(dx.address, gateway)

    def _virtual_interface(self, interface: VirtualInterface) -> str:
        location = interface.location or self.locations.get(interface.name, "")
        return f"virtual interface {shortened(interface.name or interface.address)}" + (
            f" at {shortened(location)}" if location else ""
        )

    def _site(self, site: Site) -> None:
        key = f"site {site.name}"
        says: tuple[str, ...] = ()
        if not isinstance(site.advertises, Unknown):
            more = [advertised.prefix for advertised in site.advertises if advertised.prefix not in site.networks]
            says = (f"advertises {some(_prefixes(more))}",) if more else ()
        frame = self._frame(ON_PREMISES, ON_PREMISES)
        self._put(Box(key, BoxKind.SITE, shortened(site.name), _in_order(site.networks), says, frame))
        for connection in site.connections:
            vpn = self.network.vpns.get(connection)
            end = vpn.customer_gateway if vpn else connection
            end = end if isinstance(end, str) and end in self.boxes else connection
            if end in self.boxes:
                self._line(key, end)

    # --- transit gateways

    def _transit_gateways(self) -> None:
        with_tables = {table.gateway for table in self.network.tgw_tables.values()}
        for gateway in self.network.transit_gateways.values():
            name = _named(gateway)
            frame = self._frame(gateway.address, f"transit gateway {name}")
            if gateway.address not in with_tables:
                says = ("no route table in this input",)
                self._put(
                    Box(f"{gateway.address}, itself", BoxKind.TRANSIT_GATEWAY, name, (), says, frame, unlike=True)
                )

    def _attachment(self, attachment: Attachment) -> None:
        key = self._box_of(attachment)
        if key not in self.boxes:
            self._put(Box(key, BoxKind.ATTACHMENT, shortened(key), says=tuple(self._attached(attachment))))
        if attachment.appliance_mode is True and attachment.kind is AttachmentKind.VPC:
            self._say(key, "appliance mode")
        if isinstance(attachment.gateway, Unknown) or attachment.gateway not in self.network.transit_gateways:
            self._say(key, "attached to a transit gateway that is not in this input")
        if attachment.policy_table is not None:
            self._say(key, "associated with a policy table")
        elif attachment.table is None:
            self._say(key, "associated with no route table")
        elif isinstance(attachment.table, Unknown) or attachment.table not in self.network.tgw_tables:
            self._say(key, "associated with a route table that is not in this input")
        else:
            self._line(key, attachment.table, Link.ASSOCIATED)

    def _transports(self) -> None:
        """Lines from Connect attachments and private IP VPNs to their transport attachments."""
        for attachment in self.network.attachments.values():
            carrier = self.network.attachments.get(str(attachment.transport))
            if carrier is not None:
                self._line(self._box_of(attachment), self._box_of(carrier), label="carried by")

    def _box_of(self, attachment: Attachment) -> str:
        """The box at which the lines of an attachment start: the attached resource, or else the attachment."""
        attached = attachment.attached
        return attached if isinstance(attached, str) and attached in self.boxes else attachment.address

    def _attached(self, attachment: Attachment) -> Iterator[str]:
        """The text of an attachment that has its own box."""
        known = isinstance(attachment.attached, str)
        gateway = self.network.transit_gateways.get(str(attachment.attached))
        what = _named(gateway) if gateway else attachment.attached if known else "an unknown resource"
        yield f"{attachment.kind.value} with {what}"

    def _table(self, table: TgwTable) -> None:
        blackholes = [_destination(route.destination) for route in table.routes if route.attachment is None]
        unknown = [_destination(route.destination) for route in table.routes if isinstance(route.attachment, Unknown)]
        says = [f"{prefix} to blackhole" for prefix in some_lines(sorted(blackholes))]
        says += [f"{prefix} to an unknown target" for prefix in some_lines(sorted(unknown))]
        frame = table.gateway if isinstance(table.gateway, str) and table.gateway in self.frames else ""
        for end in table.propagations:
            if isinstance(end, str):
                self._line(self._box_of(self.network.attachments[end]), table.address, Link.PROPAGATES)
        learns = sum(isinstance(end, Unknown) for end in table.propagations)
        says += [f"{counted(learns, 'propagation')} from an unknown attachment"] * bool(learns)
        for route in table.routes:
            if isinstance(route.attachment, str):
                key = self._box_of(self.network.attachments[route.attachment])
                own = route.destination in self.boxes[key].cidrs
                self._line(key, table.address, Link.ROUTED, OWN if own else _destination(route.destination))
        self._put(Box(table.address, BoxKind.TABLE, _named(table), (), tuple(says), frame, unlike=True))


def _named(thing: Vpc | VpnConnection | DxGateway | Firewall | TgwTable | TransitGateway) -> str:
    return shortened(thing.name or thing.address)


def _destination(destination: Cidr | str | Unknown) -> str:
    return "an unknown prefix" if isinstance(destination, Unknown) else str(destination)


def _prefixes(prefixes: Iterable[Cidr | Unknown]) -> list[str]:
    """Prefixes in order, unknown ones last."""
    known = _in_order({p for p in prefixes if not isinstance(p, Unknown)})
    return [*map(str, known), *["an unknown prefix"] * any(isinstance(p, Unknown) for p in prefixes)]


def _in_order(cidrs: Iterable[Cidr]) -> tuple[Cidr, ...]:
    return tuple(sorted(cidrs, key=lambda cidr: (cidr.version, cidr)))


def _asn(asn: int | Unknown | None) -> tuple[str, ...]:
    return (f"ASN {asn}",) if isinstance(asn, int) else ()
