"""Which arguments of the AWS provider keep their value in AWS if a configuration does not write them.

`python -m tests.terraform.kept_arguments` writes isthmus/adoption/kept.json from the schema of the real AWS provider,
which has to be in a filesystem mirror. An argument that is optional and computed is kept; any other is removed.
https://developer.hashicorp.com/terraform/plugin/framework/handling-data/attributes#computed
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tfplugin_proto import tfplugin5_5_pb2 as pb

from isthmus.adoption.identities import KEYS

from .engine.real import find_provider
from .replacing_arguments import Provider

TARGET = Path(__file__).parents[2] / "isthmus" / "adoption" / "kept.json"


def kept(block: pb.Schema.Block, path: str = "") -> Iterator[str]:
    """The attributes that the provider computes, also those that a configuration may write."""
    yield from (f"{path}{attribute.name}" for attribute in block.attributes if attribute.computed)
    for nested in block.block_types:
        yield from kept(nested.block, f"{path}{nested.type_name}.")


def main() -> None:
    """Write the table. Raises `Missing` if no filesystem mirror has the provider."""
    package = find_provider()
    provider = Provider(package)
    provider.stop()
    schemas = provider.schema.resource_schemas
    lines = ",\n".join(
        f"  {json.dumps(kind)}: {json.dumps(sorted(kept(schemas[kind].block)))}" for kind in sorted(KEYS)
    )
    name = json.dumps(f"hashicorp/aws {package.version}")
    TARGET.write_text(f'{{"provider": {name},\n "types": {{\n{lines}\n }}\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
