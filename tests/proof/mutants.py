"""The mistakes that people make, each made in a correct output at every place where it fits.

A mutant names what it broke: a finding has to point at one of its `culprits`, the resource that was changed or, where
one was removed, what it belonged to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.proof.estates import Output

Resources = dict[str, dict[str, dict[str, Any]]]

_REFERENCE = re.compile(r"\$\{(aws_\w+\.\w+)\.\w+\}")


@dataclass
class Module:
    """One module file of an output, to be changed."""

    path: str
    document: dict[str, Any]

    @property
    def prefix(self) -> str:
        """What the addresses of its resources start with."""
        _, root, _, name, _ = self.path.split("/")
        return f"{root}/module.{name}."

    @property
    def resources(self) -> Resources:
        found: Resources = self.document.setdefault("resource", {})
        return found

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """Resources of a type by name."""
        return self.resources.get(kind, {})

    def address(self, kind: str, name: str) -> str:
        return f"{self.prefix}{kind}.{name}"

    def referred(self, value: object) -> tuple[str, ...]:
        """Addresses of the resources of this module that a value refers to."""
        return tuple(self.prefix + found for found in _REFERENCE.findall(json.dumps(value)))

    def variables(self, start: str) -> list[str]:
        return [f"${{var.{name}}}" for name in sorted(self.document.get("variable", {})) if name.startswith(start)]


@dataclass(frozen=True)
class Mutant:
    """A changed output: which mistake, where (in which file), and what a finding may point at."""

    kind: str
    where: str
    path: str
    culprits: tuple[str, ...]
    document: dict[str, Any] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.kind} at {self.where}"


Edit = Callable[[Module], tuple[str, ...]]
Mistake = Callable[[Module], Iterator[tuple[str, Edit]]]
MISTAKES: dict[str, Mistake] = {}


def mistake(make: Mistake) -> Mistake:
    """Register a kind of mistake by its name."""
    MISTAKES[make.__name__.replace("_", "-")] = make
    return make


def mutants(output: Output, kind: str | None = None, places: int | None = None) -> Iterator[Mutant]:
    """Every mistake (or one kind), everywhere it fits (or at so many places, spread over the output)."""
    documents = {path: json.loads(text) for path, text in sorted(output.items()) if path.endswith("/main.tf.json")}
    for name in MISTAKES if kind is None else [kind]:
        fitting = [
            (path, where, edit)
            for path, document in documents.items()
            for where, edit in MISTAKES[name](Module(path, document))
        ]
        step = 1 if places is None else max(1, len(fitting) // places)
        for path, where, edit in fitting[::step][:places]:
            module = Module(path, deepcopy(documents[path]))
            yield Mutant(name, module.prefix + where, path, edit(module), module.document)


# --- building blocks


def _each(module: Module, kind: str) -> Iterator[str]:
    yield from sorted(module.of(kind))


def _drop(kind: str, name: str, *more: str) -> Edit:
    """Remove a resource. What it referred to is to blame, and whatever depended on it goes without."""

    def edit(module: Module) -> tuple[str, ...]:
        gone = module.of(kind).pop(name)
        if not module.of(kind):
            del module.resources[kind]
        return (*module.referred(gone), *(module.prefix + m for m in more), module.address(kind, name))

    return edit


def _set(kind: str, name: str, **values: Any) -> Edit:
    """Change arguments of a resource. It is to blame, and what it points at, before and after."""

    def edit(module: Module) -> tuple[str, ...]:
        resource = module.of(kind)[name]
        before = module.referred(resource)
        for key, value in values.items():
            if value is None:
                resource.pop(key, None)
            else:
                resource[key] = value
        return (module.address(kind, name), *module.referred(resource), *before)

    return edit


def _add(kind: str, name: str, **values: Any) -> Edit:
    """Add a resource."""

    def edit(module: Module) -> tuple[str, ...]:
        module.resources.setdefault(kind, {})[name] = values
        return (module.address(kind, name), *module.referred(values))

    return edit


def _all(*edits: Edit) -> Edit:
    def edit(module: Module) -> tuple[str, ...]:
        return tuple(address for one in edits for address in one(module))

    return edit


def _routes(module: Module, tier: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, route in sorted(module.of("aws_route").items()):
        if f".{tier}" in route["route_table_id"]:
            yield name, route


def _private_tables(module: Module) -> list[str]:
    return [name for name in sorted(module.of("aws_route_table")) if name.startswith("private_")]


# --- transit gateway: associations, propagations, routes

ASSOCIATION = "aws_ec2_transit_gateway_route_table_association"
PROPAGATION = "aws_ec2_transit_gateway_route_table_propagation"
ATTACHMENT = "aws_ec2_transit_gateway_vpc_attachment"
TGW_ROUTE = "aws_ec2_transit_gateway_route"


@mistake
def association_with_another_table(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, ASSOCIATION):
        for table in module.variables("route_table_id_"):
            if table != module.of(ASSOCIATION)[name]["transit_gateway_route_table_id"]:
                yield f"{name} -> {table}", _set(ASSOCIATION, name, transit_gateway_route_table_id=table)


@mistake
def association_forgotten(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, ASSOCIATION):
        yield name, _drop(ASSOCIATION, name)


@mistake
def propagation_forgotten(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, PROPAGATION):
        yield name, _drop(PROPAGATION, name)


@mistake
def propagation_into_another_table(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, PROPAGATION):
        for table in module.variables("route_table_id_"):
            if table != module.of(PROPAGATION)[name]["transit_gateway_route_table_id"]:
                yield f"{name} -> {table}", _set(PROPAGATION, name, transit_gateway_route_table_id=table)


@mistake
def propagation_into_one_more_table(module: Module) -> Iterator[tuple[str, Edit]]:
    taken = {
        (p["transit_gateway_attachment_id"], p["transit_gateway_route_table_id"])
        for p in module.of(PROPAGATION).values()
    }
    for attachment in sorted({a["transit_gateway_attachment_id"] for a in module.of(ASSOCIATION).values()}):
        for table in module.variables("route_table_id_"):
            if (attachment, table) not in taken:
                added = _add(
                    PROPAGATION, "extra", transit_gateway_attachment_id=attachment, transit_gateway_route_table_id=table
                )
                yield f"{attachment} -> {table}", added


@mistake
def blackhole_forgotten(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, TGW_ROUTE):
        if module.of(TGW_ROUTE)[name].get("blackhole"):
            yield name, _drop(TGW_ROUTE, name, _named_table(module.of(TGW_ROUTE)[name]))


@mistake
def blackhole_next_to_the_spokes(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, TGW_ROUTE):
        route = module.of(TGW_ROUTE)[name]
        if route.get("blackhole") and route["destination_cidr_block"] == "10.1.0.0/16":
            yield name, _set(TGW_ROUTE, name, destination_cidr_block="10.1.128.0/17")


@mistake
def blackhole_over_a_site(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, "aws_ec2_transit_gateway_route_table"):
        table = f"${{aws_ec2_transit_gateway_route_table.{name}.id}}"
        for cidr in ("172.20.0.0/16", "192.168.7.0/24"):
            yield (
                f"{name} {cidr}",
                _add(
                    TGW_ROUTE,
                    "extra",
                    blackhole=True,
                    destination_cidr_block=cidr,
                    transit_gateway_route_table_id=table,
                ),
            )


@mistake
def blackhole_over_a_spoke(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, "aws_ec2_transit_gateway_route_table"):
        table = f"${{aws_ec2_transit_gateway_route_table.{name}.id}}"
        for cidr in ("10.1.48.0/20", "10.1.0.0/20"):
            yield (
                f"{name} {cidr}",
                _add(
                    TGW_ROUTE,
                    "extra",
                    blackhole=True,
                    destination_cidr_block=cidr,
                    transit_gateway_route_table_id=table,
                ),
            )


@mistake
def static_route_over_bgp(module: Module) -> Iterator[tuple[str, Edit]]:
    """A spoke's attachment takes what the site advertises: static wins."""
    for table in module.variables("route_table_id_"):
        for name in _each(module, ATTACHMENT):
            yield (
                f"{name} {table}",
                _add(
                    TGW_ROUTE,
                    "extra",
                    destination_cidr_block="172.20.0.0/16",
                    transit_gateway_attachment_id=f"${{{ATTACHMENT}.{name}.id}}",
                    transit_gateway_route_table_id=table,
                ),
            )


