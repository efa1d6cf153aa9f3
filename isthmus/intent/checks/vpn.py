"""Customer gateways, VPN connections and inside CIDRs of tunnels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations

from isthmus.aws.accepted_tunnel_options import excludes_acceleration, fits_inside, reserved_inside
from isthmus.aws.accepted_values import DOCUMENTATION, private_outside_address, public_address, refused_asn
from isthmus.aws.regions import REGIONS
from isthmus.intent.addressing import CONNECTIONS, inside_cidrs
from isthmus.intent.checks.lenient import direct_links, links, network
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


@rule("AWS accepts ASNs from 1 to 4,294,967,294, except those that AWS or the standards reserve", _GATEWAY)
def invalid_customer_gateway_asn(estate: Estate) -> Iterator[Fault]:
    """A customer gateway's ASN is out of range or reserved."""
    for site in estate.sites:
        for gateway in site.customer_gateways:
            if given := refused_asn(gateway.bgp_asn, estate.region):
                remedy = "your public ASN, or a private one of 64512 to 65534 or 4200000000 to 4294967294"
                yield Fault(gateway, given, remedy)


def asn_fits(estate: Estate, asn: int) -> bool:
    """Whether a customer gateway may have an ASN: AWS accepts it, and the hub has another one."""
    return asn not in _hub_asns(estate) and not refused_asn(asn, estate.region)


def _hub_asns(estate: Estate) -> set[int]:
    return {environment.hub.asn for environment in estate.environments if environment.hub is not None}


@rule("BGP between equal ASNs is internal BGP, which Site-to-Site VPN does not support", _GATEWAY)
def equal_bgp_asns(estate: Estate) -> Iterator[Fault]:
    """A customer gateway and the hub have the same ASN."""
    hubs = _hub_asns(estate)
    for site in estate.sites:
        for gateway in site.customer_gateways:
            if gateway.bgp_asn in hubs:
                given = f"bgp_asn {gateway.bgp_asn} is also the hub's ASN"
                yield Fault(gateway, given, "different ASNs, e.g. another private one for the hub")


@rule(
    "a router drops routes with its own ASN in the AS path, so it ignores what AWS advertises from the other site",
    "https://www.rfc-editor.org/rfc/rfc4271#section-9.1.2",
)
def equal_transit_asns(estate: Estate) -> Iterator[Fault]:
    """Two sites with transit between them have BGP connections with the same ASN."""
    asns: dict[str, set[int]] = {}
    for link in links(estate):
        if link.connection.routing is Routing.BGP:
            asns.setdefault(link.site.name, set()).add(link.gateway.bgp_asn)
    for first, second in combinations(estate.sites, 2):
        both = asns.get(first.name, set()) & asns.get(second.name, set())
        if both and transit_between(first, second):
            given = f"it has transit with {subject(first)}, {place_of(first)}, and both have ASN {min(both)}"
            yield Fault(second, given, "different ASNs for the two sites, or no transit between them")


@rule("AWS connects to the static internet address of the device, or of the NAT device in front of it", _GATEWAY)
def invalid_customer_gateway_address(estate: Estate) -> Iterator[Fault]:
    """A customer gateway's address is not a public IPv4 address. Documentation ranges are accepted as placeholders."""
    private = {link.gateway.name for link in links(estate) if link.connection.over is not None}
    for site in estate.sites:
        for gateway in site.customer_gateways:
            if gateway.name in private:
                continue  # invalid-private-vpn-address says so
            if gateway.ip_address is not None and not public_address(gateway.ip_address):
                remedy = f"its public IPv4 address; {_placeholder(estate)} as a placeholder for an unknown one"
                yield Fault(gateway, f'ip_address is "{gateway.ip_address}"', remedy)


@rule(
    "AWS returns the existing customer gateway for an equal request, so two Terraform resources would "
    "manage one object",
    "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateCustomerGateway.html",
)
def duplicate_customer_gateway_address(estate: Estate) -> Iterator[Fault]:
    """Two customer gateways have the same address."""
    first: dict[str, str] = {}
    for site in estate.sites:
        for gateway in site.customer_gateways:
            address = gateway.ip_address
            if (
                address is not None
                and first.setdefault(address, gateway.name) != gateway.name
                and (public_address(address) or private_outside_address(address))
            ):
                given = f'ip_address {address} is also the address of "{first[address]}"'
                yield Fault(gateway, given, "one customer gateway with several connections, or different addresses")


@rule("AWS identifies a device by its address or its certificate", _GATEWAY)
def unidentified_customer_gateway(estate: Estate) -> Iterator[Fault]:
    """A customer gateway has neither an address nor a certificate, and Direct Connect does not end at it alone."""
    over_internet = {link.gateway.name for link in links(estate) if link.connection.over is None}
    direct = {link.device.name for link in direct_links(estate)} - over_internet
    for site in estate.sites:
        for gateway in site.customer_gateways:
            if gateway.ip_address is None and gateway.certificate_arn is None and gateway.name not in direct:
                yield Fault(
                    gateway, "it has no ip_address and no certificate_arn", f'ip_address="{_placeholder(estate)}"'
                )


@rule("the certificate must be in AWS Certificate Manager, in the account and Region of the connection", _CERTIFICATE)
def invalid_certificate_arn(estate: Estate) -> Iterator[Fault]:
    """A customer gateway's certificate ARN is not of the hub's account and Region."""
    accounts = {account.name: account.id for account in estate.all_accounts}
    account = next((accounts.get(name_of(e.account)) for e in estate.environments if e.hub is not None), None)
    if account is None or estate.region not in REGIONS:
        return
    start = f"arn:{REGIONS[estate.region].partition}:acm:{estate.region}:{account}:certificate/"
    for site in estate.sites:
        for gateway in site.customer_gateways:
            arn = gateway.certificate_arn
            if arn is not None and not re.fullmatch(re.escape(start) + r"[A-Za-z0-9-]+", arn):
                yield Fault(gateway, f'certificate_arn is "{arn}"', f"{start}<id>")


