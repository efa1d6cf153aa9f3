"""States: `terraform show -json`, and the state file itself (version 4).

Formats: https://developer.hashicorp.com/terraform/internals/json-format#state-representation; the state file's is not
documented, but has not changed since Terraform 0.12.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from isthmus.terraform.errors import UnreadableTerraform
from isthmus.terraform.existing import read_objects
from isthmus.terraform.graph import Graph, Resource, Value
from isthmus.terraform.read_back import Made, left, made
from isthmus.terraform.resource_arguments import arguments, arn_part, frozen, index_suffix
from isthmus.terraform.sensitive import masked, masked_arguments
from isthmus.text.printable import printable

# Data sources of an attachment that is no resource, each with the argument that says what is attached.
_ATTACHED = {"aws_ec2_transit_gateway_dx_gateway_attachment": "dx_gateway_id"}
_AGAIN = "Write it again: `terraform show -json > state.json`"


def state_graph(
    document: Mapping[str, Any], path: Path, root: str = "", others: frozenset[Made] = frozenset()
) -> Graph:
    """The graph of a `terraform show -json` state, or of a plan's `prior_state`; ids not yet joined.

    `others`: what separate resources have made, see `read_back`. Raises `UnreadableTerraform` for an address that
    occurs twice.
    """
    values = mapping(document.get("values"))
    prefix = f"{printable(root)}/" if root else ""
    listed = (raw for _, raw in state_resources(mapping(values.get("root_module"))))
    resources = _resources(listed, path, prefix, root, others)
    outputs = {}
    for name, output in mapping(values.get("outputs")).items():
        body = mapping(output)
        outputs[prefix + printable(name)] = masked(body.get("value"), body.get("sensitive"))
    pairs = ((name, frozen(value)) for name, value in outputs.items())
    return Graph(
        resources | read_objects(_data(values)),
        () if resources else (f"{prefix or 'the state'}: no resources",),
        arguments(pairs),
        attachments=read_attachments(values),
    )


def tfstate_graph(
    document: Mapping[str, Any], path: Path, root: str = "", others: frozenset[Made] = frozenset()
) -> Graph:
    """The graph of a state file, ids not yet joined. `others`: what separate resources have made, see `read_back`."""
    if document.get("version") != 4:
        problem = f"it is a state file of version {document.get('version')!r}; 4 is read here"
        raise UnreadableTerraform(path, problem, "Convert it: `terraform show -json > state.json`")
    prefix = f"{printable(root)}/" if root else ""
    resources = _resources(_stored(document), path, prefix, root, others)
    outputs = {
        prefix + printable(name): frozen(masked(mapping(output).get("value"), mapping(output).get("sensitive")))
        for name, output in mapping(document.get("outputs")).items()
    }
    resources |= read_objects(_stored(document, "data"))
    return Graph(resources, (), arguments(outputs.items()), attachments=dict(_attachments(_stored(document, "data"))))


def read_attachments(values: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """`Graph.attachments` of a shown state."""
    return dict(_attachments(_data(values)))


def existing_objects(values: Mapping[str, Any]) -> dict[str, Resource]:
    """The existing objects that data sources of a shown state have read."""
    return read_objects(_data(values))


def _data(values: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (raw for _, raw in state_resources(mapping(values.get("root_module")), mode="data"))


def _attachments(data: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, tuple[str, str]]]:
    for raw in data:
        values = mapping(raw.get("values"))
        named = values.get("id"), values.get(_ATTACHED.get(str(raw.get("type")), "")), values.get("transit_gateway_id")
        if all(isinstance(each, str) for each in named):
            yield str(named[0]), (str(named[1]), str(named[2]))


def _stored(document: Mapping[str, Any], mode: str = "managed") -> Iterator[Mapping[str, Any]]:
    """The managed resources (or data sources) of a state file, in the form of a shown state."""
    for block in sequence(document.get("resources")):
        body = mapping(block)
        if body.get("mode") != mode:
            continue
        module = f"{body['module']}." if isinstance(body.get("module"), str) else ""
        for instance in sequence(body.get("instances")):
            item = mapping(instance)
            if "deposed" in item:
                continue  # a replaced object that is yet to be destroyed
            key = item.get("index_key")
            suffix = index_suffix(key if isinstance(key, str | int) else None)
            yield {
                "address": f"{module}{body.get('type')}.{body.get('name')}{suffix}",
                "type": body.get("type"),
                "values": item.get("attributes"),
                "sensitive_values": _paths(item.get("sensitive_attributes")),
            }


def _resources(
    listed: Iterable[Mapping[str, Any]], path: Path, prefix: str, root: str, others: frozenset[Made]
) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for raw in listed:
        resource = _resource(raw, prefix, root, others)
        if resource.address in found:
            raise UnreadableTerraform(path, f"{resource.address} is in it twice", _AGAIN)
        found[resource.address] = resource
    return found


def state_resources(module: Mapping[str, Any], mode: str = "managed") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The managed resources (or data sources) of a module and all below it, as `terraform show -json` writes them, each
    with the address of its module instance.
    """
    waiting = [module]
    while waiting:
        module = waiting.pop()
        address = module.get("address")
        for raw in sequence(module.get("resources")):
            resource = mapping(raw)
            if "deposed_key" in resource:
                continue  # a replaced object that is yet to be destroyed, at the address of the one that replaced it
            if resource.get("mode", "managed") == mode and isinstance(resource.get("address"), str):
                yield address if isinstance(address, str) else "", resource
        waiting.extend(mapping(child) for child in sequence(module.get("child_modules")))


def made_before(document: Mapping[str, Any], form: str) -> Iterator[Made]:
    """What separate resources have made, by a plan's state before it, a shown state or a state file (`tfstate`)."""
    if form == "tfstate":
        for block in map(mapping, sequence(document.get("resources"))):
            for instance in map(mapping, sequence(block.get("instances"))):
                yield from made([(str(block.get("type")), mapping(instance.get("attributes")))])
        return
    shown = mapping(document.get("prior_state")) if form == "plan" else document
    root = mapping(mapping(shown.get("values")).get("root_module"))
    yield from made((str(raw.get("type")), mapping(raw.get("values"))) for _, raw in state_resources(root))


def mapping(value: Any) -> Mapping[str, Any]:
    """`value` if it is a JSON object, else an empty one: what is missing is not read, and nothing breaks."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """`value` if it is a JSON list, else an empty one."""
    return value if isinstance(value, list) else []


def own_account(values: Mapping[str, Value]) -> str | None:
    """The account in a resource's own ARN, else its owner, else what it is a setting of."""
    owner = values.get("owner_id", values.get("aws_account_id"))
    return arn_part(values.get("arn"), 4) or (owner if isinstance(owner, str) else None)


def _resource(raw: Mapping[str, Any], prefix: str, root: str, others: frozenset[Made]) -> Resource:
    known = masked_arguments(dict(mapping(raw.get("values"))), raw.get("sensitive_values"))
    values = left(str(raw.get("type")), arguments((name, frozen(value)) for name, value in known.items()), others)
    region = values.get("region")
    return Resource(
        prefix + printable(str(raw.get("address")), 2000),
        printable(str(raw.get("type"))),
        values,
        root,
        own_account(values),
        region if isinstance(region, str) else arn_part(values.get("arn"), 3),
    )


def _paths(marks: Any) -> dict[str, Any]:
    """The state file's list of paths to sensitive values as a mask. A path into an argument hides all of it."""
    found: dict[str, Any] = {}
    for path in sequence(marks):
        for step in sequence(path)[:1]:
            name = mapping(step).get("value")
            if isinstance(name, str):
                found[name] = True
    return found
