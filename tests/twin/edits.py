"""Random edits of an output: each one a change that a person could make, right or wrong.

An edit may open, close or break anything, as long as the lab can play the result.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any, NamedTuple

Arguments = dict[str, Any]


class Spot(NamedTuple):
    """One resource of one module file."""

    path: str
    type: str
    name: str


class Edits:
    """An output with random changes."""

    def __init__(self, files: Mapping[str, str], seed: int) -> None:
        self._files = dict(files)
        self._dice = random.Random(seed)
        self.documents = {path: json.loads(text) for path, text in files.items() if path.endswith("/main.tf.json")}
        self.intent = json.loads(files["intent.json"])
        self.made: list[str] = []

    def edit(self, times: int = 1) -> dict[str, str]:
        """The output after so many edits; `made` says what they were."""
        wanted = len(self.made) + times
        for _ in range(50 * times):
            done = self._dice.choice(_WEIGHTED)(self)
            if done:
                self.made.append(done)
            if len(self.made) == wanted:
                break
        changed = {path: json.dumps(document) for path, document in self.documents.items()}
        return {**self._files, **changed, "intent.json": json.dumps(self.intent)}

    # Where

    def _spots(self, *types: str) -> list[Spot]:
        found = [
            Spot(path, kind, name)
            for path, document in sorted(self.documents.items())
            for kind in types
            for name in sorted(document.get("resource", {}).get(kind, {}))
        ]
        return [spot for spot in found if not spot.name.startswith("edit_")]

    def _any(self, *types: str) -> tuple[Spot, Arguments] | None:
        spots = self._spots(*types)
        if not spots:
            return None
        spot = self._dice.choice(spots)
        return spot, self._named(spot)[spot.name]

    def _named(self, spot: Spot) -> dict[str, Arguments]:
        named: dict[str, Arguments] = self.documents[spot.path]["resource"][spot.type]
        return named

    def _other(self, spot: Spot) -> Arguments:
        """Another resource of the type in the same module, or the same one where there is no other."""
        named = self._named(spot)
        return named[self._dice.choice(sorted(named))]

    def _add(self, path: str, kind: str, arguments: Arguments) -> None:
        named = self.documents[path].setdefault("resource", {}).setdefault(kind, {})
        named[f"edit_{len(self.made)}"] = arguments

    def _tables(self, path: str) -> list[str]:
        """What a module calls transit gateway tables."""
        resources = self.documents[path].get("resource", {})
        return sorted(
            {
                arguments["transit_gateway_route_table_id"]
                for kind in (_ASSOCIATION, _PROPAGATION, _TRANSIT_ROUTE)
                for arguments in resources.get(kind, {}).values()
            }
        )

    def _prefix(self) -> str:
        """A prefix of the estate, its first half's half, what lies around it, or one of the large ones."""
        spots = self._spots("aws_vpc", "aws_subnet")
        known = {self._named(spot)[spot.name]["cidr_block"] for spot in spots} | set(self.intent["estate"]["blocks"])
        for site in self.intent["estate"]["sites"]:
            known |= {*site["networks"].values(), *site["advertises"]}
        networks = [IPv4Network(text) for text in sorted(known)]
        inner = [str(next(net.subnets())) for net in networks if net.prefixlen < 28]
        outer = [str(net.supernet()) for net in networks if net.prefixlen > 8]
        return self._dice.choice([*map(str, networks), *inner, *outer, "0.0.0.0/0", "10.0.0.0/8", "172.16.0.0/12"])

    # What. Each says what it did, or nothing where it does not fit.

    def remove(self) -> str:
        kinds = sorted({spot.type for spot in self._spots(*_REMOVABLE)})
        found = self._any(self._dice.choice(kinds)) if kinds else None
        if found is None:
            return ""
        spot, _ = found
        del self._named(spot)[spot.name]
        return f"remove {spot}"

    def another_destination(self) -> str:
        found = self._any("aws_route", _TRANSIT_ROUTE)
        if found is None:
            return ""
        spot, arguments = found
        prefix = self._prefix()
        table = _table(arguments)
        if any(_table(one) == table and one["destination_cidr_block"] == prefix for one in self._named(spot).values()):
            return ""  # AWS refuses a second one
        arguments["destination_cidr_block"] = prefix
        return f"{spot} leads to {prefix}"

    def another_target(self) -> str:
        found = self._any("aws_route")
        if found is None:
            return ""
        spot, arguments = found
        other = self._other(spot)
        if other is arguments:
            return ""
        target = {kind: other[kind] for kind in _TARGETS if kind in other}
        for kind in _TARGETS:
            arguments.pop(kind, None)
        arguments |= target
        return f"{spot} leads by {target}"

    def another_table(self) -> str:
        found = self._any("aws_route_table_association")
        if found is None:
            return ""
        spot, arguments = found
        arguments["route_table_id"] = self._other(spot)["route_table_id"]
        return f"{spot} with {arguments['route_table_id']}"

    def another_zone(self) -> str:
        found = self._any("aws_subnet")
        if found is None or found[0].name.startswith("transit_gateway"):
            return ""
        spot, arguments = found
        arguments["availability_zone_id"] = self._other(spot)["availability_zone_id"]
        return f"{spot} in {arguments['availability_zone_id']}"

    def another_transit_table(self) -> str:
        found = self._any(_ASSOCIATION, _PROPAGATION)
        if found is None:
            return ""
        spot, arguments = found
        table = self._dice.choice(self._tables(spot.path))
        if spot.type == _PROPAGATION and self._propagates(spot.path, arguments, table):
            return ""
        arguments["transit_gateway_route_table_id"] = table
        return f"{spot} with {table}"

    def _propagates(self, path: str, arguments: Arguments, table: str) -> bool:
        resources = self.documents[path]["resource"].get(_PROPAGATION, {})
        attachment = arguments["transit_gateway_attachment_id"]
        return any(
            (one["transit_gateway_attachment_id"], one["transit_gateway_route_table_id"]) == (attachment, table)
            for one in resources.values()
        )

    def one_more_propagation(self) -> str:
        found = self._any(_ASSOCIATION)
        if found is None:
            return ""
        spot, arguments = found
        table = self._dice.choice(self._tables(spot.path))
        if self._propagates(spot.path, arguments, table):
            return ""
        attachment = arguments["transit_gateway_attachment_id"]
        self._add(
            spot.path,
            _PROPAGATION,
            {"transit_gateway_attachment_id": attachment, "transit_gateway_route_table_id": table},
        )
        return f"{attachment} of {spot.path} propagates to {table}"

    def one_more_transit_route(self) -> str:
        found = self._any(_ASSOCIATION)
        prefix = self._prefix()
        taken = {self._named(spot)[spot.name]["destination_cidr_block"] for spot in self._spots(_TRANSIT_ROUTE)}
        if found is None or prefix in taken or any("routes" in one and prefix in one for one in self.made):
            return ""
        spot, arguments = found
        table = self._dice.choice(self._tables(spot.path))
        attachment = {"transit_gateway_attachment_id": arguments["transit_gateway_attachment_id"]}
        target = {"blackhole": True} if self._dice.random() < 0.4 else attachment
        self._add(
            spot.path,
            _TRANSIT_ROUTE,
            {"destination_cidr_block": prefix, "transit_gateway_route_table_id": table, **target},
        )
        return f"{table} of {spot.path} routes {prefix} to {target}"

    def one_zone_less(self) -> str:
        found = self._any(_ATTACHMENT)
        if found is None or len(found[1]["subnet_ids"]) < 2:
            return ""
        spot, arguments = found
        lost = self._dice.choice(arguments["subnet_ids"])
        arguments["subnet_ids"].remove(lost)
        return f"{spot} without {lost}"

    def appliance_mode(self) -> str:
        found = self._any(_ATTACHMENT)
        if found is None:
            return ""
        spot, arguments = found
        on = arguments.get("appliance_mode_support") == "enable"
        arguments["appliance_mode_support"] = "disable" if on else "enable"
        return f"{spot} appliance mode {arguments['appliance_mode_support']}"

    def network_acl(self) -> str:
        found = self._any("aws_subnet")
        if found is None:
            return ""
        spot, arguments = found
        reference = f"${{aws_subnet.{spot.name}.id}}"
        if any(reference in json.dumps(self.documents[spot.path]["resource"].get(kind, {})) for kind in _ACLS):
            return ""  # it has one
        rules = {"ingress": [*self._acl_rules()], "egress": [*self._acl_rules()]}
        self._add(spot.path, "aws_network_acl", {"vpc_id": arguments["vpc_id"], "subnet_ids": [reference], **rules})
        return f"network ACL on {spot}: {rules}"

    def _acl_rules(self) -> Iterator[Arguments]:
        numbers = range(100, 100 + 10 * self._dice.randint(0, 3), 10)
        for number in numbers:
            protocol = self._dice.choice(("-1", "6", "17", "1"))
            low = self._dice.choice((22, 443, 53, 8080, 1024, 32768))
            high = self._dice.choice((low, 65535 if low >= 1024 else low))
            span = (low, high) if protocol in ("6", "17") else (0, 0)
            kind = self._dice.choice((-1, 0, 8)) if protocol == "1" else 0
            action = self._dice.choice(("deny", "deny", "allow"))
            yield _acl_rule(number, action, protocol, self._prefix(), span, kind)
        if self._dice.random() < 0.75:
            yield _acl_rule(900, "allow", "-1", self._dice.choice(("0.0.0.0/0", "0.0.0.0/0", "10.0.0.0/8")), (0, 0), 0)

    def advertises(self) -> str:
        sites = [site for site in self.intent["estate"]["sites"] if site["advertises"]]
        if not sites:
            return ""
        site = self._dice.choice(sites)
        prefix = self._dice.choice((self._dice.choice(site["advertises"]), self._prefix()))
        if prefix in site["advertises"]:
            site["advertises"].remove(prefix)
            return f"{site['name']} advertises {prefix} no longer"
        site["advertises"].append(prefix)
        return f"{site['name']} advertises {prefix} too"