@mistake
def summary_route_to_a_site(module: Module) -> Iterator[tuple[str, Edit]]:
    """A summary of the estate's blocks to the VPN: the way round through on-premises."""
    for name in _each(module, "aws_vpn_connection"):
        for table in module.variables("route_table_id_"):
            yield (
                f"{name} {table}",
                _add(
                    TGW_ROUTE,
                    "extra",
                    destination_cidr_block="10.1.0.0/17",
                    transit_gateway_attachment_id=f"${{aws_vpn_connection.{name}.transit_gateway_attachment_id}}",
                    transit_gateway_route_table_id=table,
                ),
            )


@mistake
def static_route_to_a_spoke(module: Module) -> Iterator[tuple[str, Edit]]:
    """A static route does what a propagation was kept from doing."""
    for name in _each(module, ATTACHMENT):
        cidr = module.of("aws_vpc")["this"]["cidr_block"]
        for table in module.variables("route_table_id_"):
            yield (
                f"{name} {table}",
                _add(
                    TGW_ROUTE,
                    "extra",
                    destination_cidr_block=cidr,
                    transit_gateway_attachment_id=f"${{{ATTACHMENT}.{name}.id}}",
                    transit_gateway_route_table_id=table,
                ),
            )


@mistake
def static_route_forgotten(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, TGW_ROUTE):
        if not module.of(TGW_ROUTE)[name].get("blackhole"):
            route = module.of(TGW_ROUTE)[name]
            yield name, _drop(TGW_ROUTE, name, _named_table(route))


