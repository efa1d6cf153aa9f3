"""Which arguments force replacement, asked of the AWS provider itself.

The schema of a provider does not say it. The plan of a resource does: the provider lists the arguments that require
replacement (`requires_replace` of PlanResourceChange). For each argument of each resource type, this plans a change of
that argument alone and writes the answers down.

`python -m tests.terraform.replacing_arguments` writes isthmus/changes/replacing.json. It needs the real AWS provider in
a filesystem mirror; the credentials are made up, and the provider calls no service for a plan.
https://github.com/hashicorp/terraform/blob/main/docs/resource-instance-change-lifecycle.md
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
import msgpack  # type: ignore[import-untyped]
from tfplugin_proto import tfplugin5_5_pb2 as pb
from tfplugin_proto import tfplugin5_5_pb2_grpc as rpc

from .engine.real import RealProvider, find_provider

TARGET = Path(__file__).parents[2] / "isthmus" / "changes" / "replacing.json"
# How a provider is started: https://github.com/hashicorp/go-plugin/blob/main/docs/internals.md
_HANDSHAKE = {
    "TF_PLUGIN_MAGIC_COOKIE": "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
    "PLUGIN_PROTOCOL_VERSIONS": "5",
}
_LARGEST_MESSAGE = 512 * 2**20  # bytes; the schema is large
_DEEPEST = 5  # blocks inside blocks
_MOST_ARGUMENTS = 150  # of a type; larger ones (dashboards, chat bots) are of no network, and take hours
_LISTS = (pb.Schema.NestedBlock.LIST, pb.Schema.NestedBlock.SET)
_WITHOUT_SERVICES: dict[str, Any] = {
    "region": "us-east-1",
    "access_key": "made-up",
    "secret_key": "made-up",
    "skip_credentials_validation": True,
    "skip_requesting_account_id": True,
    "skip_metadata_api_check": "true",
    "skip_region_validation": True,
}

Json = dict[str, Any]


class Provider:
    """A running provider. It is started again after a plan that crashes it."""

    def __init__(self, package: RealProvider) -> None:
        self.executable = next(path for path in package._unpacked().iterdir() if "provider" in path.name)
        self.process: subprocess.Popen[str] | None = None
        self.start()
        self.schema = self.stub.GetSchema(pb.GetProviderSchema.Request())
        self.configure()

    def start(self) -> None:
        """Start the process and connect to it."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PLUGIN_"))}
        self.process = subprocess.Popen(
            [str(self.executable)],
            env=environment | _HANDSHAKE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        _, _, network, address, *_ = self.process.stdout.readline().split("|")
        target = f"unix:{address}" if network == "unix" else address
        self.channel = grpc.insecure_channel(target, [("grpc.max_receive_message_length", _LARGEST_MESSAGE)])
        self.stub = rpc.ProviderStub(self.channel)

    def configure(self) -> None:
        """Configure the provider so that it calls no service."""
        config = {**_nothing(self.schema.provider.block), **_WITHOUT_SERVICES}
        asked = pb.Configure.Request(terraform_version="1.11.4", config=packed(config))
        assert not self.stub.Configure(asked).diagnostics

    def stop(self) -> None:
        """End the process."""
        self.channel.close()
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def replaced_for(self, type_: str, prior: Json, config: Json) -> set[str] | None:
        """The arguments for which a change of a resource requires replacement; None where there is no plan."""
        proposed = {**config, "id": prior["id"]} if "id" in prior else config
        asked = pb.PlanResourceChange.Request(
            type_name=type_, prior_state=packed(prior), proposed_new_state=packed(proposed), config=packed(config)
        )
        try:
            answer = self.stub.PlanResourceChange(asked)
        except grpc.RpcError:
            if self.process is not None and self.process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(0.2)
            if self.process is None or self.process.poll() is not None:
                self.start()
                self.configure()
            return None
        found = {_dotted(path) for path in answer.requires_replace}
        failed = any(diagnostic.severity == pb.Diagnostic.ERROR for diagnostic in answer.diagnostics)
        return None if failed and not found else found


def replacing(provider: Provider, type_: str) -> Json:
    """The arguments of a type by what their change does: `replace`, `update` in place, or `unknown`."""
    block = provider.schema.resource_schemas[type_].block
    found: Json = {"replace": [], "update": [], "unknown": []}
    for path, kind in _arguments(block):
        base = filled(block)
        sides = []
        for value in (0, 1):
            side = json.loads(json.dumps(base))
            _put(side, block, path, kind, value)
            sides.append(side)
        name = ".".join(path)
        prior = {**sides[0], "id": "x"} if "id" in sides[0] else sides[0]
        changed = provider.replaced_for(type_, prior, sides[1])
        # What would be replaced anyway, for the defaults that the made-up state lacks, says nothing of the argument.
        without = provider.replaced_for(type_, prior, sides[0]) if changed else set()
        if changed is None or without is None:
            found["unknown"].append(name)
        elif any(hit == name or name.startswith(f"{hit}.") for hit in changed - without):
            found["replace"].append(name)
        else:
            found["unknown" if changed - without else "update"].append(name)
    return {key: names for key, names in found.items() if names}


def _arguments(block: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for attribute in block.attributes:
        if (attribute.optional or attribute.required) and (above or attribute.name != "id"):
            yield (*above, attribute.name), json.loads(attribute.type)
    for nested in block.block_types:
        if len(above) < _DEEPEST and nested.type_name != "timeouts":
            yield from _arguments(nested.block, (*above, nested.type_name))


def _nothing(block: Any) -> Json:
    none: Json = {attribute.name: None for attribute in block.attributes}
    for nested in block.block_types:
        none[nested.type_name] = [] if nested.nesting in _LISTS else None
    return none


def filled(block: Any, depth: int = 0) -> Json:
    """A block with what it needs, and nothing else."""
    made = _nothing(block)
    for attribute in block.attributes:
        if attribute.required:
            made[attribute.name] = _sample(json.loads(attribute.type), 0)
    for nested in block.block_types:
        if nested.min_items and depth < _DEEPEST:
            made[nested.type_name] = _one(nested, depth)
    return made


def _one(nested: Any, depth: int = 0) -> Any:
    made = filled(nested.block, depth + 1)
    return [made] if nested.nesting in _LISTS else made


def _put(made: Json, block: Any, path: tuple[str, ...], kind: Any, value: int) -> None:
    first, *rest = path
    if not rest:
        made[first] = _sample(kind, value)
        return
    nested = next(one for one in block.block_types if one.type_name == first)
    made[first] = made[first] or _one(nested)
    inside = made[first][0] if nested.nesting in _LISTS else made[first]
    _put(inside, nested.block, tuple(rest), kind, value)


def _sample(kind: Any, value: int) -> Any:
    """The first or the second value of a type of Terraform."""
    match kind:
        case "string":
            return "ab"[value]
        case "number":
            return 1 + value
        case "bool":
            return not value
        case ["list" | "set", inner]:
            return [_sample(inner, value)]
        case ["map", inner]:
            return {"key": _sample(inner, value)}
        case ["object", inner, *_]:
            return {name: _sample(one, value) for name, one in inner.items()}
    return None


def _dotted(path: Any) -> str:
    return ".".join(step.attribute_name for step in path.steps if step.WhichOneof("selector") == "attribute_name")


def packed(value: Json | None) -> Any:
    """A value as the protocol of providers has it."""
    return pb.DynamicValue(msgpack=msgpack.packb(value))


def document(provider: Provider, version: str, types: list[str]) -> Json:
    """The table for some types, as isthmus/changes/replacing.json holds it."""
    found = {type_: replacing(provider, type_) for type_ in types}
    return {"provider": f"hashicorp/aws {version}", "types": found}


def main() -> None:
    """Write the table for every resource type of the provider."""
    package = find_provider()
    provider = Provider(package)
    try:
        schemas = provider.schema.resource_schemas
        types = sorted(type_ for type_ in schemas if len(list(_arguments(schemas[type_].block))) <= _MOST_ARGUMENTS)
        found: Json = {}
        for number, type_ in enumerate(types):
            found[type_] = replacing(provider, type_)
            if number % 100 == 0:
                print(f"{number} of {len(types)} types", file=sys.stderr)
    finally:
        provider.stop()
    lines = ",\n".join(f"  {json.dumps(type_)}: {json.dumps(found[type_])}" for type_ in types)
    TARGET.write_text(
        f'{{"provider": "hashicorp/aws {package.version}",\n "types": {{\n{lines}\n }}\n}}\n', encoding="utf-8"
    )


if __name__ == "__main__":
    main()
