"""Real ids become references: a string that is the id of a resource in the graph points at that resource.

What a state holds, and what a plan knows already, names other resources by their ids only. This also joins the states
of several roots.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from isthmus.terraform.graph import Graph, Ref, Resource, Value
from isthmus.terraform.id_attributes import BORROWED, EXPORTED, fits, kind_of

# `vpc-0a1b2c3d`, `tgw-attach-0123456789abcdef0`, `rslvr-in-...`, and of Direct Connect gateways a UUID: nothing that a
# person would choose as a name.
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ID = re.compile(rf"[a-z][a-z0-9]*(?:-[a-z0-9]+)*-[0-9a-f]{{8,32}}|{_UUID}|arn:[^\s]+")
_FREE = frozenset({"tags", "tags_all", "description", "name", "policy"})  # text that people write

Known = dict[str, list[tuple[Resource, str]]]


def joined(graph: Graph) -> Graph:
    """The same graph, with every known id that is another resource's replaced by a `Ref` to it.

    An existing object that a resource of the graph manages is that resource.
    """
    graph = _without_managed(graph)
    known = _identifiers(graph)
    resources = {address: _resource(resource, known) for address, resource in graph.resources.items()}
    outputs = {name: _value("", value, None, known) for name, value in graph.outputs.items()}
    return replace(graph, resources=resources, outputs=outputs)


def _without_managed(graph: Graph) -> Graph:
    existing = {resource.address for resource in graph.resources.values() if resource.existing}
    managed = {
        named: address
        for address, resource in graph.resources.items()
        if not resource.existing and isinstance(named := resource.values.get("id"), str) and named in existing
    }
    if not managed:
        return graph
    resources = {
        address: replace(resource, values={name: _managed(value, managed) for name, value in resource.values.items()})
        for address, resource in graph.resources.items()
        if address not in managed
    }
    outputs = {name: _managed(value, managed) for name, value in graph.outputs.items()}
    return replace(graph, resources=resources, outputs=outputs)


def _managed(value: Value, managed: Mapping[str, str]) -> Value:
    if isinstance(value, Ref):
        return Ref(managed.get(value.address, value.address), value.attribute)
    if isinstance(value, tuple):
        return tuple([_managed(item, managed) for item in value])
    return {key: _managed(item, managed) for key, item in value.items()} if isinstance(value, dict) else value


def _identifiers(graph: Graph) -> Known:
    known: Known = {}
    for resource in graph.resources.values():
        for name in ("id", "arn"):
            _add(known, resource, name, resource.values.get(name))
    for type_, name in EXPORTED:
        for resource in graph.of_type(type_):
            _add(known, resource, name, resource.values.get(name))
    for resource in graph.of_type("aws_networkfirewall_firewall"):
        _add_endpoints(known, resource)
    for named, ends in graph.attachments.items():
        attached, gateway = (known.get(each, []) for each in ends)
        if named not in known and len(attached) == 1 and len(gateway) == 1:
            known[named] = [(attached[0][0], f"attachment:{gateway[0][0].address}")]
    return known


def _add(known: Known, resource: Resource, name: str, value: Value) -> None:
    if isinstance(value, str) and _ID.fullmatch(value):
        known.setdefault(value, []).append((resource, name))


def _add_endpoints(known: Known, firewall: Resource) -> None:
    """A firewall's endpoints are known by their zone, as in a `for` over them (see `evaluate`)."""
    status = firewall.values.get("firewall_status")
    for part in status if isinstance(status, tuple) else ():
        states = part.get("sync_states") if isinstance(part, Mapping) else ()
        for state in states if isinstance(states, tuple) else ():
            attachments = state.get("attachment") if isinstance(state, Mapping) else ()
            for attachment in attachments if isinstance(attachments, tuple) else ():
                if isinstance(attachment, Mapping):
                    zone = state.get("availability_zone")
                    name = f'firewall_status[0].sync_states["{zone}"].attachment[0].endpoint_id'
                    _add(known, firewall, name, attachment.get("endpoint_id"))


def _resource(resource: Resource, known: Known) -> Resource:
    values = {name: _value(name, value, resource, known) for name, value in resource.values.items()}
    return replace(resource, values=values)


def _value(name: str, value: Value, owner: Resource | None, known: Known) -> Value:
    if isinstance(value, str):
        return _reference(name, value, owner, known) if value in known else value
    if name in _FREE:
        return value
    if isinstance(value, tuple):
        return tuple([_value(name, item, owner, known) for item in value])
    if isinstance(value, dict):
        return {key: _value(key, item, owner, known) for key, item in value.items()}
    return value


def _reference(name: str, value: str, owner: Resource | None, known: Known) -> Value:
    """The one resource that is meant: as the argument's name says, else the one whose own id it is, else of the same
    root. Where two remain, the string stays.
    """
    found = known[value]
    if any(resource is owner and attribute == name for resource, attribute in found):
        return value  # its own
    candidates = [(resource, attribute) for resource, attribute in found if resource is not owner]
    for type_, attribute in kind_of(name):
        fitting = [c for c in candidates if fits(((type_, attribute),), c[0].type, c[1])]
        if fitting:
            candidates = fitting
            break
    else:
        candidates = [c for c in candidates if c[0].type not in BORROWED] or candidates
        candidates = [c for c in candidates if c[1] in ("id", "arn")] or candidates
    if len(candidates) > 1 and owner is not None:
        candidates = [c for c in candidates if c[0].root == owner.root] or candidates
    if len({resource.address for resource, _ in candidates}) != 1:
        return value
    resource, attribute = candidates[0]
    return Ref(resource.address, attribute)
