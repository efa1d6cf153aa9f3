"""A stand-in for the AWS provider: its schema, and just enough behaviour for plan, apply and destroy.

It speaks Terraform's plugin protocol 5 (https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol)
and is reached with TF_REATTACH_PROVIDERS, so that a real Terraform core uses it without installing anything.

With the core it catches arguments that are unknown, missing, read-only or mistyped, unknown types, undeclared
references, cycles, wrong module inputs and outputs. It checks no values and knows no defaults. It replaces nothing and
refuses nothing, unless it is given a cloud, which remembers what exists.
"""

import itertools
import json
from collections.abc import Callable, Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple, TypeVar

import grpc
import msgpack  # type: ignore[import-untyped]
from google.protobuf.message import Message
from tfplugin_proto import tfplugin5_5_pb2 as pb

from . import fake
from .cloud import Cloud
from .core import reattach
from .workspace import types_in

UNKNOWN: Final = msgpack.ExtType(0, b"\0")

Values = dict[str, Any]
"""A resource's values by attribute and block name, as msgpack carries them."""

Request = TypeVar("Request", bound=Message)


class Configuration(NamedTuple):
    """What the double remembers of a provider block."""

    region: str
    default_tags: dict[str, str]


class SchemaDouble:
    """A provider that knows arguments and nothing of AWS."""

    name: ClassVar[str] = "double"

    def __init__(self, schema: pb.GetProviderSchema.Response, cloud: Cloud | None = None) -> None:
        self.schema = schema
        self.cloud = cloud
        self._serials = itertools.count(1) if cloud is None else cloud.serials

    @contextmanager
    def serving(self, copy: Path) -> Iterator[dict[str, str]]:
        """Serves the types that a root and its modules name; gives the environment that leads Terraform here.

        A core reads the whole schema at every start: the few types that are used take a quarter of the time of all.
        """
        service = _Service(_only(self.schema, types_in(copy)), self._serials, self.cloud)
        server = grpc.server(ThreadPoolExecutor(16, thread_name_prefix="schema-double"))
        server.add_generic_rpc_handlers((service.handlers(),))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield {"TF_REATTACH_PROVIDERS": reattach(f"127.0.0.1:{port}")}
        finally:
            server.stop(grace=None).wait()

    def install(self, copy: Path) -> None:
        """Installs nothing: the double is served."""

    def disarm(self, copy: Path) -> None:
        """Leaves the provider blocks as they were generated: they assume no role here."""


def _only(schema: pb.GetProviderSchema.Response, types: Set[str]) -> pb.GetProviderSchema.Response:
    """The part of a schema that is about some types; there may be others among them that it does not have."""
    part = pb.GetProviderSchema.Response(provider=schema.provider)
    part.server_capabilities.get_provider_schema_optional = True
    for name in types & schema.resource_schemas.keys():
        part.resource_schemas[name].CopyFrom(schema.resource_schemas[name])
    for name in types & schema.data_source_schemas.keys():
        part.data_source_schemas[name].CopyFrom(schema.data_source_schemas[name])
    return part