@mistake
def attachment_without_a_zone(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, ATTACHMENT):
        subnets = module.of(ATTACHMENT)[name]["subnet_ids"]
        for left_out in subnets:
            yield (
                f"{name} {left_out}",
                _set(ATTACHMENT, name, subnet_ids=[s for s in subnets if s != left_out]),
            )


@mistake
def attachment_id_as_gateway_id(module: Module) -> Iterator[tuple[str, Edit]]:
    for name, route in _routes(module, "private_"):
        if "transit_gateway_id" in route:
            yield name, _set("aws_route", name, transit_gateway_id=f"${{{ATTACHMENT}.this.id}}")


@mistake
def default_tables_switched_on(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, "aws_ec2_transit_gateway"):
        yield (
            name,
            _set(
                "aws_ec2_transit_gateway",
                name,
                default_route_table_association="enable",
                default_route_table_propagation="enable",
            ),
        )


# --- VPC tables


@mistake
def route_forgotten(module: Module) -> Iterator[tuple[str, Edit]]:
    for name, _ in _routes(module, "private_"):
        yield name, _drop("aws_route", name)


@mistake
def public_default_forgotten(module: Module) -> Iterator[tuple[str, Edit]]:
    for name, route in _routes(module, "public_"):
        if "gateway_id" in route:
            nats = [f"aws_nat_gateway.{nat}" for nat in module.of("aws_nat_gateway")]
            yield name, _drop("aws_route", name, *nats)


@mistake
def route_to_the_wrong_prefix(module: Module) -> Iterator[tuple[str, Edit]]:
    for name, route in _routes(module, "private_"):
        if not route["destination_cidr_block"].startswith("0."):
            yield name, _set("aws_route", name, destination_cidr_block="10.99.0.0/16")


@mistake
def route_too_narrow(module: Module) -> Iterator[tuple[str, Edit]]:
    for name, route in _routes(module, "private_"):
        network, _, length = route["destination_cidr_block"].partition("/")
        yield name, _set("aws_route", name, destination_cidr_block=f"{network}/{int(length) + 1}")


@mistake
def site_route_to_the_nat_gateway(module: Module) -> Iterator[tuple[str, Edit]]:
    for name, route in _routes(module, "private_"):
        for nat in _each(module, "aws_nat_gateway"):
            if route["destination_cidr_block"].startswith("172."):
                yield (
                    f"{name} {nat}",
                    _set("aws_route", name, transit_gateway_id=None, nat_gateway_id=f"${{aws_nat_gateway.{nat}.id}}"),
                )


@mistake
def default_route_through_the_hub(module: Module) -> Iterator[tuple[str, Edit]]:
    """The egress path is the NAT gateway, and a mistake changes the default route to the hub."""
    for name, route in _routes(module, "private_"):
        if "nat_gateway_id" in route:
            yield (
                name,
                _set("aws_route", name, nat_gateway_id=None, transit_gateway_id="${var.transit_gateway_id}"),
            )


