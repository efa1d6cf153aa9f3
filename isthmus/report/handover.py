"""The hand-over sheet of a VPN connection as Markdown, for the team that configures the customer gateway device.

The arguments of the connection come from Terraform, the prefixes of the site from the intent, and the prefixes that AWS
advertises from the route table that the connection is associated with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from isthmus.aws.tunnel_packet_sizes import TunnelSizes, UnknownIntegrity, packet_sizes
from isthmus.intent import Estate, Routing, Site, VpnConnection
from isthmus.network.from_terraform.values import name_of
from isthmus.network.from_terraform.vpn import opened_by_site_alone
from isthmus.network.prefixes_from_aws import AdvertisedPrefixes
from isthmus.output.folder import Output
from isthmus.output.overview import SitePaths, site_paths
from isthmus.proof.errors import UnusableInput
from isthmus.report import headings
from isthmus.report.direct_connect_sheet import direct_connect_sheet
from isthmus.report.markdown import code, escape, table
from isthmus.report.routable_sheet import routable_lines
from isthmus.report.translation_sheet import translation_lines
from isthmus.terraform.graph import Resource

# AWS closes the BGP session if the site advertises more prefixes than this.
# https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html
_MOST_PREFIXES = 1_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A hand-over sheet: the name of its connection, and its text."""

    connection: str
    markdown: str


