"""What becomes of arguments of the AWS provider that a configuration does not write.

`python -m tests.terraform.kept_arguments` writes isthmus/adoption/kept.json with the real AWS provider, which has to be
in a filesystem mirror. An argument that is optional and computed keeps its value in AWS. Any other gets its default,
which the provider itself states in the plan of a new resource, or is removed.
https://developer.hashicorp.com/terraform/plugin/framework/handling-data/attributes#computed
https://github.com/hashicorp/terraform/blob/main/docs/resource-instance-change-lifecycle.md
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack  # type: ignore[import-untyped]
from tfplugin_proto import tfplugin5_5_pb2 as pb

from isthmus.adoption.identities import KEYS

from .engine.real import find_provider
from .replacing_arguments import Provider, filled, packed

_NOT_YET_KNOWN = msgpack.ExtType(0, b"\0")
TARGET = Path(__file__).parents[2] / "isthmus" / "adoption" / "kept.json"


def kept(block: pb.Schema.Block, path: str = "") -> Iterator[str]:
    """The attributes that the provider computes, also those that a configuration may write."""
    yield from (f"{path}{attribute.name}" for attribute in block.attributes if attribute.computed)
    for nested in block.block_types:
        yield from kept(nested.block, f"{path}{nested.type_name}.")


def defaults(provider: Provider, kind: str) -> dict[str, Any]:
    """The values that the provider plans for arguments of a new resource that its configuration does not write."""
    block = provider.schema.resource_schemas[kind].block
    config = filled(block)
    unset = {one.name: _NOT_YET_KNOWN if one.computed else None for one in block.attributes if config[one.name] is None}
    asked = pb.PlanResourceChange.Request(
        type_name=kind,
        prior_state=packed(None),
        proposed_new_state=packed({**config, **unset}),
        config=packed(config),
    )
    answer = provider.stub.PlanResourceChange(asked)
    assert not answer.diagnostics, answer.diagnostics
    planned = msgpack.unpackb(answer.planned_state.msgpack)
    # A computed argument keeps its value all the same.
    arguments = sorted(unset.keys() - {*kept(block)})
    return {name: planned[name] for name in arguments if planned[name] is not None}


def _lines(table: dict[str, Any]) -> str:
    return ",\n".join(f"  {json.dumps(kind)}: {json.dumps(found)}" for kind, found in table.items())


def main() -> None:
    """Write the tables. Raises `Missing` if no filesystem mirror has the provider."""
    package = find_provider()
    provider = Provider(package)
    try:
        stated = {kind: defaults(provider, kind) for kind in sorted(KEYS)}
    finally:
        provider.stop()
    schemas = provider.schema.resource_schemas
    types = {kind: sorted(kept(schemas[kind].block)) for kind in sorted(KEYS)}
    name = json.dumps(f"hashicorp/aws {package.version}")
    parts = f'"types": {{\n{_lines(types)}\n }},\n "defaults": {{\n{_lines(stated)}\n }}'
    TARGET.write_text(f'{{"provider": {name},\n {parts}\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
