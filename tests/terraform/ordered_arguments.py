"""Which arguments of the AWS provider are lists, in which the order counts. In a set it does not.

`python -m tests.terraform.ordered_arguments` writes isthmus/changes/ordered.json from the schema of the real AWS
provider, which has to be in a filesystem mirror.
https://developer.hashicorp.com/terraform/language/expressions/type-constraints#collection-types
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tfplugin_proto import tfplugin5_5_pb2 as pb

from isthmus.changes.replacing import is_listed

from .engine.real import find_provider
from .replacing_arguments import Provider

TARGET = Path(__file__).parents[2] / "isthmus" / "changes" / "ordered.json"


def ordered(block: pb.Schema.Block, path: str = "") -> Iterator[str]:
    """The arguments that are lists, and the blocks of which there may be several in order."""
    for attribute in block.attributes:
        if attribute.optional or attribute.required:
            yield from (f"{path}{attribute.name}{inside}" for inside in lists(json.loads(attribute.type)))
    for nested in block.block_types:
        if nested.nesting == pb.Schema.NestedBlock.LIST and nested.max_items != 1:
            yield f"{path}{nested.type_name}"
        yield from ordered(nested.block, f"{path}{nested.type_name}.")


def lists(kind: Any) -> Iterator[str]:
    """ "" if a type is a list, and ".*" if it has lists inside.

    https://github.com/zclconf/go-cty/blob/main/docs/json.md
    """
    if not isinstance(kind, list):
        return
    collection, inner, *_ = kind
    if collection in ("list", "tuple"):
        yield ""
    parts = inner.values() if collection == "object" else inner if collection == "tuple" else [inner]
    if any(True for part in parts for _ in lists(part)):
        yield ".*"


def main() -> None:
    """Write the table. Raises `Missing` if no filesystem mirror has the provider."""
    package = find_provider()
    provider = Provider(package)
    provider.stop()
    schemas = provider.schema.resource_schemas
    found = {kind: sorted(ordered(schemas[kind].block)) for kind in sorted(schemas) if is_listed(kind)}
    lines = ",\n".join(f"  {json.dumps(kind)}: {json.dumps(lists)}" for kind, lists in found.items() if lists)
    name = json.dumps(f"hashicorp/aws {package.version}")
    TARGET.write_text(f'{{"provider": {name},\n "types": {{\n{lines}\n }}\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