def sheets(output: Output, advertised: Mapping[str, AdvertisedPrefixes]) -> tuple[Sheet, ...]:
    """A sheet for each VPN connection and each Direct Connect gateway of the intent that the output holds, by name.

    `advertised` are the prefixes that AWS advertises over each connection, by its name.
    """
    graph, estate = output.graph, output.estate
    resources = {name_of(r): r for r in graph.of_type("aws_vpn_connection")}
    gateways = {name_of(r): r for r in graph.of_type("aws_customer_gateway")}
    hubs = list(graph.of_type("aws_ec2_transit_gateway"))
    connected = site_paths(graph, estate)
    found = []
    for connection in sorted(estate.vpn_connections, key=lambda connection: connection.name):
        site, customer_gateway = estate.customer_gateway(connection.customer_gateway)
        resource, gateway = resources.get(connection.name), gateways.get(customer_gateway.name)
        if resource is None or gateway is None:
            continue
        aws_asn = hubs[0].get("amazon_side_asn", 64_512) if hubs else 64_512
        root = output.folder / "stacks" / resource.root
        prefixes = advertised.get(connection.name, AdvertisedPrefixes(connection.name))
        paths = next(paths for paths in connected if connection.name in paths.connections)
        lines = _Lines(estate, site, connection, resource, gateway, aws_asn, prefixes, paths, root)
        found.append(Sheet(connection.name, "\n".join(lines.all()) + "\n"))
    for dx_gateway in sorted(estate.direct_connect, key=lambda gateway: gateway.name):
        text = direct_connect_sheet(output, dx_gateway, advertised)
        if text is not None:
            found.append(Sheet(dx_gateway.name, text))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Lines:
    estate: Estate
    site: Site
    connection: VpnConnection
    resource: Resource
    gateway: Resource
    aws_asn: int
    advertised: AdvertisedPrefixes
    site_paths: SitePaths
    root: Path

    def all(self) -> Iterator[str]:
        bgp = self.connection.routing is Routing.BGP
        yield f"# VPN connection {self.connection.name}: estate {self.estate.name}, site {self.site.name}"
        yield ""
        yield from self._ends()
        yield from self._carrier()
        yield from self._bandwidth()
        yield from self._tunnels(bgp)
        yield from self._proposals()
        yield from self._sizes()
        yield from self._routes(bgp)
        yield from translation_lines(self.site)
        yield from routable_lines(self.estate, self.site)
        yield from self._keys()

    def _ends(self) -> Iterator[str]:
        asn = self.gateway.get("bgp_asn") or self.gateway.get("bgp_asn_extended")
        device = self.gateway.get("device_name") or "not stated"
        yield from _table(
            ("", "AWS", "Customer gateway"),
            ("Name", self.estate.hub.name, name_of(self.gateway)),
            ("Device", "AWS Site-to-Site VPN", device),
            ("Outside address", "one for each tunnel, see below", self.gateway.get("ip_address") or "any"),
            ("BGP autonomous system", str(self.aws_asn), str(asn)),
        )

    def _carrier(self) -> Iterator[str]:
        """What carries the tunnels, if it is Direct Connect."""
        if self.connection.over is not None:
            yield f"The tunnels run over the virtual interfaces of Direct Connect gateway {self.connection.over} that"
            yield "end at this device, between private addresses. Configure them first: they have a sheet of their own."
            yield "Route the outside addresses of AWS over them, and send no other packets over them."
            yield ""

    def _bandwidth(self) -> Iterator[str]:
        """The bandwidth of the connection, alone and together with the site's other connections of the segment."""
        yield from _heading("Bandwidth")
        others = [name for name in self.site_paths.connections if name != self.connection.name]
        rate = f"{self.site_paths.one_flow:g} Gbps"
        if self.site_paths.routing is Routing.STATIC:
            yield f"A tunnel carries up to {rate}. Routing is static: AWS sends through one tunnel at a time."
        else:
            together = f" and {', '.join(others)}" if others else ""
            yield f"A tunnel carries up to {rate}. This is the limit for one flow."
            yield f"AWS uses ECMP over the tunnels of this connection{together}, {self.site_paths.together:g} Gbps"
            yield "together, if their prefixes, AS paths and MEDs are equal. Advertise the same over each tunnel."
        yield ""

    def _tunnels(self, bgp: bool) -> Iterator[str]:
        yield from _heading("Tunnels")
        rows = []
        for number in (1, 2):
            inside = self._inside(number)
            # AWS takes the first usable address, the customer gateway the second.
            aws, customer = list(inside.hosts())
            starts = "AWS" if self._option(number, "startup_action") == "start" else "the customer gateway"
            rows.append((f"{number}", str(inside), str(aws), str(customer), starts))
        yield from _table(("Tunnel", "Inside CIDR", "AWS inside", "Customer inside", "Started by"), *rows)
        if opened_by_site_alone(self.resource):
            yield "AWS does not open the tunnels, and does not close a dead session. Configure the customer gateway"
            yield "to open a tunnel again whenever it is down, for example after AWS has replaced an endpoint."
            yield ""
        reasons = ["the connection is accelerated"] * bool(self.resource.get("enable_acceleration"))
        # https://docs.aws.amazon.com/vpn/latest/s2svpn/accelerated-vpn.html
        # AWS does not begin either if it knows no address:
        # https://repost.aws/knowledge-center/aws-site-to-site-vpn-down
        reasons += ["AWS does not know its address"] * (self.gateway.get("ip_address") is None)
        if reasons:
            yield "The customer gateway must start each IKE rekey, or the tunnel goes down:"
            yield f"{' and '.join(reasons)}. Set its lifetimes shorter than those below, by more than the rekey"
            yield "margin and the fuzz on top of it, so that it rekeys before AWS does."
            yield ""
        yield "When the connection exists, the outside addresses of AWS are two outputs of the root module:"
        yield ""
        for number in (1, 2):
            yield f"    terraform -chdir={self.root} output {self._output(f'tunnel{number}_address')}"
        yield ""
        yield "Configure both tunnels with equal preference. Return traffic may use the other tunnel"
        yield "(asymmetric routing): allow it. During maintenance, AWS uses one tunnel only."
        if bgp:
            yield "Each tunnel has its own BGP session, between its two inside addresses."
        yield ""

    def _proposals(self) -> Iterator[str]:
        yield from _heading("Proposals")
        if all(self._option(1, option) == self._option(2, option) for option in _OPTIONS):
            yield from _table(
                ("", "Both tunnels"), *((text, self._text(1, option)) for option, text in _OPTIONS.items())
            )
        else:
            rows = ((text, self._text(1, option), self._text(2, option)) for option, text in _OPTIONS.items())
            yield from _table(("", "Tunnel 1", "Tunnel 2"), *rows)

    def _sizes(self) -> Iterator[str]:
        (mtu, mss), (nat_mtu, nat_mss) = self._smallest()
        yield from _heading("Packet sizes")
        yield from _table(
            ("", "MTU", "TCP MSS"),
            ("Without NAT traversal", str(mtu), str(mss)),
            ("With NAT traversal", str(nat_mtu), str(nat_mss)),
        )
        if self.resource.get("enable_acceleration"):
            yield "The connection is accelerated: NAT traversal is required."
            if self.gateway.get("certificate_arn"):
                yield "The device must be able to fragment IKE: certificates do not fit in one packet."
        yield "Clamp the MSS on the tunnel interfaces; AWS does not answer path MTU discovery over a VPN."
        yield ""

    def _routes(self, bgp: bool) -> Iterator[str]:
        yield from _heading("Routes")
        if bgp:
            yield f"Advertise to AWS exactly: {_codes(sorted(self.site.advertises))}."
            yield "Do not advertise more specific prefixes: AWS prefers them over these."
            yield f"AWS closes the BGP session above {_MOST_PREFIXES:,} prefixes."
            yield ""
            yield f"{headings.ADVERTISED}: {_codes([str(prefix) for prefix in sorted(self.advertised.prefixes)])}."
            if self.advertised.unknown:
                yield f"There may be more: {self.advertised.unknown}."
            yield f"Prefixes of new spokes will be inside {_codes(sorted(self.estate.blocks))}."
        else:
            yield f"Routing is static. Route to the tunnels: {_codes(sorted(self.estate.blocks))}."
            yield f"AWS sends here: {_codes(sorted(self.site.networks.values()))}" + (
                " and everything else." if self.connection.default_route else "."
            )
        yield ""

    def _keys(self) -> Iterator[str]:
        if certificate := self.gateway.get("certificate_arn"):
            yield from _heading("Certificate")
            yield f"The device authenticates with the private certificate {code(str(certificate))}."
            yield "There are no pre-shared keys. Export the certificate with its chain from AWS Certificate Manager,"
            yield "and configure the device to trust the authority that signed the certificate of AWS."
            return
        yield from _heading("Pre-shared keys")
        yield "AWS stores the pre-shared keys in Secrets Manager. They are in no file and no state. The secret is"
        yield ""
        yield f"    terraform -chdir={self.root} output {self._output('preshared_key_arn')}"
        yield ""
        account = self.estate.account(self.estate.hub_environment.account)
        yield f"in account {account.name} ({account.id}). To configure the device, you need the keys. Read them"
        yield "with a role in that account whose only permission is `secretsmanager:GetSecretValue` on this secret."

    def _inside(self, tunnel: int) -> IPv4Network:
        given = self._option(tunnel, "inside_cidr")
        try:
            found = IPv4Network(str(given))
        except ValueError:
            found = None
        if found is None or found.prefixlen != 30:
            raise self._unusable(tunnel, "inside_cidr", given)
        return found

    def _unusable(self, tunnel: int, option: str, given: object) -> UnusableInput:
        setting = f"{self.resource.address}: tunnel{tunnel}_{option} is {given!r}"
        return UnusableInput(f"{setting}, which synthesis does not write. The file was edited: synthesize again")

    def _option(self, tunnel: int, option: str) -> object:
        return self.resource.get(f"tunnel{tunnel}_{option}")

    def _text(self, tunnel: int, option: str) -> str:
        value = self._option(tunnel, option)
        return ", ".join(str(item) for item in value) if isinstance(value, tuple | list) else str(value)

    def _output(self, output: str) -> str:
        return f"{output}_{self.resource.address.rpartition('.')[2]}"

    def _smallest(self) -> TunnelSizes:
        """The sizes that fit all algorithms that may be negotiated in both tunnels."""
        found = []
        for tunnel in (1, 2):
            encryption, integrity = (
                tuple(map(str, _many(self._option(tunnel, f"phase2_{what}_algorithms"))))
                for what in ("encryption", "integrity")
            )
            try:
                found.append(packet_sizes(encryption, integrity))
            except UnknownIntegrity as error:
                raise self._unusable(tunnel, "phase2_integrity_algorithms", error.args[0]) from None
        return min(found)


