"""Which IAM roles the providers of a root module assume, and what the policies of roles name.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs#assume_role-configuration-block
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from isthmus.terraform.evaluate import evaluate_json
from isthmus.terraform.module_instance import ModuleInstance
from isthmus.terraform.reading import Input
from isthmus.terraform.state_reads import root_instances
from isthmus.terraform.work_limit import metered


def assumed_roles(given: Iterable[Input]) -> Mapping[str, frozenset[str]]:
    """The ARNs of the roles that each root module assumes, by its name; those that are known. Only folders count."""
    with metered():
        return {name: frozenset(_roles(root)) for name, root in root_instances(given).items()}


POLICY_TYPES = ("aws_iam_role", "aws_iam_role_policy")


def policy_references(given: Iterable[Input]) -> Mapping[str, frozenset[str]]:
    """What each role and each policy of a role refers to: addresses of blocks, by the address of its block.

    They follow from the text of the configuration. Most policies are texts around ids that only AWS knows.
    """
    with metered():
        found: dict[str, frozenset[str]] = {}
        for root in root_instances(given).values():
            _add_policies(root, found)
        return found


def _add_policies(at: ModuleInstance, found: dict[str, frozenset[str]]) -> None:
    for owner, _, to in at.shared.files.references(at.module):
        if owner.partition(".")[0] in POLICY_TYPES and len(to) > 1:
            address = f"{at.prefix}{owner}"
            found[address] = found.get(address, frozenset()) | {f"{at.prefix}{to[0]}.{to[1]}"}
    for name in at.module.calls:
        children = at.children(name)
        for child in children.values() if isinstance(children, dict) else ():
            _add_policies(child, found)


def _roles(root: ModuleInstance) -> Iterator[str]:
    for name, body in root.module.providers.items():
        if name.split(".")[0] == "aws":
            for block in _listed(evaluate_json(body.get("assume_role", ()), root)):
                arn = block.get("role_arn") if isinstance(block, Mapping) else None
                if isinstance(arn, str):
                    yield arn


def _listed(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
