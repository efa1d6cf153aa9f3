"""Customer gateways, VPN connections and the tunnels' inside CIDRs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations

from isthmus.aws.accepted_tunnel_options import excludes_acceleration, fits_inside, reserved_inside
from isthmus.aws.accepted_values import DOCUMENTATION, public_address, refused_asn
from isthmus.aws.regions import REGIONS
from isthmus.intent.addressing import CONNECTIONS, inside_cidrs
from isthmus.intent.checks.lenient import links, network
from isthmus.intent.checks.plain_text import not_plain
from isthmus.intent.checks.rule import Fault, rule, subject
from isthmus.intent.estate import Estate
from isthmus.intent.model import name_of, place_of
from isthmus.intent.reachability import transit_between
from isthmus.intent.vpn import Routing, VpnConnection

_GATEWAY = "https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-options.html"
_TUNNEL = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html"
_INITIATION = "https://docs.aws.amazon.com/vpn/latest/s2svpn/initiate-vpn-tunnels.html"
_CERTIFICATE = "https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-tunnel-authentication-options.html"


@rule("AWS takes ASNs of 1 to 4,294,967,294, but for those it or the standards reserve", _GATEWAY)
def invalid_customer_gateway_asn(estate: Estate) -> Iterator[Fault]:
    """A customer gateway's ASN is out of range or reserved."""
    for site in estate.sites:
        for gateway in site.customer_gateways:
            if given := refused_asn(gateway.bgp_asn, estate.region):
                remedy = "your public ASN, or a private one of 64512 to 65534 or 4200000000 to 4294967294"
                yield Fault(gateway, given, remedy)


def asn_fits(estate: Estate, asn: int) -> bool:
    """Whether a customer gateway may have an ASN: AWS takes it, and it is not the hub's."""
    return asn not in _hub_asns(estate) and not refused_asn(asn, estate.region)


def _hub_asns(estate: Estate) -> set[int]:
    return {environment.hub.asn for environment in estate.environments if environment.hub is not None}


@rule("BGP between equal ASNs is internal BGP, which a VPN does not speak", _GATEWAY)
def equal_bgp_asns(estate: Estate) -> Iterator[Fault]:
    """A customer gateway and the hub have one ASN."""
    hubs = _hub_asns(estate)
    for site in estate.sites:
        for gateway in site.customer_gateways:
            if gateway.bgp_asn in hubs:
                given = f"bgp_asn {gateway.bgp_asn} is the hub's asn too"
                yield Fault(gateway, given, "different ASNs, e.g. another private one for the hub")


@rule(
    "a router drops routes with its own ASN in their path: what AWS advertises of one site, the other does not take",
    "https://www.rfc-editor.org/rfc/rfc4271#section-9.1.2",
)
def equal_transit_asns(estate: Estate) -> Iterator[Fault]:
    """Two sites with transit between them have connections with BGP and one ASN."""
    asns: dict[str, set[int]] = {}
    for link in links(estate):
        if link.connection.routing is Routing.BGP:
            asns.setdefault(link.site.name, set()).add(link.gateway.bgp_asn)
    for here, there in combinations(estate.sites, 2):
        both = asns.get(here.name, set()) & asns.get(there.name, set())
        if both and transit_between(here, there):
            given = f"it has transit with {subject(here)}, {place_of(here)}, and both have ASN {min(both)}"
            yield Fault(there, given, "an ASN of its own for one of the two, or no transit between them")


@rule("AWS meets the device at a static address on the internet; behind NAT, the NAT's", _GATEWAY)
def invalid_customer_gateway_address(estate: Estate) -> Iterator[Fault]:
    """A customer gateway's address is no public IPv4 address. Documentation ranges pass, as placeholders."""
    for site in estate.sites:
        for gateway in site.customer_gateways:
            if gateway.ip_address is not None and not public_address(gateway.ip_address):
                remedy = f"its public IPv4 address; {_placeholder(estate)} holds the place of one not known yet"
                yield Fault(gateway, f'ip_address is "{gateway.ip_address}"', remedy)


