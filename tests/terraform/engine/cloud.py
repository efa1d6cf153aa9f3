"""What exists in an AWS behind the double, and what that AWS refuses: the order of a change shows in it.

It refuses to destroy what something else names, and to make a second one of what is unique. It is stricter than AWS,
which refuses some of it, and drops packets for the rest: a route to a NAT gateway that is gone is a blackhole.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from threading import Lock
from typing import Any, Final

from isthmus.changes.argument_order import order_counts
from isthmus.changes.differences import differences
from isthmus.changes.replacing import forces_replacement

Values = Mapping[str, Any]

UNIQUE: Final[Mapping[str, tuple[str, ...]]] = {
    "aws_cloudwatch_log_group": ("name",),
    "aws_ec2_transit_gateway_route": ("transit_gateway_route_table_id", "destination_cidr_block"),
    "aws_ec2_transit_gateway_route_table_association": ("transit_gateway_attachment_id",),
    "aws_iam_role": ("name",),
    "aws_kms_alias": ("name",),
    "aws_nat_gateway": ("allocation_id",),
    "aws_network_acl_rule": ("network_acl_id", "egress", "rule_number"),
    "aws_networkfirewall_firewall": ("name",),
    "aws_networkfirewall_firewall_policy": ("name",),
    "aws_networkfirewall_rule_group": ("name",),
    "aws_route": ("route_table_id", "destination_cidr_block"),
    "aws_security_group": ("vpc_id", "name"),
    "aws_subnet": ("vpc_id", "cidr_block"),
}
"""Arguments that together AWS takes once."""

# What an object is, not what it uses. Attributes of an attachment that belong to another resource are among them.
_OWN: Final = frozenset({"id", "arn", "owner_id"})


@dataclass
class Cloud:
    """What exists, by type and id, and what was done, as `<verb> <type> <Name or id>`."""

    existing: dict[tuple[str, str], Values] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    serials: Iterator[int] = field(default_factory=lambda: count(1))
    _lock: Lock = field(default_factory=Lock)

    def copy(self) -> "Cloud":
        """The same things, with nothing done yet. New ids differ from those of either."""
        return Cloud(copy.deepcopy(self.existing), serials=self.serials)

    def replaced_for(self, kind: str, prior: Values, planned: Values) -> list[str]:
        """The arguments for whose change something has to be replaced."""
        return [name for name in {*prior, *planned} if is_replaced_for(kind, name, prior.get(name), planned.get(name))]

    def write(self, kind: str, values: Values, *, new: bool) -> str | None:
        """Makes or updates something. Gives the reason where that is refused."""
        with self._lock:
            if protecting := _protecting(kind, self.existing.get((kind, values["id"])), values):
                return f"InvalidOperation: {_name(kind, values)} has {protecting}"
            unique = UNIQUE.get(kind, ())
            for (other, id_), existing in self.existing.items():
                if unique and other == kind and id_ != values["id"] and _same(unique, values, existing):
                    return f"AlreadyExists: {_name(kind, existing)} has the same {' and '.join(unique)}"
            self.existing[kind, values["id"]] = values
            self.done.append(f"{'create' if new else 'update'} {_name(kind, values)}")
            return None

    def destroy(self, kind: str, values: Values) -> str | None:
        """Destroys something. Gives the reason where that is refused."""
        with self._lock:
            if values.get("delete_protection"):
                return f"InvalidOperation: {_name(kind, values)} has delete_protection"
            own = {text for text in (values.get("id"), values.get("arn")) if isinstance(text, str) and text}
            for (other, id_), existing in self.existing.items():
                if (other, id_) != (kind, values["id"]) and own & set(_texts(existing)):
                    return f"DependencyViolation: {_name(kind, values)} is in use by {_name(other, existing)}"
            self.existing.pop((kind, values["id"]), None)
            self.done.append(f"destroy {_name(kind, values)}")
            return None


_PROTECTED: Final = {
    "availability_zone_change_protection": "availability_zone_mapping",
    "firewall_policy_change_protection": "firewall_policy_arn",
    "subnet_change_protection": "subnet_mapping",
}
"""What a firewall refuses to change, by the setting: AWS goes by the setting that it has.
https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_Firewall.html"""


def _protecting(kind: str, before: Values | None, after: Values) -> str | None:
    if kind != "aws_networkfirewall_firewall" or before is None:
        return None
    changed = (setting for setting, what in _PROTECTED.items() if before.get(what) != after.get(what))
    return next((setting for setting in changed if before.get(setting)), None)


def _same(names: tuple[str, ...], one: Values, other: Values) -> bool:
    return all(one.get(name) is not None and one.get(name) == other.get(name) for name in names)


def _name(kind: str, values: Values) -> str:
    tags = values.get("tags")
    return f"{kind} {(tags or {}).get('Name') or values.get('name') or values['id']}"


def _texts(values: Values) -> Iterator[str]:
    """Every text of an object, its own names left out."""
    for name, value in values.items():
        if name not in _OWN:
            yield from _within(value)


def _within(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _within(inner)
        case list():
            for inner in value:
                yield from _within(inner)


def is_replaced_for(kind: str, name: str, prior: Any, planned: Any) -> bool:
    """Whether the provider replaces a resource for a change of one argument."""
    found = differences(name, _frozen(prior), _frozen(planned), partial(order_counts, kind))
    return any(forces_replacement(kind, path) for path, _, _ in found)


def _frozen(value: Any) -> Any:
    """Lists as tuples, and null as nothing, as a graph holds them."""
    if isinstance(value, dict):
        return {key: _frozen(inner) for key, inner in value.items() if inner is not None}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
