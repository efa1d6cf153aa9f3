"""Expressions for checks, and the test file: mocks, inputs, and one `run` for each check."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HOW = "Run in the folder of the module: terraform init -backend=false && terraform test"

_REFERENCE = re.compile(r"aws_\w+\.[\w-]+\.\w+")
_ACCOUNT, _REGION = "111122223333", "us-east-1"


class Module:
    """The Terraform of a module. It returns addresses, and expressions over them."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.resources: Mapping[str, Mapping[str, Any]] = document.get("resource", {})

    def addresses(self, kind: str, *starts: str) -> list[str]:
        """The addresses of a type, for all names or for names with one of these prefixes."""
        return [f"{kind}.{name}" for name in sorted(self.resources.get(kind, {})) if name.startswith(starts or ("",))]

    def setting(self, kind: str, argument: str) -> list[str]:
        """The addresses of a type whose body sets the argument."""
        named = self.resources.get(kind, {})
        return [f"{kind}.{name}" for name, body in sorted(named.items()) if body.get(argument) is not None]

    def all(self, kind: str, *starts: str) -> str:
        """An expression for these resources: `[aws_subnet.a, aws_subnet.b]`."""
        return listed(self.addresses(kind, *starts))

    def ids(self, kind: str, *starts: str) -> str:
        """An expression for their ids."""
        return f"{self.all(kind, *starts)}[*].id"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: the name of its run, and its conditions, each with the message for a failure."""

    name: str
    asserts: tuple[tuple[str, str], ...]


def check(name: str, *asserts: tuple[str, str]) -> Check:
    """A check with these conditions."""
    return Check(name, asserts)


def listed(expressions: Iterable[str]) -> str:
    """The expression for a list of expressions."""
    return f"[{', '.join(expressions)}]"


def text(values: Iterable[str]) -> str:
    """The expression for a list of strings."""
    return listed(json.dumps(value) for value in values)


def same(one: str, other: str) -> str:
    """The expression that two lists of strings hold the same elements, in any order."""
    return f"sort({one}) == sort({other})"


def all_of(name: str, elements: str, condition: str) -> str:
    """The expression that a condition holds for every element. The condition refers to the element by `name`."""
    return f"alltrue([for {name} in {elements} : {condition}])"


def test_file(module: Module, checks: Sequence[Check], data: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The test file of a module. `data` holds the attributes of its data sources, by address.

    Runs are plans, since `prevent_destroy` would block the destroy after an apply.
    """
    return {
        "//": HOW,
        "mock_provider": {"aws": list(_providers(module))},
        "override_resource": [
            {"target": address, "override_during": "plan", "values": values}
            for address, values in sorted(_values(module).items())
        ],
        **_data(data),
        "run": [
            {
                made.name: {
                    "command": "plan",
                    "assert": [
                        {"condition": f"${{{condition}}}", "error_message": message}
                        for condition, message in made.asserts
                    ],
                }
            }
            for made in checks
        ],
        "variables": {name: _given(name) for name in sorted(module.document.get("variable", {}))},
    }


def _data(data: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    listed = [{"target": address, "values": dict(values)} for address, values in sorted(data.items())]
    return {"override_data": listed} if listed else {}


def _providers(module: Module) -> Iterator[dict[str, Any]]:
    """A mock of each provider that the caller passes, with the types that use it.

    With `override_during`, Terraform mocks computed values at plan time, but only for types that are listed.
    """
    types = defaultdict(set)
    for kind, named in module.resources.items():
        for body in named.values():
            types[body.get("provider", "aws").partition(".")[2]].add(kind)
    for alias, kinds in sorted((types | ({} if "" in types else {"": set()})).items()):
        mocked: dict[str, Any] = {"mock_resource": {kind: {"defaults": {}} for kind in sorted(kinds)}}
        yield mocked | {"override_during": "plan"} | ({"alias": alias} if alias else {})


def _values(module: Module) -> dict[str, dict[str, Any]]:
    """Values of computed attributes that the module uses, and for which a random string is not valid."""
    values: dict[str, dict[str, Any]] = defaultdict(dict)
    for reference in _references(json.dumps(module.document)):
        address, _, attribute = reference.rpartition(".")
        kind, _, name = address.partition(".")
        if name not in module.resources.get(kind, {}):
            continue
        if attribute.endswith("arn"):
            values[address][attribute] = _arn(kind.removeprefix("aws_"), name)
        elif attribute == "dns_entry":
            entry = {"dns_name": f"{name}.vpce.amazonaws.com".replace("_", "-"), "hosted_zone_id": "Z0123456789"}
            values[address][attribute] = [entry]
        elif attribute == "firewall_status":
            values[address][attribute] = [_status(module.resources[kind][name])]
    return values


def _references(document: str) -> set[str]:
    """The references to attributes of resources."""
    # A pattern that begins with literal letters is several times as fast as one that begins with a word boundary.
    return {
        found[0]
        for found in _REFERENCE.finditer(document)
        if not (before := document[found.start() - 1]).isalnum() and before != "_"
    }


def _status(firewall: Mapping[str, Any]) -> dict[str, Any]:
    """The status of a firewall: an endpoint in each subnet, whose id is an input, or its attachment."""
    if "transit_gateway_id" in firewall:
        return {"transit_gateway_attachment_sync_states": [{"attachment_id": "tgw-attach-of-the-firewall"}]}
    subnets = [_given(mapping["subnet_id"][len("${var.") : -1]) for mapping in firewall["subnet_mapping"]]
    return {"sync_states": [{"attachment": [{"endpoint_id": f"vpce-{s}", "subnet_id": s}]} for s in subnets]}


def _given(variable: str) -> str:
    """A value for an input that identifies it in messages."""
    words = variable.replace("_", "-")
    return _arn("input", words) if "_arn" in f"_{variable}" else words


def _arn(service: str, name: str) -> str:
    return f"arn:aws:{service.replace('_', '-')}:{_REGION}:{_ACCOUNT}:{name}"