@mistake
def unintended_default_route(module: Module) -> Iterator[tuple[str, Edit]]:
    """A default to the hub in a table that has none."""
    for table in _private_tables(module):
        reference = f"${{aws_route_table.{table}.id}}"
        defaults = {r["route_table_id"] for _, r in _routes(module) if r["destination_cidr_block"] == "0.0.0.0/0"}
        if reference not in defaults:
            yield (
                table,
                _add(
                    "aws_route",
                    "extra",
                    route_table_id=reference,
                    destination_cidr_block="0.0.0.0/0",
                    transit_gateway_id="${var.transit_gateway_id}",
                ),
            )


@mistake
def private_subnet_straight_to_the_internet(module: Module) -> Iterator[tuple[str, Edit]]:
    """The default of a private table leads to an internet gateway, which is made where there is none."""
    for table in _private_tables(module):
        reference = f"${{aws_route_table.{table}.id}}"
        made = _add("aws_internet_gateway", "extra", vpc_id="${aws_vpc.this.id}")
        existing = sorted(module.of("aws_internet_gateway"))
        gateway = existing[0] if existing else "extra"
        target = {"gateway_id": f"${{aws_internet_gateway.{gateway}.id}}"}
        default = [
            name
            for name, route in _routes(module)
            if route["route_table_id"] == reference and route["destination_cidr_block"] == "0.0.0.0/0"
        ]
        routed = (
            _set("aws_route", default[0], transit_gateway_id=None, nat_gateway_id=None, **target)
            if default
            else _add("aws_route", "extra", route_table_id=reference, destination_cidr_block="0.0.0.0/0", **target)
        )
        yield table, routed if existing else _all(made, routed)


@mistake
def nat_gateway_of_another_zone(module: Module) -> Iterator[tuple[str, Edit]]:
    for name, route in _routes(module, "private_"):
        for nat in _each(module, "aws_nat_gateway"):
            first = route.get("nat_gateway_id", "")
            if first and f".{nat}." not in first:
                yield f"{name} {nat}", _set("aws_route", name, nat_gateway_id=f"${{aws_nat_gateway.{nat}.id}}")


@mistake
def nat_gateway_in_a_private_subnet(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, "aws_nat_gateway"):
        subnet = module.of("aws_nat_gateway")[name]["subnet_id"].replace(".public_", ".private_")
        if any(address.rpartition(".")[2] in module.of("aws_subnet") for address in module.referred(subnet)):
            yield name, _set("aws_nat_gateway", name, subnet_id=subnet)


@mistake
def nat_gateway_private(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, "aws_nat_gateway"):
        yield name, _set("aws_nat_gateway", name, allocation_id=None, connectivity_type="private")


@mistake
def table_of_another_tier(module: Module) -> Iterator[tuple[str, Edit]]:
    kind = "aws_route_table_association"
    for name in _each(module, kind):
        for tier in ("transit_gateway", "public"):
            table = name.replace("private", tier)
            if name.startswith("private_") and table in module.of("aws_route_table"):
                yield f"{name} -> {table}", _set(kind, name, route_table_id=f"${{aws_route_table.{table}.id}}")


@mistake
def table_association_forgotten(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, "aws_route_table_association"):
        if name.startswith("private_"):
            yield name, _drop("aws_route_table_association", name, "aws_vpc.this.main_route_table_id")


@mistake
def return_route_missing_from_attachment_subnets(module: Module) -> Iterator[tuple[str, Edit]]:
    """The attachment subnets' table sends what comes from the hub back to it."""
    for table in sorted(module.of("aws_route_table")):
        if table.startswith("transit_gateway_"):
            for subnet in sorted(module.of("aws_subnet")):
                if subnet.startswith("private_"):
                    cidr = module.of("aws_subnet")[subnet]["cidr_block"]
                    yield (
                        f"{table} {subnet}",
                        _add(
                            "aws_route",
                            "extra",
                            route_table_id=f"${{aws_route_table.{table}.id}}",
                            destination_cidr_block=cidr,
                            transit_gateway_id="${var.transit_gateway_id}",
                        ),
                    )


