"""Objects of AWS that data sources read by their ids: Terraform neither creates nor changes them.

A state and a plan hold what Terraform has read. A configuration holds the id, and what a postcondition demands:
Terraform stops if that does not hold. So a condition `self.NAME == VALUE` is knowledge. All else is unknown.
https://developer.hashicorp.com/terraform/language/validate#postconditions
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from isthmus.terraform.expression_parser import parse_template
from isthmus.terraform.expressions import Attribute, ExpressionError, Literal, Name, Node, Operation
from isthmus.terraform.graph import Ref, Resource, Unknown, Value
from isthmus.terraform.resource_arguments import arguments, arn_part, frozen
from isthmus.terraform.resource_instance import lifecycle_rules
from isthmus.terraform.scopes import Attributes

_IDS = {"aws_ec2_transit_gateway": re.compile(r"tgw-[0-9a-f]{8,17}")}


class ExistingObjects:
    """The objects that the data sources of some configurations read by their ids."""

    def __init__(self) -> None:
        self.by_id: dict[str, Resource] = {}

    def read(
        self, kind: str, given: Mapping[str, Value], body: Mapping[str, Any], region: str | None
    ) -> Attributes | None:
        """What a data source gives to expressions. None if it names no id of a kind that is read here."""
        named = given.get("id")
        if kind not in _IDS or not isinstance(named, str) or not _IDS[kind].fullmatch(named):
            return None
        values = {**_demanded(body), "id": named}
        made = _existing(kind, named, values, region)
        self.by_id[named] = _both(self.by_id[named], made) if named in self.by_id else made

        def resolve(name: str) -> Value:
            return Ref(named, name) if name == "id" or name not in values else values[name]

        return Attributes(named, resolve)


def read_objects(data: Iterator[Mapping[str, Any]]) -> dict[str, Resource]:
    """The objects that data sources of a shown state or a state file have read, by id."""
    found: dict[str, Resource] = {}
    for raw in data:
        kind, held = str(raw.get("type")), raw.get("values")
        values: dict[str, Any] = held if isinstance(held, dict) else {}
        named = values.get("id")
        if kind in _IDS and isinstance(named, str) and _IDS[kind].fullmatch(named):
            known = arguments((name, frozen(value)) for name, value in values.items())
            region = known.get("region") or arn_part(known.get("arn"), 3)
            found[named] = _existing(kind, named, known, region if isinstance(region, str) else None)
    return found


def joined_objects(given: Iterator[Resource]) -> dict[str, Resource]:
    """Existing objects by address. What two inputs say differently of one is unknown."""
    found: dict[str, Resource] = {}
    for resource in given:
        other = found.get(resource.address)
        found[resource.address] = resource if other is None else _both(other, resource)
    return found


def _both(one: Resource, other: Resource) -> Resource:
    values = {**one.values, **other.values}
    for name in one.values.keys() & other.values.keys():
        if one.values[name] != other.values[name]:
            values[name] = Unknown(f"two inputs differ in {name} of {one.address}")
    return replace(one, values=values, account=_account(values), region=one.region or other.region)


def _existing(kind: str, named: str, values: Mapping[str, Value], region: str | None) -> Resource:
    return Resource(named, kind, values, account=_account(values), region=region, existing=True)


def _account(values: Mapping[str, Value]) -> str | None:
    owner = values.get("owner_id")
    return owner if isinstance(owner, str) else None


def _demanded(body: Mapping[str, Any]) -> dict[str, Value]:
    """What the postconditions of a data source demand: the attributes that equal a literal."""
    found: dict[str, Value] = {}
    for rule in lifecycle_rules(body.get("lifecycle")):
        conditions = rule.get("postcondition")
        for each in conditions if isinstance(conditions, list) else [conditions]:
            text = each.get("condition") if isinstance(each, dict) else None
            if isinstance(text, str):
                found |= _equal(text)
    return found


def _equal(text: str) -> dict[str, Value]:
    try:
        node = parse_template(text)
    except (ExpressionError, RecursionError):
        return {}  # it demands something, but nothing that is read here
    return dict(_equalities(node))


def _equalities(node: Node) -> Iterator[tuple[str, Value]]:
    if not isinstance(node, Operation) or len(node.operands) != 2:
        return
    one, other = node.operands
    if node.operator == "&&":
        yield from _equalities(one)
        yield from _equalities(other)
    elif node.operator == "==":
        if isinstance(one, Literal):
            one, other = other, one
        own = isinstance(one, Attribute) and isinstance(one.of, Name) and one.of.name == "self"
        if own and isinstance(other, Literal) and other.value is not None:
            assert isinstance(one, Attribute)
            yield one.name, other.value