_OPTIONS = {
    "ike_versions": "IKE",
    "phase1_encryption_algorithms": "Phase 1 encryption",
    "phase1_integrity_algorithms": "Phase 1 integrity",
    "phase1_dh_group_numbers": "Phase 1 Diffie-Hellman groups",
    "phase1_lifetime_seconds": "Phase 1 lifetime (seconds)",
    "phase2_encryption_algorithms": "Phase 2 encryption",
    "phase2_integrity_algorithms": "Phase 2 integrity",
    "phase2_dh_group_numbers": "Phase 2 Diffie-Hellman groups (PFS)",
    "phase2_lifetime_seconds": "Phase 2 lifetime (seconds)",
    "rekey_margin_time_seconds": "Rekey margin (seconds)",
    "rekey_fuzz_percentage": "Rekey fuzz (percent)",
    "replay_window_size": "Replay window (packets)",
    "dpd_timeout_seconds": "DPD timeout (seconds)",
    "dpd_timeout_action": "Action after DPD timeout",
}


def _many(value: object) -> Sequence[str]:
    return value if isinstance(value, tuple | list) else (str(value),)


def _heading(text: str) -> tuple[str, str]:
    return f"## {text}", ""


def _table(head: Sequence[str], *rows: Sequence[str]) -> Iterator[str]:
    yield table(head, [tuple(map(escape, row)) for row in rows])
    yield ""


def _codes(values: Sequence[str]) -> str:
    return ", ".join(code(value) for value in values) or "nothing"