def _table(arguments: Arguments) -> str:
    found: str = arguments.get("route_table_id") or arguments["transit_gateway_route_table_id"]
    return found


def _acl_rule(number: int, action: str, protocol: str, cidr: str, span: tuple[int, int], kind: int) -> Arguments:
    return {
        "rule_no": number,
        "action": action,
        "protocol": protocol,
        "cidr_block": cidr,
        "from_port": span[0],
        "to_port": span[1],
        "icmp_type": kind,
        "icmp_code": -1 if protocol == "1" else 0,
    }


_ASSOCIATION = "aws_ec2_transit_gateway_route_table_association"
_PROPAGATION = "aws_ec2_transit_gateway_route_table_propagation"
_TRANSIT_ROUTE = "aws_ec2_transit_gateway_route"
_ATTACHMENT = "aws_ec2_transit_gateway_vpc_attachment"
_TARGETS = ("transit_gateway_id", "gateway_id", "nat_gateway_id", "vpc_endpoint_id")
_ACLS = ("aws_network_acl", "aws_network_acl_association")
_REMOVABLE = (
    "aws_route",
    _TRANSIT_ROUTE,
    _ASSOCIATION,
    _PROPAGATION,
    "aws_route_table_association",
    "aws_network_acl_rule",
)
_WEIGHTED: tuple[Callable[[Edits], str], ...] = (
    *(Edits.remove,) * 5,
    *(Edits.another_destination,) * 3,
    *(Edits.another_target,) * 2,
    *(Edits.another_table,) * 2,
    *(Edits.another_transit_table,) * 3,
    *(Edits.network_acl,) * 3,
    *(Edits.one_more_transit_route,) * 2,
    *(Edits.advertises,) * 2,
    Edits.one_more_propagation,
    Edits.one_zone_less,
    Edits.appliance_mode,
    Edits.another_zone,
)