class _Service:
    """The provider's side of the protocol, for one server.

    Each provider block of each Terraform process makes its own connection, so aliases are distinguished by the peer.
    """

    def __init__(self, schema: pb.GetProviderSchema.Response, serials: Iterator[int], cloud: Cloud | None) -> None:
        self._schema = schema
        self._serials = serials
        self._cloud = cloud
        self._configurations: dict[str, Configuration] = {}
        self._subnets: dict[str, IPv4Network] = {}

    def handlers(self) -> grpc.GenericRpcHandler:
        """The methods that are served."""
        methods = {
            "GetSchema": _handler(pb.GetProviderSchema.Request, self._get_schema),
            "PrepareProviderConfig": _handler(pb.PrepareProviderConfig.Request, self._prepare),
            "Configure": _handler(pb.Configure.Request, self._configure),
            "ValidateResourceTypeConfig": _handler(pb.ValidateResourceTypeConfig.Request, self._validate_resource),
            "ValidateDataSourceConfig": _handler(pb.ValidateDataSourceConfig.Request, self._validate_data_source),
            "UpgradeResourceState": _handler(pb.UpgradeResourceState.Request, self._upgrade),
            "ReadResource": _handler(pb.ReadResource.Request, self._read),
            "PlanResourceChange": _handler(pb.PlanResourceChange.Request, self._plan),
            "ApplyResourceChange": _handler(pb.ApplyResourceChange.Request, self._apply),
            "ReadDataSource": _handler(pb.ReadDataSource.Request, self._read_data_source),
            "Stop": _handler(pb.Stop.Request, self._stop),
        }
        return grpc.method_handlers_generic_handler("tfplugin5.Provider", methods)

    def _get_schema(self, _: pb.GetProviderSchema.Request, __: str) -> pb.GetProviderSchema.Response:
        return self._schema

    def _prepare(self, request: pb.PrepareProviderConfig.Request, _: str) -> pb.PrepareProviderConfig.Response:
        return pb.PrepareProviderConfig.Response(prepared_config=request.config)

    def _configure(self, request: pb.Configure.Request, peer: str) -> pb.Configure.Response:
        values = _unpack(request.config) or {}
        tags: dict[str, str] = {}
        for block in values["default_tags"] or []:
            tags |= block["tags"] or {}
        self._configurations[peer] = Configuration(values["region"] or fake.REGION, tags)
        return pb.Configure.Response()

    def _validate_resource(
        self, request: pb.ValidateResourceTypeConfig.Request, _: str
    ) -> pb.ValidateResourceTypeConfig.Response:
        block = self._schema.resource_schemas[request.type_name].block
        found = _read_only_arguments(block, _unpack(request.config) or {}, [])
        return pb.ValidateResourceTypeConfig.Response(diagnostics=found)

    def _validate_data_source(
        self, request: pb.ValidateDataSourceConfig.Request, _: str
    ) -> pb.ValidateDataSourceConfig.Response:
        block = self._schema.data_source_schemas[request.type_name].block
        found = _read_only_arguments(block, _unpack(request.config) or {}, [])
        return pb.ValidateDataSourceConfig.Response(diagnostics=found)

    def _upgrade(self, request: pb.UpgradeResourceState.Request, _: str) -> pb.UpgradeResourceState.Response:
        return pb.UpgradeResourceState.Response(upgraded_state=pb.DynamicValue(json=request.raw_state.json))

    def _read(self, request: pb.ReadResource.Request, _: str) -> pb.ReadResource.Response:
        self._remember(request.type_name, _unpack(request.current_state) or {})
        return pb.ReadResource.Response(new_state=request.current_state)

    def _remember(self, kind: str, values: Values) -> None:
        """Keeps the range of a subnet: what AWS puts there has an address of it."""
        if kind == "aws_subnet" and values["cidr_block"] is not None:
            self._subnets[values["id"]] = IPv4Network(values["cidr_block"])

    def _plan(self, request: pb.PlanResourceChange.Request, peer: str) -> pb.PlanResourceChange.Response:
        proposed = _unpack(request.proposed_new_state)
        if proposed is None:
            return pb.PlanResourceChange.Response(planned_state=request.proposed_new_state)
        block = self._schema.resource_schemas[request.type_name].block
        config = _unpack(request.config) or {}
        configuration = self._configurations[peer]
        prior = _unpack(request.prior_state)
        if prior is None:
            proposed = _computed_as_unknown(block, proposed)
            if "region" in proposed and config["region"] is None:
                proposed["region"] = configuration.region
        if "tags_all" in proposed and config["tags_all"] is None:
            proposed["tags_all"] = _all_tags(configuration.default_tags, config["tags"])
        replaced = self._cloud.replaced_for(request.type_name, prior, proposed) if self._cloud and prior else []
        return pb.PlanResourceChange.Response(
            planned_state=_pack(proposed),
            requires_replace=[
                pb.AttributePath(steps=[pb.AttributePath.Step(attribute_name=name)]) for name in replaced
            ],
        )

    def _apply(self, request: pb.ApplyResourceChange.Request, _: str) -> pb.ApplyResourceChange.Response:
        planned = _unpack(request.planned_state)
        if planned is None:
            return self._destroy(request)
        block = self._schema.resource_schemas[request.type_name].block
        serial = next(self._serials)
        network = self._subnets.get(planned.get("subnet_id") or "")
        if network is not None and _is_unknown(planned.get("private_ip")):
            planned["private_ip"] = fake.address_in(network, serial)
        if _is_unknown(planned.get("availability_zone")):
            planned["availability_zone"] = fake.zone_name(planned.get("availability_zone_id"))
        if _is_unknown(planned.get("ipv6_cidr_block")) and not _asks_for_ipv6(planned):
            planned["ipv6_cidr_block"] = ""
        decided = _decided(block, planned, request.type_name, serial)
        self._remember(request.type_name, decided)
        refused = None
        if self._cloud is not None:
            refused = self._cloud.write(request.type_name, decided, new=_unpack(request.prior_state) is None)
        return _answer(request.prior_state if refused else _pack(decided), refused)

    def _destroy(self, request: pb.ApplyResourceChange.Request) -> pb.ApplyResourceChange.Response:
        refused = None
        if self._cloud is not None:
            refused = self._cloud.destroy(request.type_name, _unpack(request.prior_state) or {})
        return _answer(request.prior_state if refused else request.planned_state, refused)

    def _read_data_source(self, request: pb.ReadDataSource.Request, _: str) -> pb.ReadDataSource.Response:
        block = self._schema.data_source_schemas[request.type_name].block
        values = _computed_as_unknown(block, _unpack(request.config) or {})
        return pb.ReadDataSource.Response(state=_pack(_decided(block, values, request.type_name, 0)))

    def _stop(self, _: pb.Stop.Request, __: str) -> pb.Stop.Response:
        return pb.Stop.Response()


