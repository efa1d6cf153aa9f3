"""Which IAM roles the providers of a root module assume.

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


def _roles(root: ModuleInstance) -> Iterator[str]:
    for name, body in root.module.providers.items():
        if name.split(".")[0] == "aws":
            for block in _listed(evaluate_json(body.get("assume_role", ()), root)):
                arn = block.get("role_arn") if isinstance(block, Mapping) else None
                if isinstance(arn, str):
                    yield arn


def _listed(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
