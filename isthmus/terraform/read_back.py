"""What the provider reads back: a route table's `route` also holds what separate `aws_route`s put there, and so on.

Arguments that are both optional and computed show everything in AWS, of any origin. In addition to the separate
resources that made it, everything would be there twice, and what a plan changes or removes would stay as it was. So
what a separate resource made is left to that resource, unless the configuration writes the argument out itself.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route_table
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from isthmus.terraform.graph import Value

Json = Mapping[str, Any]
_EVERYTHING = "*"  # rules of security groups are returned sorted and merged, without their origin


class Made(NamedTuple):
    """Something that a separate resource put into another: into which (by id), as which argument, which part of it."""

    owner: str
    argument: str
    key: str


def _destination(values: Json) -> str:
    names = ("cidr_block", "ipv6_cidr_block", "destination_prefix_list_id")
    return str(next((v for n in names for v in (values.get(n), values.get(f"destination_{n}")) if v), ""))


def _direction(values: Json) -> str:
    return "egress" if values.get("egress") is True or values.get("type") == "egress" else "ingress"


def _argument(name: str) -> Callable[[Json], str]:
    return lambda values: str(values.get(name) or "")


def _whole(_values: Json) -> str:
    return _EVERYTHING


def _always(name: str) -> Callable[[Json], str]:
    return lambda _values: name


class _Separate(NamedTuple):
    owner: str
    argument: Callable[[Json], str]
    key: Callable[[Json], str]


_SEPARATE: dict[str, _Separate] = {
    "aws_route": _Separate("route_table_id", _always("route"), _destination),
    "aws_vpn_gateway_route_propagation": _Separate(
        "route_table_id", _always("propagating_vgws"), _argument("vpn_gateway_id")
    ),
    "aws_network_acl_rule": _Separate("network_acl_id", _direction, _argument("rule_number")),
    "aws_network_acl_association": _Separate("network_acl_id", _always("subnet_ids"), _argument("subnet_id")),
    "aws_ec2_managed_prefix_list_entry": _Separate("prefix_list_id", _always("entry"), _argument("cidr")),
    "aws_vpc_endpoint_route_table_association": _Separate(
        "vpc_endpoint_id", _always("route_table_ids"), _argument("route_table_id")
    ),
    "aws_vpc_endpoint_subnet_association": _Separate("vpc_endpoint_id", _always("subnet_ids"), _argument("subnet_id")),
    "aws_vpc_endpoint_security_group_association": _Separate(
        "vpc_endpoint_id", _always("security_group_ids"), _argument("security_group_id")
    ),
    "aws_security_group_rule": _Separate("security_group_id", _direction, _whole),
    "aws_vpc_security_group_ingress_rule": _Separate("security_group_id", _always("ingress"), _whole),
    "aws_vpc_security_group_egress_rule": _Separate("security_group_id", _always("egress"), _whole),
}

# What identifies a part of an argument, by type and argument of the owner.
_PARTS: dict[tuple[str, str], Callable[[Json], str]] = {
    **{(f"aws_{kind}route_table", "route"): _destination for kind in ("", "default_")},
    **{
        (f"aws_{kind}network_acl", side): _argument("rule_no")
        for kind in ("", "default_")
        for side in ("ingress", "egress")
    },
    **{(f"aws_{kind}security_group", side): _whole for kind in ("", "default_") for side in ("ingress", "egress")},
    ("aws_ec2_managed_prefix_list", "entry"): _argument("cidr"),
}
_LISTS = {
    "aws_route_table": ("propagating_vgws",),
    "aws_default_route_table": ("propagating_vgws",),
    "aws_network_acl": ("subnet_ids",),
    "aws_default_network_acl": ("subnet_ids",),
    "aws_vpc_endpoint": ("route_table_ids", "subnet_ids", "security_group_ids"),
}


def made(resources: Iterable[tuple[str, Json]]) -> Iterator[Made]:
    """What separate resources of a state, each with its type and values, have put into others."""
    for type_, values in resources:
        separate = _SEPARATE.get(type_)
        if separate is not None:
            owner = values.get(separate.owner)
            if isinstance(owner, str):
                yield Made(owner, separate.argument(values), separate.key(values))


def left(
    type_: str, values: Mapping[str, Value], others: Container[Made], written: Container[str] | None = None
) -> dict[str, Value]:
    """A resource's values without what others made of them.

    Arguments that are `written` in its configuration stay. In a state they are not known (None): there, rules of
    security groups stay too, which allow the same twice.
    """
    result = dict(values)
    owner = values.get("id")
    if not isinstance(owner, str):
        return result
    for name, value in values.items():
        key = _PARTS.get((type_, name)) or (str if name in _LISTS.get(type_, ()) else None)
        if key is None or not isinstance(value, tuple) or name in (written or ()):
            continue
        if written is None and key is _whole:
            continue
        result[name] = tuple(item for item in value if Made(owner, name, _key(key, item)) not in others)
    return result


def _key(key: Callable[[Any], str], item: Value) -> str:
    return key(item) if key is str or isinstance(item, Mapping) else ""
