"""Endpoints of a firewall, by zone or by subnet: understood although their list is known after apply only.

They are read from `FIREWALL.firewall_status[0].sync_states`, which has one state for each zone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from isthmus.terraform.expressions import For, Node, Operation
from isthmus.terraform.graph import Ref, Value
from isthmus.terraform.scopes import Attributes, EvaluationScope, bound, unknown

# What a firewall's endpoints are read from: one state a zone, each with the endpoint of its subnet.
_STATES = "sync_states"
_ENDPOINT = "attachment[0].endpoint_id"
_SUBNET = "attachment[0].subnet_id"


def is_endpoint_of_every_zone(over: Ref, steps: str) -> bool:
    """Whether `over[*]steps` is the list of all endpoints of a firewall."""
    return over.attribute.endswith(_STATES) and steps == f".{_ENDPOINT}"


def selected_endpoint(
    node: For, over: Ref, scope: EvaluationScope, evaluate: Callable[[Node, EvaluationScope], Value]
) -> Value:
    """The endpoints that a `for` over a firewall's states selects. None for another `for`.

    With `for s in FIREWALL.firewall_status[0].sync_states` and the endpoint `s.attachment[0].endpoint_id`:

    - `[... : endpoint if s.availability_zone == ZONE]` or `if s.attachment[0].subnet_id == SUBNET.id`: that one
    - `[... : endpoint]`: any of them
    - `{... : s.availability_zone => endpoint}` or `s.attachment[0].subnet_id => endpoint`: by zone, by subnet
    """
    if not over.attribute.endswith(_STATES):
        return None
    probe = bound(scope, **{node.value: over})
    zone, subnet = (Ref(over.address, f"{over.attribute}.{of}") for of in ("availability_zone", _SUBNET))
    if evaluate(node.result, probe) != Ref(over.address, f"{over.attribute}.{_ENDPOINT}") or node.grouped:
        return None
    if node.condition is None and node.result_key is None:
        return Ref(over.address, f"{over.attribute}[*].{_ENDPOINT}")
    if node.condition is None and node.result_key is not None:
        if evaluate(node.result_key, probe) not in (zone, subnet):
            return None
        if evaluate(node.result_key, probe) == subnet:
            return Attributes(
                node.source, lambda _: unknown(node.source, "which subnet that is"), partial(_endpoint_of, over)
            )
        return Attributes(node.source, partial(_endpoint_of, over))
    condition = node.condition
    if not (isinstance(condition, Operation) and condition.operator == "==" and node.result_key is None):
        return None
    sides = [evaluate(side, probe) for side in condition.operands]
    if zone in sides:
        name = next((side for side in sides if isinstance(side, str)), None)
        return (_endpoint_of(over, name),) if name else None
    if subnet in sides:
        found = next((side for side in sides if isinstance(side, Ref) and side.attribute == "id"), None)
        return (_endpoint_of(over, found),) if found else None
    return None


def _endpoint_of(states: Ref, key: str | Ref) -> Ref:
    """The endpoint of a firewall in a zone given by name, or in a subnet given by a reference to its id."""
    shown = f'"{key}"' if isinstance(key, str) else str(key)
    return Ref(states.address, f"{states.attribute}[{shown}].{_ENDPOINT}")


def passed_on(name: str, arguments: list[Value]) -> Value:
    """States or endpoints of a firewall that a function passes on. None for anything else."""
    first = arguments[0] if arguments else None
    if not (isinstance(first, Ref) and first.attribute.startswith("firewall_status")):
        return None
    if name in ("tolist", "toset") and first.attribute.endswith((_STATES, _ENDPOINT)):
        return first
    if name in ("one", "element") and "[*]" in first.attribute:
        return first
    if name == "element" and first.attribute.endswith(_STATES):
        return Ref(first.address, f"{first.attribute}[*]")
    return None
