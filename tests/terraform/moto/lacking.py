"""What moto cannot do, by name: resources that are left out of the roots that are applied to it."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

LACKING: Final[Mapping[str, tuple[str, str]]] = {
    "aws_networkmanager_global_network": ("networkmanager", "delete_global_network"),
    "aws_networkmanager_transit_gateway_registration": ("networkmanager", "register_transit_gateway"),
    "aws_networkmanager_customer_gateway_association": ("networkmanager", "associate_customer_gateway"),
    "aws_route53profiles_association": ("route53profiles", "associate_profile"),
    "aws_route53profiles_profile": ("route53profiles", "create_profile"),
    "aws_route53profiles_resource_association": ("route53profiles", "associate_resource_to_profile"),
}
"""Types by the service and the operation that moto does not have."""

_ADDRESS: Final = re.compile(r"\b(aws_\w+\.[\w-]+)\b")
LEFT_OUT: Final = "left-out"
"""What stands where an output would lead to something that is left out."""


def leave_out(copy: Path) -> list[str]:
    """Takes out of a copy of a root what moto lacks, and what refers to it; gives the addresses, sorted."""
    gone = []
    for path in sorted(copy.rglob("*.tf.json")):
        document = json.loads(path.read_text())
        addresses = _without(document)
        if addresses:
            path.write_text(json.dumps(document))
            module = "" if path.parent == copy else f"module.{path.parent.name}."
            gone += [f"{module}{address}" for address in addresses]
    return sorted(gone)


def _without(document: dict[str, Any]) -> set[str]:
    """Takes out of a module what is lacking; gives its addresses."""
    resources = document.get("resource", {})
    bodies = {f"{kind}.{name}": body for kind, named in resources.items() for name, body in named.items()}
    gone = {address for address in bodies if address.partition(".")[0] in LACKING}
    while more := {a for a, body in bodies.items() if a not in gone and _referred(body) & gone}:
        gone |= more
    for address in gone:
        kind, _, name = address.partition(".")
        del resources[kind][name]
        if not resources[kind]:
            del resources[kind]
    if gone and not resources:
        del document["resource"]
    for output in document.get("output", {}).values():
        if _referred(output["value"]) & gone:
            output["value"] = LEFT_OUT
    return gone


def _referred(body: Any) -> set[str]:
    return set(_ADDRESS.findall(json.dumps(body)))