@rule(
    "an equal request returns the customer gateway that is there already, and two resources would fight over it",
    "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateCustomerGateway.html",
)
def duplicate_customer_gateway_address(estate: Estate) -> Iterator[Fault]:
    """Two customer gateways have one address."""
    first: dict[str, str] = {}
    for site in estate.sites:
        for gateway in site.customer_gateways:
            address = gateway.ip_address
            if (
                address is not None
                and first.setdefault(address, gateway.name) != gateway.name
                and public_address(address)
            ):
                given = f'ip_address {address} is that of "{first[address]}" too'
                yield Fault(gateway, given, "one customer gateway with several connections, or its own address")


@rule("AWS knows a device by its address, or by the certificate that it shows", _GATEWAY)
def unidentified_customer_gateway(estate: Estate) -> Iterator[Fault]:
    """A customer gateway has neither an address nor a certificate."""
    for site in estate.sites:
        for gateway in site.customer_gateways:
            if gateway.ip_address is None and gateway.certificate_arn is None:
                yield Fault(
                    gateway, "it has neither ip_address nor certificate_arn", f'ip_address="{_placeholder(estate)}"'
                )


@rule("the certificate is one of AWS Certificate Manager, in the account and Region of the connection", _CERTIFICATE)
def invalid_certificate_arn(estate: Estate) -> Iterator[Fault]:
    """A customer gateway's certificate is no certificate of the hub's account and Region."""
    accounts = {account.name: account.id for account in estate.organization.accounts}
    account = next((accounts.get(name_of(e.account)) for e in estate.environments if e.hub is not None), None)
    if account is None or estate.region not in REGIONS:
        return
    start = f"arn:{REGIONS[estate.region].partition}:acm:{estate.region}:{account}:certificate/"
    for site in estate.sites:
        for gateway in site.customer_gateways:
            arn = gateway.certificate_arn
            if arn is not None and not re.fullmatch(re.escape(start) + r"[A-Za-z0-9-]+", arn):
                yield Fault(gateway, f'certificate_arn is "{arn}"', f"{start}<id>")


@rule("AWS opens a tunnel to an address; where it knows none, the customer gateway has to", _INITIATION)
def tunnel_start_without_address(estate: Estate) -> Iterator[Fault]:
    """A tunnel is to be opened by AWS, and its customer gateway has no address."""
    for link in links(estate):
        for index, tunnel in enumerate(link.connection.tunnels):
            if link.gateway.ip_address is None and tunnel.startup_action == "start":
                given = f'startup_action is "start", and "{link.gateway.name}" has no ip_address'
                part = f'tunnel {index + 1} of VPN connection "{link.connection.name}"'
                yield Fault(tunnel, given, 'startup_action="add", or an ip_address', part)


@rule("AWS makes no accelerated connection of large tunnels", _TUNNEL)
def accelerated_large_tunnels(estate: Estate) -> Iterator[Fault]:
    """A connection has large tunnels and acceleration."""
    for connection in estate.vpn_connections:
        bandwidth = "large" if connection.large_tunnels else "standard"
        if connection.acceleration and excludes_acceleration(bandwidth):
            given = "it has large_tunnels and acceleration"
            yield Fault(connection, given, "one of the two; or more connections, over BGP, for bandwidth")


@rule(
    "an accelerated connection has AWS Global Accelerator in front, which China and GovCloud do not have",
    "https://docs.aws.amazon.com/vpn/latest/s2svpn/accelerated-vpn.html",
)
def acceleration_not_available(estate: Estate) -> Iterator[Fault]:
    """A connection is accelerated in a Region of China or GovCloud."""
    region = REGIONS.get(estate.region)
    for connection in estate.vpn_connections:
        if connection.acceleration and region is not None and region.partition != "aws":
            given = f"it is accelerated, and the Region is {region.name}"
            yield Fault(connection, given, "no acceleration, or a Region of partition aws")


@rule(
    "AWS keeps it as the device's name, of at most 255 characters, and Terraform would evaluate an expression in it",
    "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateCustomerGateway.html",
)
def invalid_device_name(estate: Estate) -> Iterator[Fault]:
    """A customer gateway's device name is empty, too long, or more than text."""
    for site in estate.sites:
        for gateway in site.customer_gateways:
            if gateway.device is None:
                continue
            if not 1 <= len(gateway.device) <= 255:
                yield Fault(gateway, f"device has {len(gateway.device)} characters", "1 to 255, or no device")
            elif fault := not_plain(gateway.device):
                yield Fault(gateway, f"device is {gateway.device!r}: {fault}", "its name in plain text")