@rule("AWS initiates a tunnel to an address; without one, the customer gateway must initiate it", _INITIATION)
def tunnel_start_without_address(estate: Estate) -> Iterator[Fault]:
    """AWS has to initiate a tunnel to a customer gateway without an address."""
    for link in links(estate):
        for index, tunnel in enumerate(link.connection.tunnels):
            if link.gateway.ip_address is None and link.connection.over is None and tunnel.startup_action == "start":
                given = f'startup_action is "start", and "{link.gateway.name}" has no ip_address'
                part = f'tunnel {index + 1} of VPN connection "{link.connection.name}"'
                yield Fault(tunnel, given, 'startup_action="add", or an ip_address', part)


@rule("AWS does not support acceleration with large tunnels", _TUNNEL)
def accelerated_large_tunnels(estate: Estate) -> Iterator[Fault]:
    """A connection has both large tunnels and acceleration."""
    for connection in estate.vpn_connections:
        bandwidth = "large" if connection.large_tunnels else "standard"
        if connection.acceleration and excludes_acceleration(bandwidth):
            given = "it has both large_tunnels and acceleration"
            yield Fault(connection, given, "one of the two; for more bandwidth, several connections over BGP")


@rule(
    "an accelerated connection uses AWS Global Accelerator, which China and GovCloud do not have",
    "https://docs.aws.amazon.com/vpn/latest/s2svpn/accelerated-vpn.html",
)
def acceleration_not_available(estate: Estate) -> Iterator[Fault]:
    """A connection is accelerated in a Region of China or GovCloud."""
    region = REGIONS.get(estate.region)
    for connection in estate.vpn_connections:
        if connection.acceleration and region is not None and region.partition != "aws":
            given = f"acceleration is True, and the Region is {region.name}"
            yield Fault(connection, given, "no acceleration, or a Region of partition aws")


@rule(
    "AWS accepts device names of 1 to 255 characters, and Terraform would evaluate a template expression in the name",
    "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateCustomerGateway.html",
)
def invalid_device_name(estate: Estate) -> Iterator[Fault]:
    """A customer gateway's device name is empty, too long, or not plain text."""
    for site in estate.sites:
        for gateway in site.customer_gateways:
            if gateway.device is None:
                continue
            if not 1 <= len(gateway.device) <= 255:
                yield Fault(gateway, f"device has {len(gateway.device)} characters", "1 to 255, or no device")
            elif fault := not_plain(gateway.device):
                yield Fault(gateway, f"device is {gateway.device!r}: {fault}", "the name in plain text")


@rule("the inside CIDRs of the tunnels are derived from the number")
def invalid_vpn_number(estate: Estate) -> Iterator[Fault]:
    """A connection's number is not between 1 and 512."""
    for connection in estate.vpn_connections:
        if not 1 <= connection.number <= CONNECTIONS:
            free = _free_number(estate)
            yield Fault(connection, f"number is {connection.number}", f"1 to {CONNECTIONS}, e.g. {free}")


@rule("the inside CIDRs of the tunnels are derived from the number")
def duplicate_vpn_number(estate: Estate) -> Iterator[Fault]:
    """Two connections have the same number."""
    first: dict[int, str] = {}
    for connection in estate.vpn_connections:
        if first.setdefault(connection.number, connection.name) != connection.name:
            given = f'number {connection.number} is also the number of "{first[connection.number]}"'
            yield Fault(connection, given, f"a free number, e.g. {_free_number(estate)}")


@rule("a tunnel uses a /30 of 169.254.0.0/16 for its two inside addresses", _TUNNEL)
def invalid_inside_cidr(estate: Estate) -> Iterator[Fault]:
    """A tunnel's inside CIDR is not a /30 in 169.254.0.0/16."""
    for about, part, cidr in _pinned(estate):
        if not fits_inside(cidr):
            yield Fault(
                about, f"inside_cidr is {cidr}", "a /30 of 169.254.0.0/16, or no inside_cidr: it is derived", part
            )


@rule("AWS does not accept its reserved ranges", _TUNNEL)
def reserved_inside_cidr(estate: Estate) -> Iterator[Fault]:
    """A tunnel's inside CIDR is reserved by AWS."""
    for about, part, cidr in _pinned(estate):
        if reserved_inside(cidr):
            yield Fault(
                about,
                f"{cidr} is reserved",
                "no inside_cidr: it is derived; or a /30 of another connection number",
                part,
            )


@rule("inside CIDRs must be unique on a transit gateway", _TUNNEL)
def duplicate_inside_cidr(estate: Estate) -> Iterator[Fault]:
    """Two tunnels have the same inside CIDR."""
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
                yield Fault(about, f"{cidr} is also the inside CIDR of {first[cidr]}", "another inside CIDR", part)
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
    """The first free number whose inside CIDRs are not pinned elsewhere; else the first free number."""
    taken = {connection.number for connection in estate.vpn_connections}
    pinned = {cidr for _, _, cidr in _pinned(estate)}
    free = [number for number in range(1, CONNECTIONS + 1) if number not in taken]
    derived = (VpnConnection("free", customer_gateway="", segment="", number=number) for number in free)
    return next((c.number for c in derived if pinned.isdisjoint(inside_cidrs(c))), free[0])


def _placeholder(estate: Estate) -> IPv4Address:
    """A documentation address that no customer gateway has."""
    used = {gateway.ip_address for site in estate.sites for gateway in site.customer_gateways}
    return next(address for address in DOCUMENTATION[-1].hosts() if str(address) not in used)
