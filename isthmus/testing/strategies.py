"""Hypothesis strategies: any valid estate, made so by construction and readable when shrunk.

What is given out by number lies apart by construction: spokes in 10.0.0.0/8, one /16 each; secondary ranges in
100.64.0.0/10; sites in 172.16.0.0/12 and 192.168.0.0/16. `isthmus.testing.broken` breaks such estates rule by rule, and
keeps the upper ends of these ranges for what it adds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Network

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from isthmus.aws.endpoint_services import example_endpoint_service
from isthmus.aws.regions import REGIONS, Region
from isthmus.intent import (
    Account,
    AllowedConnection,
    CustomerGateway,
    DefaultAction,
    DomainList,
    Egress,
    EgressVpc,
    Environment,
    Estate,
    FirewallPolicy,
    HcpTerraform,
    Hub,
    Inspection,
    LocalBackend,
    Observability,
    Organization,
    OrganizationalUnit,
    PublishedService,
    Routing,
    RuleGroup,
    S3Backend,
    Segment,
    Site,
    Spoke,
    Tunnel,
    VpnConnection,
)
from isthmus.intent.addressing import Tier, slot, slot_of, zone_number
from isthmus.intent.backend import Backend
from isthmus.intent.published_clients import clients
from isthmus.intent.reachability import networks_reached, reach_each_other
from isthmus.testing.dns_strategies import resolving

__all__ = [
    "backends",
    "egress_vpcs",
    "estates",
    "firewall_policies",
    "organizations",
    "regions",
    "spokes",
    "tunnels",
    "vpn_connections",
    "zone_lists",
]

SEGMENTS = ("workloads", "network-services", "shared", "lab", "partners")
ACCOUNTS = ("network-prod", "shared-prod", "workloads-test", "workloads-prod")
UNITS = ("workloads_dev", "infrastructure_dev")
SPOKES = ("dev", "test", "prod", "sandbox", "data", "web")
ENVIRONMENTS = ("network", "shared-services", "test", "prod")
DEFAULT = "0.0.0.0/0"
SUMMARY = "10.0.0.0/7"
# On the premises of every site that translates its addresses.
HIDDEN = {"wlan": "192.168.200.0/24"}

_SELDOM = st.sampled_from((False, False, True))


def regions() -> SearchStrategy[Region]:
    """Any known Region, of any partition."""
    return st.sampled_from([REGIONS["us-east-1"], *(region for name, region in REGIONS.items() if name != "us-east-1")])


def zone_lists(region: Region, largest: int = 4) -> SearchStrategy[list[str]]:
    """1 to 4 zones of a Region, in any order, with numbers of at most `largest`."""
    return st.lists(st.sampled_from(region.zone_ids[:largest]), min_size=1, max_size=4, unique=True)


@st.composite
def organizations(draw: DrawFn, partition: str = "aws") -> Organization:
    """An organization with the accounts and units that estates refer to."""
    root = f"arn:{partition}:organizations::999999999999"
    role = draw(st.sampled_from(("isthmus-deploy", None)))
    return Organization(
        arn=f"{root}:organization/o-example0001",
        accounts=[Account(name, id=f"{number:012}") for number, name in enumerate(ACCOUNTS, start=1)],
        units=[
            OrganizationalUnit(name, arn=f"{root}:ou/o-example0001/ou-root-{number:08}")
            for number, name in enumerate(UNITS, start=1)
        ],
        deployment_role=role,
        deployers=[] if role else ["teams/deploy", "tfc-run"],
    )


@st.composite
def tunnels(draw: DrawFn, inside_cidr: str | None = None) -> Tunnel:
    """A tunnel with strong algorithms and any options that AWS accepts."""
    if draw(_SELDOM) is False:
        return Tunnel(inside_cidr=inside_cidr)
    phase2 = draw(st.integers(900, 3_600))
    strong = st.lists(st.sampled_from(("SHA2-384", "SHA2-512")), min_size=1, unique=True)
    groups = draw(st.lists(st.sampled_from((14, 19, 20, 21)), min_size=1, unique=True))
    encryption = st.lists(st.sampled_from(("AES256-GCM-16", "AES256")), min_size=1, unique=True)
    return Tunnel(
        inside_cidr=inside_cidr,
        phase1_encryption_algorithms=draw(encryption),
        phase2_integrity_algorithms=draw(strong),
        phase1_dh_group_numbers=groups,
        weaker_algorithms_reason="the device is from 2016" if {14, 19} & {*groups} else None,
        phase1_lifetime=draw(st.integers(phase2 + 1, 28_800)),
        phase2_lifetime=phase2,
        dpd_timeout_action=draw(st.sampled_from(("restart", "clear", "none"))),
        dpd_timeout=draw(st.integers(30, 3_600)),
        startup_action=draw(st.sampled_from(("start", "add"))),
        rekey_margin_time=draw(st.integers(60, phase2 // 2)),
        rekey_fuzz_percentage=draw(st.integers(0, 100)),
        replay_window_size=draw(st.integers(64, 2_048)),
        lifecycle_control=draw(st.booleans()),
    )


@st.composite
def vpn_connections(
    draw: DrawFn, number: int, gateway: str, segment: str, routing: Routing = Routing.BGP, partition: str = "aws"
) -> VpnConnection:
    """A connection with this number to a customer gateway. Pinned inside CIDRs do not overlap derived ones."""
    pins = [f"169.254.{100 + number // 32}.{number % 32 * 8 + tunnel * 4}/30" for tunnel in range(2)]
    one, two = (draw(tunnels(pin if draw(_SELDOM) else None)) for pin in pins)
    acceleration = partition == "aws" and draw(_SELDOM)
    return VpnConnection(
        f"{gateway}-{number}",
        customer_gateway=gateway,
        number=number,
        segment=segment,
        routing=routing,
        acceleration=acceleration,
        tunnels=(one, two),
        bgp_logs=draw(_SELDOM) if routing is Routing.BGP else False,
        large_tunnels=not acceleration and draw(_SELDOM),
    )


@st.composite
def spokes(
    draw: DrawFn, number: int, segment: str, allowed_egress: Sequence[Egress], region: Region, defaults: Sequence[str]
) -> Spoke:
    """A spoke with this number, in 10.<number>.0.0/16, with any egress. `defaults` are the zones of the estate."""
    prefix = draw(st.sampled_from((20, 16, 19, 22, 21, 24, 23)))
    largest = 6 if prefix <= 22 else 4
    vpc = IPv4Network(f"10.{number}.0.0/{prefix}")
    fits = all(zone_number(zone) <= largest for zone in defaults)
    zones = None if fits and not draw(_SELDOM) else draw(zone_lists(region, largest))
    spans = sorted(defaults if zones is None else zones)
    egress = draw(st.sampled_from(allowed_egress))
    pins = {}
    if draw(_SELDOM):
        zone = zone_number(draw(st.sampled_from(spans)))
        half = next(slot(vpc, Tier.PRIVATE, zone).subnets())
        pins[f"{Tier.PRIVATE}_az{zone}"] = str(half)
    principals = st.lists(st.sampled_from((*UNITS, *ACCOUNTS)), unique=True, max_size=2)
    endpoints = st.sampled_from((("dynamodb", "s3"), ("s3",), ("dynamodb",), ()))
    return Spoke(
        SPOKES[number] if number < len(SPOKES) else f"spoke{number}",
        cidr=str(vpc),
        segment=segment,
        egress=egress,
        zones=zones,
        secondary_cidrs=[f"100.64.{number}.0/24"] if draw(_SELDOM) else [],
        subnets=pins,
        nat_zones=[draw(st.sampled_from(spans))] if egress is Egress.LOCAL and draw(st.booleans()) else None,
        share_private_subnets_with=draw(principals),
        gateway_endpoints=draw(endpoints),
        vpc_name=draw(st.sampled_from((None, f"infra-pinned-{number}"))),
    )


@st.composite
def _sites(draw: DrawFn, segments: Sequence[str], region: Region) -> tuple[list[Site], list[VpnConnection]]:
    """1 to 4 sites, or none, with their connections; static, or BGP over one or two connections."""
    found: list[Site] = []
    connections: list[VpnConnection] = []
    certificate = f"arn:{region.partition}:acm:{region.name}:{1:012}:certificate/example"
    # Several sites advertise a default route and their networks; or one site advertises only a default route; or one
    # connection has a static default route; or there is no default route.
    defaults = draw(st.sampled_from(("shared", "alone", "static", "none")))
    for number in range(draw(st.integers(0, 4))):
        name = f"dc{number + 1}"
        routing = draw(st.sampled_from((Routing.BGP, Routing.STATIC)))
        lan, wlan = f"172.{16 + number}.0.0/16", f"192.168.{number}.0/24"
        networks = {"lan": lan, "wlan": wlan} if draw(st.booleans()) else {"lan": lan}
        count = draw(st.integers(1, 2)) if routing is Routing.BGP else 1
        gateways = [
            CustomerGateway(
                f"{name}-0{device}",
                ip_address=f"203.0.113.{number * 4 + device}",
                bgp_asn=4_200_000_000 + number if draw(_SELDOM) and count == 1 else 65_001 + number,
                device=draw(st.sampled_from((None, "Example Router 9000"))),
                certificate_arn=certificate if draw(_SELDOM) else None,
            )
            for device in range(1, count + 1)
        ]
        made = [
            draw(
                vpn_connections(
                    number * 4 + index, gateway.name, draw(st.sampled_from(segments)), routing, region.partition
                )
            )
            for index, gateway in enumerate(gateways, start=1)
        ]
        advertises: list[str] = []
        if routing is Routing.BGP:
            advertises = [*networks.values()]
            if not found and draw(_SELDOM):
                advertises.append(SUMMARY)  # a summary over a block, as companies advertise them
            if defaults == "shared" and draw(st.booleans()):
                advertises.append(DEFAULT)
            elif defaults == "alone" and draw(st.booleans()):
                defaults, advertises = "none", [DEFAULT]
        if defaults == "static" and len(made) == 1:
            defaults, made = "none", [replace(made[0], default_route=True)]
        connections += made
        # With transit, a site that advertises a default route would be the egress path of the other.
        others = [] if DEFAULT in advertises else [site.name for site in found if DEFAULT not in site.advertises]
        default = DEFAULT in advertises or any(connection.default_route for connection in made)
        translates = "wlan" in networks and not default
        found.append(
            Site(
                name,
                networks=networks,
                non_routable_cidrs=HIDDEN if translates and draw(_SELDOM) else {},
                advertises=advertises,
                customer_gateways=gateways,
                dns_servers=[f"172.{16 + number}.0.53"] if draw(st.booleans()) else [],
                transit_with=draw(st.lists(st.sampled_from(others), unique=True)) if others else [],
            )
        )
    return found, connections


def _observability(partition: str) -> SearchStrategy[Observability | None]:
    """None, or alarms with one or more targets."""
    return st.none() | st.builds(
        Observability,
        notify=st.lists(st.sampled_from(("network-team@example.com", "24x7@example.com")), min_size=1, unique=True),
        tunnel_down_for=st.sampled_from((5, 15, 1_440)),
        firewall_drops_above=st.sampled_from((0, 250)),
        network_manager=st.just(value=False) if partition == "aws-cn" else st.booleans(),
    )


def _sharing() -> SearchStrategy[list[str]]:
    """An organizational unit, which may contain any account; or every account."""
    return st.sampled_from(([UNITS[0]], [ACCOUNTS[1], UNITS[1]], [*ACCOUNTS])).map(list)


@st.composite
def backends(draw: DrawFn) -> Backend:
    """Any of the backends."""
    known: tuple[Backend, ...] = (
        LocalBackend(),
        S3Backend(bucket="example-terraform-state", account=ACCOUNTS[0]),
        HcpTerraform(organization="example", project="Network", workspace_prefix="network-"),
    )
    return draw(st.sampled_from(known))


@st.composite
def firewall_policies(draw: DrawFn) -> FirewallPolicy:
    """A firewall policy with some rules, for every spoke."""
    rule = "pass tcp $HOME_NET any -> $EXTERNAL_NET {port} (flow:to_server; sid:{port};)"
    groups = [
        RuleGroup(
            f"ports-{place}",
            rules=[rule.format(port=443 + 2 * place), rule.format(port=444 + 2 * place)],
            priority=priority,
        )
        for place, priority in enumerate(draw(st.sets(st.sampled_from((1, 999, 3_000, 65_000)))))
    ]
    lists = [DomainList("updates", domains=draw(st.sampled_from(([".example.com"], ["example.com", ".example.org"]))))]
    managed = st.lists(st.sampled_from(("MalwareDomainsStrictOrder", "AttackInfrastructureStrictOrder")), unique=True)
    return FirewallPolicy(
        domain_lists=lists if draw(st.booleans()) else [],
        rule_groups=groups,
        managed_rule_groups=draw(managed),
        default_action=draw(st.sampled_from(DefaultAction)),
    )


@st.composite
def egress_vpcs(draw: DrawFn, region: Region, zones: Sequence[str]) -> EgressVpc:
    """An egress VPC with at least these zones and any inspection mode."""
    # The usual one first: a strategy shrinks to the first.
    inspection = draw(st.sampled_from(sorted(Inspection, key=lambda each: each is Inspection.APPLIANCES)))
    sizes = (23, 24) if all(zone_number(zone) <= 4 for zone in zones) else (23,)
    return EgressVpc(
        "way-out",
        cidr=f"10.254.254.0/{draw(st.sampled_from(sizes))}",
        inspection=inspection,
        firewall=draw(firewall_policies()) if inspection.is_network_firewall else None,
        endpoint_service=example_endpoint_service(region) if inspection is Inspection.APPLIANCES else None,
        zones=draw(st.permutations(sorted(zones))),
        vpc_name=draw(st.sampled_from((None, "infra-pinned-egress"))),
    )


@st.composite
def _translated(draw: DrawFn, owned: list[list[Spoke]], segments: Sequence[Segment]) -> list[list[Spoke]]:
    """The spokes of each account, where one may have a `routable_cidr`, and the range of a spoke it does not reach."""
    by_name = {segment.name: segment for segment in segments}
    # A VPC in 10.0.0.0/15 takes no secondary range in 10.0.0.0/16.
    every = [spoke for spokes in owned for spoke in spokes]
    candidates = [spoke for spoke in every if not spoke.cidr.startswith("10.0.")]
    seldom: bool = draw(_SELDOM)
    if not candidates or not seldom:
        return owned
    chosen = draw(st.sampled_from(candidates))
    segment = by_name[str(chosen.segment)]
    apart = [s for s in every if s is not chosen and not reach_each_other(segment, by_name[str(s.segment)])]
    number = int(chosen.cidr.split(".")[1])
    ranges = [f"10.{100 + number}.0.0/20", *(s.cidr for s in apart if IPv4Network(s.cidr).prefixlen <= 22)]
    hidden = replace(chosen, cidr=draw(st.sampled_from(ranges)), subnets={}, routable_cidr=f"10.{number}.0.0/24")
    return [[hidden if spoke is chosen else spoke for spoke in spokes] for spokes in owned]


def _inspected_pairs(segments: Sequence[Segment], spokes: Sequence[Spoke], taken: Sequence[str]) -> list[Segment]:
    """The segments; pairs without connections that do not reach each other may be inspected with each other."""
    free = [segment for segment in segments if segment.name not in taken]
    found = {segment.name: segment for segment in segments}
    for place, segment in enumerate(free):
        numbers = [spoke.routed_cidrs[0].split(".")[1] for spoke in spokes if spoke.segment == segment.name]
        blocks = [f"10.{number}.0.0/16" for number in numbers] + [f"100.64.{number}.0/24" for number in numbers]
        others = [o.name for o in free[:place] if o.name not in segment.reaches and segment.name not in o.reaches]
        found[segment.name] = replace(segment, blocks=blocks or [f"10.{200 + place}.0.0/16"], inspected_with=others)
    return [found[segment.name] for segment in segments]


@st.composite
def _inspected_sites(
    draw: DrawFn, segments: Sequence[Segment], spokes: Sequence[Spoke], sites: Sequence[Site]
) -> list[Segment]:
    """The segments; some are inspected with sites. Such a site is no egress path, and it advertises its networks."""
    found = []
    for place, segment in enumerate(segments):
        fit = [] if Egress.ON_PREMISES in segment.allowed_egress else [s for s in sites if s.advertises != (DEFAULT,)]
        chosen = draw(st.lists(st.sampled_from(fit), unique_by=lambda site: site.name)) if fit else []
        numbers = [spoke.routed_cidrs[0].split(".")[1] for spoke in spokes if spoke.segment == segment.name]
        blocks = [f"10.{number}.0.0/16" for number in numbers] + [f"100.64.{number}.0/24" for number in numbers]
        changed = replace(
            segment,
            blocks=segment.blocks or blocks or [f"10.{220 + place}.0.0/16"],
            inspected_with=[*segment.inspected_with, *chosen],
        )
        found.append(changed if chosen else segment)
    return found


@st.composite
def estates(draw: DrawFn, largest: int = 6, *, central: bool = True) -> Estate:
    """A valid estate of any shape: up to 5 segments, 4 sites, 4 environments and `largest` spokes.

    With `central=False` none has an egress VPC.
    """
    central = central and draw(st.booleans())
    region = draw(regions())
    zones = draw(zone_lists(region))
    names = SEGMENTS[: draw(st.integers(1, len(SEGMENTS)))]
    sites, connections = draw(_sites(names, region))
    segments = draw(_segments(names, sites, connections, central))
    accounts = [ACCOUNTS[0], *draw(st.permutations(ACCOUNTS))][: draw(st.integers(1, len(ENVIRONMENTS)))]
    open_segments = [segment for segment in segments if segment.allowed_egress]
    owned: list[list[Spoke]] = [[] for _ in accounts]
    for number in range(draw(st.integers(0, largest)) if open_segments else 0):
        segment = draw(st.sampled_from(open_segments))
        spoke = draw(spokes(number, segment.name, sorted(segment.allowed_egress), region, zones))
        draw(st.sampled_from(owned)).append(spoke)
    owned = draw(_translated(owned, segments))
    translated = any(spoke.routable_cidr for spokes in owned for spoke in spokes)
    if translated:
        segments = [replace(segment, static_routes=True) for segment in segments]
    every_spoke = [spoke for spokes in owned for spoke in spokes]
    spanned = {*zones, *(zone for spoke in every_spoke for zone in spoke.zones or ())}
    egress = draw(egress_vpcs(region, sorted(spanned))) if central else None
    where = draw(st.integers(0, len(accounts) - 1))
    # A translated spoke may have the range of one that it does not reach: it must not reach it through the firewall.
    if egress is not None and egress.inspection is not Inspection.NONE and not translated and draw(st.booleans()):
        segments = _inspected_pairs(segments, every_spoke, [str(vpn.segment) for vpn in connections])
    if egress is not None and egress.inspection is not Inspection.NONE and draw(st.booleans()):
        segments = draw(_inspected_sites(segments, every_spoke, sites))
    hub = Hub(
        "main",
        asn=draw(st.sampled_from((64_512, 65_534, 4_294_967_294))),
        cidr_blocks=["10.255.0.0/24"] if draw(_SELDOM) else [],
        share_with=draw(_sharing()),
    )
    environments = [
        Environment(
            name,
            account=account,
            hub=hub if index == 0 else None,
            vpn_connections=connections if index == 0 else [],
            egress=egress if index == where else None,
            spokes=spokes,
            observability=draw(_observability(region.partition)) if index == 0 else None,
            protected=not draw(st.booleans()),
            tags={"Stage": name} if draw(_SELDOM) else {},
        )
        for index, (name, account, spokes) in enumerate(zip(ENVIRONMENTS, accounts, owned, strict=False))
    ]
    estate = Estate(
        "example",
        organization=draw(organizations(region.partition)),
        region=region.name,
        blocks=draw(st.permutations(["10.0.0.0/8", "100.64.0.0/10"])),
        zones=zones,
        segments=draw(st.permutations(segments)),
        sites=draw(st.permutations(sites)),
        environments=draw(st.permutations(environments)),
        backend=draw(backends()),
        tags={"Owner": "network-team"} if draw(st.booleans()) else {},
        log_retention_days=draw(st.sampled_from((365, 1, 3653))),
        # Quotas for all spokes in one account, with NAT gateways in each zone.
        quotas={"elastic-ips": 30, "nat-gateways-per-zone": 10, "vpcs": 20},
    )
    estate = draw(resolving(estate))
    estate = replace(estate, allowed_connections=draw(_allowed_connections(estate)))
    return draw(_publishing(estate))


@st.composite
def _publishing(draw: DrawFn, estate: Estate) -> Estate:
    """The estate, in which the spoke with a routable CIDR may publish services, if anything may connect to them."""
    hidden = next((spoke for _, spoke in estate.spokes if spoke.routable_cidr is not None), None)
    if hidden is None or not draw(st.booleans()):
        return estate
    subnets = [slot_of(hidden, Tier.PRIVATE, zone_number(zone)) for zone in estate.zones_of(hidden)]
    hosts = [str(subnet[place]) for subnet in subnets for place in (4, 9)]
    targets = st.lists(st.sampled_from(hosts), min_size=1, max_size=3, unique=True)
    ports = draw(st.lists(st.sampled_from((22, 443, 8_080, 40_000)), min_size=1, max_size=2, unique=True))
    published = [
        PublishedService(
            f"service-{port}", port=port, targets=draw(targets), target_port=draw(st.none() | st.just(8_443))
        )
        for port in ports
    ]
    published = [service for service in published if clients(estate, hidden, service)]
    changed = replace(hidden, published=published)
    environments = [
        replace(one, spokes=[changed if spoke is hidden else spoke for spoke in one.spokes])
        for one in estate.environments
    ]
    return replace(estate, environments=environments)


@st.composite
def _allowed_connections(draw: DrawFn, estate: Estate) -> list[AllowedConnection]:
    """No allowed connections, or some between a segment and an inspected segment or a site network.

    None with hybrid DNS: they would also limit DNS servers.
    """
    met = [(s.name, network) for s in estate.segments for network in networks_reached(estate, s)]
    known_segments = {segment.name for segment in estate.segments}
    met += [(s.name, str(o)) for s in estate.segments for o in s.inspected_with if o in known_segments]
    if not met or any(environment.dns for environment in estate.environments) or not draw(_SELDOM):
        return []
    known = st.sampled_from(("tcp/443", "tcp/8000-8080", "udp/53", "icmp"))
    ports = st.lists(known, min_size=1, max_size=2, unique=True)
    forward = draw(st.sampled_from(met))
    reverse = forward[::-1]
    directions = draw(st.sampled_from(((forward,), (reverse,), (forward, reverse))))
    return [AllowedConnection(source=source, to=to, ports=draw(ports)) for source, to in directions]


@st.composite
def _segments(
    draw: DrawFn, names: Sequence[str], sites: Sequence[Site], connections: Sequence[VpnConnection], central: bool
) -> list[Segment]:
    """Segments with any reachability, whose allowed egress fits the sites that they reach."""
    isolated = {name: draw(st.booleans()) for name in names}
    reaches = {
        name: draw(st.lists(st.sampled_from([other for other in names if other != name]), unique=True))
        if len(names) > 1
        else []
        for name in names
    }
    site_of = {gateway.name: site for site in sites for gateway in site.customer_gateways}
    found = []
    for name in names:
        reached = {other for other in names if name in reaches[other] or other in reaches[name]}
        reached |= set() if isolated[name] else {name}
        met = [connection for connection in connections if connection.segment in reached]
        heard = {site_of[str(vpn.customer_gateway)].name: site_of[str(vpn.customer_gateway)] for vpn in met}
        default = any(vpn.default_route or DEFAULT in site_of[str(vpn.customer_gateway)].advertises for vpn in met)
        ways = [
            Egress.NONE,
            Egress.LOCAL,
            *([Egress.ON_PREMISES] if default else []),
            # The static default route to the egress VPC would win over an advertised default route.
            *([Egress.CENTRAL] if central and all(site.advertises != (DEFAULT,) for site in heard.values()) else []),
        ]
        networks = [f"{site.name}/{network}" for site in heard.values() for network in site.networks]
        limited = bool(networks) and draw(_SELDOM)
        # At least one egress path. With only one, a spoke has no choice, and shrinking is simple.
        allowed = (
            st.just(frozenset()) if draw(_SELDOM) else st.frozensets(st.sampled_from(ways), min_size=1, max_size=3)
        )
        found.append(
            Segment(
                name,
                isolated=isolated[name],
                reaches=reaches[name],
                allowed_egress=draw(allowed),
                site_networks=draw(st.lists(st.sampled_from(networks), unique=True)) if limited else None,
                may_be_attached_by=draw(_sharing()),
            )
        )
    return found