@mistake
def summary_that_swallows_the_sites(module: Module) -> Iterator[tuple[str, Edit]]:
    """A longer route to the NAT gateway for part of a site's network."""
    for table in _private_tables(module):
        for nat in sorted(module.of("aws_nat_gateway"))[:1]:
            yield (
                table,
                _add(
                    "aws_route",
                    "extra",
                    route_table_id=f"${{aws_route_table.{table}.id}}",
                    destination_cidr_block="172.20.128.0/17",
                    nat_gateway_id=f"${{aws_nat_gateway.{nat}.id}}",
                ),
            )


# --- VPCs, subnets and zones


@mistake
def subnet_outside_its_vpc(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, "aws_subnet"):
        yield name, _set("aws_subnet", name, cidr_block="10.200.0.0/24")


@mistake
def subnets_that_overlap(module: Module) -> Iterator[tuple[str, Edit]]:
    private = [name for name in _each(module, "aws_subnet") if name.startswith("private_")]
    for name in private[1:]:
        yield name, _set("aws_subnet", name, cidr_block=module.of("aws_subnet")[private[0]]["cidr_block"])


@mistake
def subnet_in_another_zone(module: Module) -> Iterator[tuple[str, Edit]]:
    private = [name for name in _each(module, "aws_subnet") if name.startswith("private_")]
    for name in private[1:]:
        zone = module.of("aws_subnet")[private[0]]["availability_zone_id"]
        yield name, _set("aws_subnet", name, availability_zone_id=zone)


@mistake
def vpc_with_another_cidr(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, "aws_vpc"):
        for cidr in ("10.1.48.0/20", "10.1.112.0/20"):
            if module.of("aws_vpc")[name]["cidr_block"] != cidr:
                yield f"{name} {cidr}", _set("aws_vpc", name, cidr_block=cidr)


# --- the egress VPC


def _of_egress(module: Module) -> Iterator[tuple[str, dict[str, Any]]]:
    if any(name.startswith("firewall_") for name in module.of("aws_subnet")):
        yield from _routes(module)


@mistake
def egress_route_forgotten(module: Module) -> Iterator[tuple[str, Edit]]:
    for name, _ in _of_egress(module):
        yield name, _drop("aws_route", name)


@mistake
def egress_route_to_another_zone(module: Module) -> Iterator[tuple[str, Edit]]:
    """The endpoint or NAT gateway of the next zone."""
    for name, route in _of_egress(module):
        for argument in ("vpc_endpoint_id", "nat_gateway_id"):
            if "az1" in route.get(argument, ""):
                yield name, _set("aws_route", name, **{argument: route[argument].replace("az1", "az2")})


@mistake
def appliance_mode_off(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, ATTACHMENT):
        if module.of(ATTACHMENT)[name].get("appliance_mode_support") == "enable":
            yield name, _set(ATTACHMENT, name, appliance_mode_support="disable")


# --- VPN


@mistake
def customer_gateway_with_another_asn(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, "aws_customer_gateway"):
        yield name, _set("aws_customer_gateway", name, bgp_asn="65999")


@mistake
def customer_gateway_with_another_address(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, "aws_customer_gateway"):
        yield name, _set("aws_customer_gateway", name, ip_address="203.0.113.99")


@mistake
def routing_switched(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, "aws_vpn_connection"):
        static = module.of("aws_vpn_connection")[name]["static_routes_only"]
        yield name, _set("aws_vpn_connection", name, static_routes_only=not static)


@mistake
def connections_to_one_customer_gateway(module: Module) -> Iterator[tuple[str, Edit]]:
    gateways = list(_each(module, "aws_customer_gateway"))
    for name in _each(module, "aws_vpn_connection"):
        for gateway in gateways:
            target = f"${{aws_customer_gateway.{gateway}.id}}"
            if module.of("aws_vpn_connection")[name]["customer_gateway_id"] != target:
                yield f"{name} {gateway}", _set("aws_vpn_connection", name, customer_gateway_id=target)


# --- filters


def _acl(module: Module, ingress: list[dict[str, Any]], egress: list[dict[str, Any]]) -> Edit:
    subnets = [f"${{aws_subnet.{n}.id}}" for n in sorted(module.of("aws_subnet")) if n.startswith("private_")]
    return _add(
        "aws_network_acl", "extra", vpc_id="${aws_vpc.this.id}", subnet_ids=subnets, ingress=ingress, egress=egress
    )


