"""Plans: `terraform show -json PLAN`, of HCL or of JSON configurations, as they will be and as they were.

Format: https://developer.hashicorp.com/terraform/internals/json-format. Values that are known are taken as the plan has
them. An id that is unknown until apply is recovered from the configuration in the plan, see `recover`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from isthmus.terraform.errors import UnreadableTerraform
from isthmus.terraform.graph import Graph, Resource, Value
from isthmus.terraform.planned import Plan, PlannedResource
from isthmus.terraform.read_back import Made, left
from isthmus.terraform.recover import Recovery
from isthmus.terraform.resource_arguments import account_of, arguments, arn_part, frozen
from isthmus.terraform.state import existing_objects, mapping, own_account, read_attachments, sequence, state_graph
from isthmus.text.printable import printable

When = Literal["after", "before"]


def plan_graph(
    document: Mapping[str, Any],
    path: Path,
    root: str = "",
    when: When = "after",
    others: frozenset[Made] = frozenset(),
) -> Graph:
    """The graph of a plan document, ids not yet joined: what will be (`after`), or what is (`before`).

    `others`: what separate resources have made so far, see `read_back`.
    """
    if document.get("errored") is True:
        raise UnreadableTerraform(path, "Terraform failed while it made this plan", "Fix that, and plan again")
    plan = Plan(document)
    prefix = f"{printable(root)}/" if root else ""
    notes = []
    if when == "before":
        graph = state_graph(mapping(document.get("prior_state")), path, root, others)
        return replace(graph, resources={a: _located(r, plan, prefix) for a, r in graph.resources.items()})
    if document.get("complete") is False:
        what = "the plan is partial (-target, or deferred changes): what it leaves out is taken to stay as it is"
        notes.append(f"{printable(root)}: {what}" if root else what)
    recovery = Recovery(plan, prefix)
    resources: dict[str, Resource] = {}
    for planned in plan.resources.values():
        if planned.forgotten:
            continue  # all that the plan says of it is nothing
        address = recovery.address(planned)
        if address in resources:
            raise UnreadableTerraform(path, f"{address} is in it twice", "Write it again with `terraform show -json`")
        values = left(planned.type, arguments(recovery.arguments(planned)), others, planned.expressions)
        made = Resource(
            address,
            printable(planned.type),
            values,
            root,
            written=planned.written,
            depends_on=planned.depends_on(prefix),
        )
        resources[address] = _located(made, plan, prefix)
    for address, resource in _staying(document, path, root, others).items():
        resources.setdefault(address, _located(resource, plan, prefix))
    outputs = arguments((f"{prefix}{printable(name)}", value) for name, value in _outputs(document, recovery))
    before = mapping(mapping(document.get("prior_state")).get("values"))
    read = read_attachments(before)
    resources |= existing_objects(before)
    return Graph(resources, (*notes, *recovery.notes), outputs, attachments=read)


def _staying(document: Mapping[str, Any], path: Path, root: str, others: frozenset[Made]) -> dict[str, Resource]:
    """What is and what the plan says nothing of (with -target), or only that Terraform forgets it: it stays in AWS.

    https://developer.hashicorp.com/terraform/language/resources/syntax#removing-resources
    """
    changing = set()
    for raw in sequence(document.get("resource_changes")):
        change = mapping(raw)
        if mapping(change.get("change")).get("actions") != ["forget"]:
            changing |= {str(change.get("address")), str(change.get("previous_address"))}
    state = state_graph(mapping(document.get("prior_state")), path, root, others).resources
    before = {address: resource for address, resource in state.items() if not resource.existing}
    prefix = f"{printable(root)}/" if root else ""
    gone = {prefix + printable(address, 2000) for address in changing}
    return {address: resource for address, resource in before.items() if address not in gone}


def _outputs(document: Mapping[str, Any], recovery: Recovery) -> list[tuple[str, Value]]:
    found = []
    planned = mapping(mapping(document.get("planned_values")).get("outputs"))
    for name in planned:
        body = mapping(planned[name])
        change = mapping(mapping(document.get("output_changes")).get(name))
        known = change.get("after_unknown") in (None, False, {}, []) and "value" in body
        found.append((name, recovery.output(name, frozen(body.get("value")), known, bool(body.get("sensitive")))))
    return found


def _located(resource: Resource, plan: Plan, prefix: str) -> Resource:
    """The resource with its account and Region: the provider's where the configuration says, else those of its ARN."""
    planned = plan.resources.get(resource.address.removeprefix(prefix))
    settings = plan.provider(planned) if isinstance(planned, PlannedResource) else {}
    region = resource.values.get("region") or settings.get("region") or arn_part(resource.values.get("arn"), 3)
    key = planned.config.get("provider_config_key") if isinstance(planned, PlannedResource) else None
    return replace(
        resource,
        provider=f"{prefix}{printable(key)}" if isinstance(key, str) else "",
        account=account_of(settings) or own_account(resource.values),
        region=region if isinstance(region, str) else None,
    )


def check_version(document: Mapping[str, Any], path: Path) -> None:
    """Refuse formats of another major version than 1: their fields may mean something else."""
    version = document.get("format_version")
    if not isinstance(version, str) or version.partition(".")[0] != "1":
        shown = printable(str(version), 40)
        raise UnreadableTerraform(
            path,
            f"its format_version is {shown}; 1.x is read here",
            "Write it with Terraform 1.1 or later: `terraform show -json PLAN > plan.json`",
        )