def _handler(request: type[Request], method: Callable[[Request, str], Message]) -> "grpc.RpcMethodHandler[Any, Any]":
    """A method of the service; it receives the connection of the request."""

    def answer(message: Request, context: grpc.ServicerContext) -> Message:
        return method(message, context.peer())

    return grpc.unary_unary_rpc_method_handler(
        answer,
        request_deserializer=request.FromString,
        response_serializer=lambda response: response.SerializeToString(),
    )


def _answer(state: pb.DynamicValue, refused: str | None) -> pb.ApplyResourceChange.Response:
    found = [pb.Diagnostic(severity=pb.Diagnostic.ERROR, summary=refused)] if refused else []
    return pb.ApplyResourceChange.Response(new_state=state, diagnostics=found)


def _unpack(value: pb.DynamicValue) -> Values | None:
    content = value.msgpack
    unpacked: Values | None = msgpack.unpackb(content, strict_map_key=False) if content else json.loads(value.json)
    return unpacked


def _pack(values: Values) -> pb.DynamicValue:
    return pb.DynamicValue(msgpack=msgpack.packb(values))


def _is_unknown(value: object) -> bool:
    return isinstance(value, msgpack.ExtType)


def _read_only_arguments(
    block: pb.Schema.Block, values: Values, path: list[pb.AttributePath.Step]
) -> Iterator[pb.Diagnostic]:
    """An error for each argument that has a value although only the provider may set it."""
    for attribute in block.attributes:
        settable = attribute.required or attribute.optional
        if not settable and values[attribute.name] is not None:
            yield pb.Diagnostic(
                severity=pb.Diagnostic.ERROR,
                summary="Value for unconfigurable attribute",
                detail=f'"{attribute.name}" is decided by AWS and cannot be set.',
                attribute=pb.AttributePath(steps=[*path, pb.AttributePath.Step(attribute_name=attribute.name)]),
            )
    for nested in block.block_types:
        step = pb.AttributePath.Step(attribute_name=nested.type_name)
        for inner in _blocks(values[nested.type_name]):
            yield from _read_only_arguments(nested.block, inner, [*path, step])


def _blocks(value: object) -> list[Values]:
    """The nested blocks behind a value: none, one, or many; unknown ones are left out."""
    if isinstance(value, dict):
        return [value]
    return [inner for inner in value if isinstance(inner, dict)] if isinstance(value, list) else []


def _within(value: object, change: Callable[[Values], Values]) -> object:
    """The same nested blocks, each changed."""
    if isinstance(value, dict):
        return change(value)
    return [change(v) if isinstance(v, dict) else v for v in value] if isinstance(value, list) else value


def _computed_as_unknown(block: pb.Schema.Block, values: Values) -> Values:
    """What is planned for a new resource: everything that the provider decides is not known yet."""
    planned = dict(values)
    for attribute in block.attributes:
        if attribute.computed and planned[attribute.name] is None:
            planned[attribute.name] = UNKNOWN
    for nested in block.block_types:
        planned[nested.type_name] = _within(planned[nested.type_name], partial(_computed_as_unknown, nested.block))
    return planned


def _decided(block: pb.Schema.Block, values: Values, kind: str, serial: int) -> Values:
    """The same values, the unknown ones made up."""
    decided = dict(values)
    for attribute in block.attributes:
        if _is_unknown(decided[attribute.name]):
            decided[attribute.name] = fake.value(json.loads(attribute.type), attribute.name, kind, serial)
    for nested in block.block_types:
        decide = partial(_decided, nested.block, kind=kind, serial=serial)
        decided[nested.type_name] = _within(decided[nested.type_name], decide)
    return decided


def _asks_for_ipv6(values: Values) -> bool:
    """Whether AWS or a pool is to choose an IPv6 block. Where none is, the provider's text for it is empty."""
    return values.get("assign_generated_ipv6_cidr_block") is True or values.get("ipv6_ipam_pool_id") is not None


def _all_tags(default: dict[str, str], own: object) -> object:
    """The tags a resource ends up with, unknown as long as any of them is."""
    if own is None:
        return default
    if not isinstance(own, dict) or any(map(_is_unknown, own.values())):
        return UNKNOWN
    return default | own
