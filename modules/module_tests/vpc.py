"""Checks of modules that make a VPC: `spoke_<name>` and `egress`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from isthmus.intent import Egress, EgressVpc, Estate, Inspection, Spoke
from isthmus.intent.addressing import Tier, zone_number
from isthmus.intent.reachability import networks_reached
from isthmus.intent.site_remainder import Rank, site_rules
from isthmus.intent.static_prefixes import static_prefixes
from modules.hub import GATEWAY_ID, ram_principals, table_id
from modules.hub_route_tables import DEFAULT, EGRESS, HubTables
from modules.module_tests.document import Check, Module, all_of, check, listed, same, text

_GATEWAY = f"var.{GATEWAY_ID}"
_INSIDE = """cidrhost("${split("/", subnet.cidr_block)[0]}/${split("/", range)[1]}", 0) == split("/", range)[0]"""
_SHORTER = """min(split("/", one)[1], split("/", other)[1])"""
_START = """cidrhost("${{split("/", {name})[0]}}/${{{shorter}}}", 0)"""


def spoke(estate: Estate, wanted: Spoke, tables: HubTables, module: Module) -> Iterator[Check]:
    """The checks of `spoke_<name>`."""
    segment = estate.segment(wanted.segment)
    workloads = _route_tables(module, Tier.PUBLIC, Tier.PRIVATE)
    yield from _vpc(wanted.cidr, estate.zones_of(wanted), module)
    yield _associated(tables.table_of_spoke(wanted).key, "segment")
    yield from _known_to_the_hub(estate, wanted, tables, module)
    reached = sorted({*estate.blocks, *networks_reached(estate, segment).values()})
    here = f"destination && route.transit_gateway_id == {_GATEWAY}"
    to_hub = workloads if wanted.routable_cidr is None else _route_tables(module, Tier.ROUTABLE)
    yield check(
        "routes_to_the_estate_and_its_sites_use_the_hub",
        (
            all_of("destination", text(reached), same(_tables_with(module, here), f"{listed(to_hub)}[*].id")),
            "A route table of workloads has no route to the hub for a block of the estate or a network of a site.",
        ),
    )
    if wanted.routable_cidr is not None:
        yield _translated(estate, wanted, reached, module)
    yield _egress_path(wanted, workloads, to_hub, module)
    denied = sorted(rule.cidr for rule in site_rules(estate, segment) if rule.rank is not Rank.NAMED)
    if denied:
        yield _denied(denied, module)
    if wanted.share_private_subnets_with:
        yield _shared(estate, wanted, module)


def egress(estate: Estate, wanted: EgressVpc, tables: HubTables, module: Module) -> Iterator[Check]:
    """The checks of `egress`."""
    zones = estate.zones_of_egress(wanted)
    yield from _vpc(wanted.cidr, zones, module)
    yield _associated(EGRESS, "egress VPC")
    inspected = wanted.inspection.has_endpoints
    numbers = [zone_number(zone) for zone in zones]
    target = {
        Inspection.VPC: "vpc_endpoint_id == var.endpoint_id_az{}",
        Inspection.APPLIANCES: f"vpc_endpoint_id == aws_vpc_endpoint.{Tier.FIREWALL}_az{{}}.id",
    }.get(wanted.inspection, "nat_gateway_id == aws_nat_gateway.az{}.id")
    yield check(
        "egress_stays_in_its_zone",
        *(
            (
                f"aws_route.{Tier.TRANSIT_GATEWAY}_az{number}_default.{target.format(number)}"
                f" && aws_nat_gateway.az{number}.subnet_id == aws_subnet.{Tier.PUBLIC}_az{number}.id",
                f"Traffic from the hub in zone {number} does not use the firewall or NAT gateway of that zone.",
            )
            for number in numbers
        ),
    )
    back = "vpc_endpoint_id != null" if inspected else f"transit_gateway_id == {_GATEWAY}"
    public = listed(_route_tables(module, Tier.PUBLIC))
    yield check(
        "return_paths_have_routes",
        (
            all_of(
                "destination",
                text(sorted(estate.blocks)),
                same(_tables_with(module, f"destination && route.{back}"), f"{public}[*].id")
                if not inspected
                else f"length({_tables_with(module, f'destination && route.{back}')}) >= length({public})",
            ),
            "A table of the NAT gateways' subnets has no route back to a block of the estate.",
        ),
    )
    if module.addresses("aws_ec2_transit_gateway_route"):
        attachment = _accepted(module)
        yield check(
            "routes_of_the_hub_target_this_vpc",
            (
                all_of(
                    "route",
                    module.all("aws_ec2_transit_gateway_route"),
                    f"route.transit_gateway_attachment_id == {attachment}.id",
                ),
                "The target of a hub route is another attachment than the egress VPC's.",
            ),
        )


def _vpc(cidr: str, zones: Sequence[str], module: Module) -> Iterator[Check]:
    """The checks of every VPC of the estate."""
    subnets = module.all("aws_subnet")
    ranges = [f"{a}.cidr_block" for a in ("aws_vpc.this", *module.addresses("aws_vpc_ipv4_cidr_block_association"))]
    starts = (_START.format(name=name, shorter=_SHORTER) for name in ("one", "other"))
    yield check(
        "subnets_are_in_the_vpc_and_do_not_overlap",
        (f'aws_vpc.this.cidr_block == "{cidr}"', f"The CIDR of the VPC is not {cidr}."),
        (
            all_of("subnet", subnets, f"anytrue([for range in {listed(ranges)} : {_INSIDE}])"),
            "A subnet is outside the CIDRs of the VPC.",
        ),
        (
            f"alltrue(flatten([for i, one in {subnets}[*].cidr_block : [for j, other in {subnets}[*].cidr_block :"
            f" i >= j || {' != '.join(starts)}]]))",
            "Two subnets overlap.",
        ),
    )
    yield check(
        "no_subnet_assigns_public_addresses",
        (
            all_of("subnet", subnets, "!subnet.map_public_ip_on_launch"),
            "A subnet assigns public addresses to instances.",
        ),
    )
    associations = module.all("aws_route_table_association")
    yield check(
        "every_subnet_has_a_route_table_of_this_module",
        (same(f"{associations}[*].subnet_id", f"{subnets}[*].id"), "A subnet has no route table, or more than one."),
        (
            f"length(setsubtract({associations}[*].route_table_id, {module.ids('aws_route_table')})) == 0",
            "A subnet uses a route table of another module.",
        ),
    )
    yield check(
        "default_route_table_and_security_group_are_empty",
        ("length(aws_default_route_table.this.route) == 0", "The VPC's main route table has routes."),
        (
            "length(aws_default_security_group.this.ingress) + length(aws_default_security_group.this.egress) == 0",
            "The VPC's default security group has rules.",
        ),
    )
    yield check(
        "all_traffic_is_logged",
        ("aws_flow_log.this.vpc_id == aws_vpc.this.id", "The flow log is not for the VPC."),
        ('aws_flow_log.this.traffic_type == "ALL"', "The flow log does not include all traffic."),
    )
    gateway = module.all("aws_subnet", Tier.TRANSIT_GATEWAY)
    yield check(
        "the_hub_is_attached_in_every_zone",
        (
            same("aws_ec2_transit_gateway_vpc_attachment.this.subnet_ids", f"{gateway}[*].id"),
            "The attachment does not use the transit gateway subnets.",
        ),
        (
            same(f"{gateway}[*].availability_zone_id", text(zones)),
            f"The attachment does not use all of {', '.join(zones)}.",
        ),
    )
    accepted = _accepted(module)
    switches = [f"!{accepted}.transit_gateway_default_route_table_{kind}" for kind in ("association", "propagation")]
    yield check(
        "no_default_table_of_the_hub_is_used",
        (" && ".join(switches), "The attachment uses the hub's default route tables."),
    )


def _associated(table: str, of: str) -> Check:
    return check(
        f"the_attachment_uses_the_route_table_of_the_{of}".replace(" ", "_").lower(),
        (
            f"aws_ec2_transit_gateway_route_table_association.this.transit_gateway_route_table_id"
            f" == var.{table_id(table)}",
            f"The attachment is not associated with the {of}'s route table.",
        ),
    )


def _known_to_the_hub(estate: Estate, wanted: Spoke, tables: HubTables, module: Module) -> Iterator[Check]:
    """The VPC propagates into the tables of its segment, or has static routes there."""
    segment = estate.segment(wanted.segment)
    allowed = [f"var.{table_id(table.key)}" for table in tables.propagated_from_spoke(wanted)]
    why = f"The VPC propagates into other route tables of the hub than those that may reach {segment.name}."
    into = "[*].transit_gateway_route_table_id"
    propagations = f"{module.all('aws_ec2_transit_gateway_route_table_propagation')}{into}"
    if wanted.routable_cidr is None:
        yield check("the_vpc_propagates_into_tables_of_its_segment_only", (same(propagations, listed(allowed)), why))
    prefixes = static_prefixes(estate, wanted)
    if prefixes and allowed:
        routes = module.all("aws_ec2_transit_gateway_route")
        yield check(
            "static_routes_of_the_hub_are_for_the_range_that_others_use",
            (
                same(f"{routes}[*].destination_cidr_block", text([cidr for cidr in prefixes for _ in allowed])),
                f"A static route of the hub is not for {', '.join(prefixes)}.",
            ),
            (
                same(f"{routes}{into}", listed(table for table in allowed for _ in prefixes)),
                f"A static route is in another route table of the hub than those that may reach {segment.name}.",
            ),
        )


def _translated(estate: Estate, wanted: Spoke, reached: Sequence[str], module: Module) -> Check:
    """Workloads reach the hub by the private NAT gateway of their zone, and by nothing else."""
    numbers = [zone_number(zone) for zone in estate.zones_of(wanted)]
    inside = [
        f'aws_nat_gateway.{Tier.ROUTABLE}_az{number}.connectivity_type == "private"'
        f" && aws_nat_gateway.{Tier.ROUTABLE}_az{number}.subnet_id == aws_subnet.{Tier.ROUTABLE}_az{number}.id"
        for number in numbers
    ]
    by_nat = [
        all_of(
            "destination",
            text(reached),
            same(
                _tables_with(module, f"destination && route.nat_gateway_id == aws_nat_gateway.routable_az{number}.id"),
                f"{listed(_workload_tables_in(module, number))}[*].id",
            ),
        )
        for number in numbers
    ]
    return check(
        "workloads_are_translated_in_their_zone",
        (" && ".join(inside), "A NAT gateway is not private, or is not in the routable subnet of its zone."),
        *((found, "A route table of workloads does not use the private NAT gateway of its zone.") for found in by_nat),
    )


def _egress_path(wanted: Spoke, workloads: Sequence[str], to_hub: Sequence[str], module: Module) -> Check:
    if wanted.egress is Egress.NONE:
        return check(
            "there_is_no_egress_path",
            (
                all_of("route", module.all("aws_route"), f'route.destination_cidr_block != "{DEFAULT}"'),
                "A VPC without an egress path has a default route.",
            ),
        )
    default = f'"{DEFAULT}" && '
    if wanted.egress is Egress.LOCAL:
        public = f"{listed(_route_tables(module, Tier.PUBLIC))}[*].id"
        private = f"{listed(_route_tables(module, Tier.PRIVATE))}[*].id"
        internet = "route.gateway_id == aws_internet_gateway.this.id"
        nats = module.ids("aws_nat_gateway")
        return check(
            "egress_is_local",
            (
                same(_tables_with(module, default + internet), public),
                "The tables with a default route to the internet gateway are not those of the public subnets.",
            ),
            (
                same(
                    _tables_with(module, f"{default}anytrue([for nat in {nats} : nat == route.nat_gateway_id])"),
                    private,
                ),
                "A route table of private subnets has no default route to a NAT gateway.",
            ),
        )
    return check(
        "egress_is_over_the_hub_only",
        (
            same(
                _tables_with(module, f"{default}route.transit_gateway_id == {_GATEWAY}"),
                f"{listed(to_hub)}[*].id",
            ),
            "A route table of workloads has no default route to the hub.",
        ),
        (
            f"length({_tables_with(module, default + 'true')}) == {len({*workloads, *to_hub})}",
            "The target of a default route is not the hub.",
        ),
    )


def _denied(networks: Sequence[str], module: Module) -> Check:
    rules = module.all("aws_network_acl_rule")
    stops = 'rule.cidr_block == network && rule.egress == outgoing && rule.rule_action == "deny"'
    subnets = [a for a in module.addresses("aws_subnet") if not a.startswith(f"aws_subnet.{Tier.TRANSIT_GATEWAY}")]
    return check(
        "denied_sites_are_denied_in_both_directions",
        (
            f"alltrue(flatten([for network in {text(networks)} : [for outgoing in [true, false] :"
            f" anytrue([for rule in {rules} : {stops}])]]))",
            "A denied site network is not denied in both directions.",
        ),
        (
            same(f"{module.all('aws_network_acl_association')}[*].subnet_id", f"{listed(subnets)}[*].id"),
            "A subnet of workloads does not have the network ACL.",
        ),
    )


def _shared(estate: Estate, wanted: Spoke, module: Module) -> Check:
    private = f"{module.all('aws_subnet', Tier.PRIVATE)}[*].arn"
    shared_with = [principal for _, principal in ram_principals(estate, wanted.share_private_subnets_with)]
    return check(
        "only_private_subnets_are_shared",
        (
            same(f"{module.all('aws_ram_resource_association')}[*].resource_arn", private),
            "The shared resources are not exactly the private subnets.",
        ),
        (
            same(f"{module.all('aws_ram_principal_association')}[*].principal", text(shared_with)),
            "The subnets are shared with other principals than the intent names.",
        ),
    )


def _route_tables(module: Module, *tiers: Tier) -> list[str]:
    return module.addresses("aws_route_table", *tiers)


def _workload_tables_in(module: Module, zone: int) -> list[str]:
    return [table for table in _route_tables(module, Tier.PUBLIC, Tier.PRIVATE) if table.endswith(f"_az{zone}")]


def _tables_with(module: Module, condition: str) -> str:
    """The ids of the route tables with a matching route. `condition` starts with the destination."""
    routes = module.all("aws_route")
    return f"[for route in {routes} : route.route_table_id if route.destination_cidr_block == {condition}]"


def _accepted(module: Module) -> str:
    """The address of the accepted attachment: the accepter if the accounts differ, else the attachment itself."""
    attachment = "aws_ec2_transit_gateway_vpc_attachment"
    return next(iter(module.addresses(f"{attachment}_accepter")), f"{attachment}.this")
