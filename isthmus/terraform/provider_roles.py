"""The roles that each provider of a root module assumes, one after the other.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs#assume_role-configuration-block
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from isthmus.terraform.evaluate import evaluate_json
from isthmus.terraform.graph import Unknown
from isthmus.terraform.module_instance import ModuleInstance
from isthmus.terraform.reading import Input
from isthmus.terraform.state_reads import root_instances
from isthmus.terraform.work_limit import metered

Chain = tuple[str, ...] | Unknown


def provider_roles(given: Iterable[Input]) -> Mapping[str, Chain]:
    """The ARNs of the roles, in order, by `<root>/<provider>`, such as `prod/aws.hub_workloads`. Only folders count.

    Empty: the provider uses the given credentials. `Unknown`: a role is not known before Terraform runs.
    """
    with metered():
        return {
            f"{root}/{provider}": chain
            for root, instance in root_instances(given).items()
            for provider, chain in _chains(instance)
        }


def _chains(root: ModuleInstance) -> Iterator[tuple[str, Chain]]:
    for name, body in root.module.providers.items():
        if name.split(".")[0] == "aws":
            value = evaluate_json(body.get("assume_role", ()), root)
            blocks = value if isinstance(value, tuple) else (value,)
            yield name, _chain(name, blocks)


def _chain(name: str, blocks: Iterable[object]) -> Chain:
    found = []
    for block in blocks:
        arn = block.get("role_arn") if isinstance(block, Mapping) else None
        if not isinstance(arn, str):
            return Unknown(f"assume_role of provider {name} is not known before Terraform runs")
        found.append(arn)
    return tuple(found)