def _rule(number: int, action: str, protocol: str, cidr: str, low: int, high: int) -> dict[str, Any]:
    return {
        "rule_no": number,
        "action": action,
        "protocol": protocol,
        "cidr_block": cidr,
        "from_port": low,
        "to_port": high,
        # JSON syntax has these written out: https://developer.hashicorp.com/terraform/language/attr-as-blocks
        "icmp_code": None,
        "icmp_type": None,
        "ipv6_cidr_block": None,
    }


_OPEN = [_rule(100, "allow", "-1", "0.0.0.0/0", 0, 0)]


@mistake
def acl_without_ephemeral_ports(module: Module) -> Iterator[tuple[str, Edit]]:
    if module.of("aws_vpc") and not module.of("aws_network_acl"):
        https = [_rule(100, "allow", "tcp", "0.0.0.0/0", 443, 443)]
        yield "private subnets, outbound", _acl(module, _OPEN, https)
        yield "private subnets, inbound", _acl(module, https, _OPEN)


@mistake
def acl_that_denies_a_site(module: Module) -> Iterator[tuple[str, Edit]]:
    if module.of("aws_vpc") and not module.of("aws_network_acl"):
        denies = [_rule(90, "deny", "-1", "172.20.0.0/16", 0, 0), *_OPEN]
        yield "inbound", _acl(module, denies, _OPEN)
        yield "outbound", _acl(module, _OPEN, denies)


@mistake
def acl_without_rules(module: Module) -> Iterator[tuple[str, Edit]]:
    if module.of("aws_vpc"):
        for name in _each(module, "aws_network_acl") or ():
            yield name, _set("aws_network_acl", name, ingress=[], egress=[])
        if not module.of("aws_network_acl"):
            yield "extra", _acl(module, [], [])


@mistake
def acl_rule_forgotten(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, "aws_network_acl"):
        acl = module.of("aws_network_acl")[name]
        for direction in ("ingress", "egress"):
            for rule in acl.get(direction, []):
                rest = [r for r in acl[direction] if r is not rule]
                label = f"{name} {direction} {rule.get('rule_no')}"
                yield label, _set("aws_network_acl", name, **{direction: rest})
    for name in _each(module, "aws_network_acl_rule"):
        yield name, _drop("aws_network_acl_rule", name)


@mistake
def acl_not_on_the_subnet(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, "aws_network_acl_association"):
        yield name, _drop("aws_network_acl_association", name)
    for name in _each(module, "aws_network_acl"):
        subnets = module.of("aws_network_acl")[name].get("subnet_ids", [])
        for left_out in subnets:
            rest = [s for s in subnets if s != left_out]
            yield f"{name} {left_out}", _set("aws_network_acl", name, subnet_ids=rest)


# --- ways round


@mistake
def second_way_by_an_internet_gateway(module: Module) -> Iterator[tuple[str, Edit]]:
    """A public subnet, an internet gateway and a route, in a spoke that has none."""
    if not module.of("aws_vpc") or module.of("aws_internet_gateway"):
        return
    for table in _private_tables(module):
        yield (
            table,
            _all(
                _add("aws_internet_gateway", "extra", vpc_id="${aws_vpc.this.id}"),
                _add(
                    "aws_route",
                    "extra",
                    route_table_id=f"${{aws_route_table.{table}.id}}",
                    destination_cidr_block="8.8.8.0/24",
                    gateway_id="${aws_internet_gateway.extra.id}",
                ),
            ),
        )


@mistake
def gateway_endpoint_without_a_table(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, "aws_vpc_endpoint"):
        tables = module.of("aws_vpc_endpoint")[name].get("route_table_ids", [])
        for left_out in tables:
            yield (
                f"{name} {left_out}",
                _set("aws_vpc_endpoint", name, route_table_ids=[t for t in tables if t != left_out]),
            )


@mistake
def gateway_endpoint_forgotten(module: Module) -> Iterator[tuple[str, Edit]]:
    for name in _each(module, "aws_vpc_endpoint"):
        yield name, _drop("aws_vpc_endpoint", name)


def _named_table(route: dict[str, Any]) -> str:
    return "".join(_REFERENCE.findall(route["transit_gateway_route_table_id"]))