@rule("the tunnels' inside CIDRs follow from the number")
def invalid_vpn_number(estate: Estate) -> Iterator[Fault]:
    """A connection's number is not within 1 to 512."""
    for connection in estate.vpn_connections:
        if not 1 <= connection.number <= CONNECTIONS:
            free = _free_number(estate)
            yield Fault(connection, f"number is {connection.number}", f"1 to {CONNECTIONS}, e.g. {free}")


@rule("the tunnels' inside CIDRs follow from the number")
def duplicate_vpn_number(estate: Estate) -> Iterator[Fault]:
    """Two connections have one number."""
    first: dict[int, str] = {}
    for connection in estate.vpn_connections:
        if first.setdefault(connection.number, connection.name) != connection.name:
            given = f'number {connection.number} is that of "{first[connection.number]}" too'
            yield Fault(connection, given, f"a free number, e.g. {_free_number(estate)}")


@rule("AWS takes a /30 of 169.254.0.0/16 for a tunnel's two inside addresses", _TUNNEL)
def invalid_inside_cidr(estate: Estate) -> Iterator[Fault]:
    """A tunnel's inside CIDR is no /30 of 169.254.0.0/16."""
    for about, part, cidr in _pinned(estate):
        if not fits_inside(cidr):
            yield Fault(about, f"inside_cidr is {cidr}", "a /30 of 169.254.0.0/16, or none: it is derived", part)


@rule("AWS keeps these for itself", _TUNNEL)
def reserved_inside_cidr(estate: Estate) -> Iterator[Fault]:
    """A tunnel's inside CIDR is one that AWS reserves."""
    for about, part, cidr in _pinned(estate):
        if reserved_inside(cidr):
            yield Fault(
                about, f"{cidr} is reserved", "none: it is derived; or a /30 of another connection number", part
            )


@rule("inside CIDRs are unique on a gateway: one address must mean one tunnel", _TUNNEL)
def duplicate_inside_cidr(estate: Estate) -> Iterator[Fault]:
    """Two tunnels have one inside CIDR."""
    first: dict[IPv4Network, str] = {}
    numbers: set[int] = set()
    for connection in estate.vpn_connections:
        readable = all(t.inside_cidr is None or network(t.inside_cidr) is not None for t in connection.tunnels)
        if not readable or not 1 <= connection.number <= CONNECTIONS:
            continue
        derived = inside_cidrs(connection) if all(_canonical(t.inside_cidr) for t in connection.tunnels) else ()
        for index, cidr in enumerate(derived):
            tunnel = connection.tunnels[index]
            if tunnel.inside_cidr is None and connection.number in numbers:
                continue  # duplicate-vpn-number says so
            part = f'tunnel {index + 1} of VPN connection "{connection.name}"'
            if cidr in first:
                about = connection if tunnel.inside_cidr is None else tunnel
                yield Fault(about, f"{cidr} is the inside CIDR of {first[cidr]} too", "another one", part)
            first.setdefault(cidr, part)
        numbers.add(connection.number)


def _pinned(estate: Estate) -> Iterator[tuple[object, str, IPv4Network]]:
    for connection in estate.vpn_connections:
        for index, tunnel in enumerate(connection.tunnels):
            cidr = network(tunnel.inside_cidr) if tunnel.inside_cidr is not None else None
            if cidr is not None:
                yield tunnel, f'tunnel {index + 1} of VPN connection "{connection.name}"', cidr


def _canonical(text: str | None) -> bool:
    return text is None or str(network(text)) == text


def _free_number(estate: Estate) -> int:
    """The first number that no connection has, and whose inside CIDRs no tunnel is pinned to; at worst the first."""
    taken = {connection.number for connection in estate.vpn_connections}
    pinned = {cidr for _, _, cidr in _pinned(estate)}
    free = [number for number in range(1, CONNECTIONS + 1) if number not in taken]
    derived = (VpnConnection("free", customer_gateway="", segment="", number=number) for number in free)
    return next((c.number for c in derived if pinned.isdisjoint(inside_cidrs(c))), free[0])


def _placeholder(estate: Estate) -> IPv4Address:
    """An address for documentation that no customer gateway has."""
    taken = {gateway.ip_address for site in estate.sites for gateway in site.customer_gateways}
    return next(address for address in DOCUMENTATION[-1].hosts() if str(address) not in taken)
