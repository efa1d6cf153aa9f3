"""Where the rules of connections, openings and alarms draw their lines."""

from dataclasses import replace

import pytest

from isthmus.intent import AllowedConnection, CustomerGateway, Environment, Estate, Observability, Tunnel
from tests.intent.network import DEV, HUB, SERVICES, SITE, VPN, WORKLOADS, broken, estate, gateway, vpn

ARN = "arn:aws:acm:us-east-1:000000000001:certificate/12345678-abcd"
TOPIC = "arn:aws:sns:us-east-1:000000000001:alarms"
PATIENT = (Tunnel(startup_action="add"), Tunnel(startup_action="add"))


def observed(**given: object) -> Estate:
    wanted = Observability(**{"notify": ["a@example.com"], **given})  # type: ignore[arg-type]
    environment = Environment(
        "network", account="network", hub=HUB, vpn_connections=[VPN], spokes=[DEV], observability=wanted
    )
    return estate(environments=[environment])


def opened(*ports: str, source: str = "dc1/users", to: str = "workloads") -> Estate:
    return estate(allowed_connections=[AllowedConnection(source=source, to=to, ports=ports)])


def certified(gateway: CustomerGateway, tunnels: tuple[Tunnel, Tunnel]) -> Estate:
    return estate(
        site=replace(SITE, customer_gateways=[gateway]), vpn=replace(VPN, customer_gateway=gateway, tunnels=tunnels)
    )


LINES: list[tuple[str, Estate, list[str]]] = [
    ("an alarm after 5 minutes", observed(tunnel_down_for=5), []),
    ("an alarm after a day", observed(tunnel_down_for=1_440), []),
    ("an alarm at once", observed(tunnel_down_for=0), ["invalid-tunnel-alarm-period"]),
    ("an alarm after a day and 5 minutes", observed(tunnel_down_for=1_445), ["invalid-tunnel-alarm-period"]),
    ("an alarm of every drop", observed(firewall_drops_above=0), []),
    ("an alarm of less than no drop", observed(firewall_drops_above=-1), ["invalid-firewall-alarm-threshold"]),
    ("a topic and an address", observed(notify=[TOPIC, "first.last+net@sub.example.com"]), []),
    ("no recipient", observed(notify=[]), ["invalid-alarm-target"]),
    ("an address without a dot", observed(notify=["a@example"]), ["invalid-alarm-target"]),
    ("a topic twice", observed(notify=[TOPIC, TOPIC]), ["invalid-alarm-target"]),
    ("addresses but for a sign", observed(notify=["a.b@example.com", "a_b@example.com"]), ["invalid-alarm-target"]),
    (
        "a topic of another Region",
        observed(notify=[TOPIC.replace("us-east-1", "us-east-2")]),
        ["alarm-topic-in-other-region"],
    ),
    ("a site at the end of the map", estate(site=replace(SITE, coordinates=(90, -180))), []),
    ("north of the pole", estate(site=replace(SITE, coordinates=(90.1, 0))), ["invalid-site-coordinates"]),
    ("east of the date line", estate(site=replace(SITE, coordinates=(0, 180.1))), ["invalid-site-coordinates"]),
    (
        "a certificate in place of an address",
        certified(CustomerGateway("dc1-01", bgp_asn=65_010, certificate_arn=ARN), PATIENT),
        [],
    ),
    (
        "tunnels to a gateway without an address",
        certified(CustomerGateway("dc1-01", bgp_asn=65_010, certificate_arn=ARN), (Tunnel(), Tunnel())),
        ["tunnel-start-without-address", "tunnel-start-without-address"],
    ),
    ("a certificate and an address", gateway(certificate_arn=ARN), []),
    (
        "a certificate of another Region",
        gateway(certificate_arn=ARN.replace("us-east-1", "us-east-2")),
        ["invalid-certificate-arn"],
    ),
    (
        "a certificate of a private authority",
        gateway(certificate_arn=ARN.replace(":acm:", ":acm-pca:")),
        ["invalid-certificate-arn"],
    ),
    (
        "a gateway without anything",
        gateway(ip_address=None),
        ["unidentified-customer-gateway", "tunnel-start-without-address", "tunnel-start-without-address"],
    ),
    ("large tunnels", vpn(large_tunnels=True), []),
    ("large tunnels, accelerated", vpn(large_tunnels=True, acceleration=True), ["accelerated-large-tunnels"]),
    ("ports at their ends", opened("tcp/0", "udp/65535", "tcp/1-65535", "icmp"), []),
    ("port 65536", opened("tcp/65536"), ["allowed-connection-invalid-ports"]),
    ("ports the wrong way round", opened("tcp/2-1"), ["allowed-connection-invalid-ports"]),
    ("a protocol that ACLs do not know", opened("sctp/1"), ["allowed-connection-invalid-ports"]),
    ("ping twice", opened("icmp", "icmp"), ["allowed-connection-invalid-ports"]),
    ("no ports", opened(), ["allowed-connection-invalid-ports"]),
    ("a site network spelled wrong", opened("tcp/443", source="dc1/user"), ["allowed-connection-unknown-location"]),
    (
        "between networks of one site",
        opened("tcp/443", source="dc1/users", to="dc1/servers"),
        ["allowed-connection-between-sites"],
    ),
    (
        "between segments without blocks",
        opened("tcp/443", source="services"),
        ["allowed-connection-without-blocks", "allowed-connection-without-blocks"],
    ),
    ("within an isolated segment", opened("tcp/443", source="workloads"), ["allowed-connection-not-reachable"]),
]


@pytest.mark.parametrize(("given", "rules"), [row[1:] for row in LINES], ids=[row[0] for row in LINES])
def test_lines(given: Estate, rules: list[str]) -> None:
    assert sorted(broken(given)) == sorted(rules)


def both_ways(ports: int) -> list[AllowedConnection]:
    return [
        AllowedConnection(
            source="dc1/users", to=WORKLOADS, ports=[f"tcp/{port}" for port in range(2, 2 + 2 * ports, 2)]
        ),
        AllowedConnection(source=WORKLOADS, to="dc1/users", ports=["tcp/443"]),
    ]


@pytest.mark.parametrize(("ports", "rules"), [(15, []), (16, ["too-many-network-acl-rules"])])
def test_a_network_acl_holds_20_rules_a_direction(ports: int, rules: list[str]) -> None:
    """Each port, the replies, what is too large, what is stopped, what is left, and AWS's own: no rest adds none.

    Two spokes want a default route, which such a site does not advertise.
    """
    site = replace(SITE, advertises=[*SITE.networks.values()])
    assert broken(estate(site=site, allowed_connections=both_ways(ports))) == ["default-route-missing"] * 2 + rules


@pytest.mark.parametrize(("ports", "rules"), [(10, []), (11, ["too-many-network-acl-rules"])])
def test_the_rest_of_a_site_takes_rules_of_a_network_acl(ports: int, rules: list[str]) -> None:
    """Four private ranges, which stop the far side too, and what is accepted inside: its other network, the estate."""
    assert broken(estate(allowed_connections=both_ways(ports))) == rules


def test_a_segment_that_is_limited_with_another_is_known_by_its_blocks() -> None:
    services, workloads = replace(SERVICES, blocks=["10.1.64.0/18"]), replace(WORKLOADS, blocks=["10.1.0.0/18"])
    given = estate(
        segments=[services, workloads],
        allowed_connections=[AllowedConnection(source=workloads, to=services, ports=["tcp/443"])],
    )
    assert broken(given) == []
