"""The base of the policies: how a rule is written, and how it reads Terraform through Checkov.

A policy is one file with one class. Checkov puts the folders it loads external checks from on the module path, so a
policy finds this file by its bare name, with or without Isthmus installed.

A value that cannot be read never passes where it matters: `Block.literal` gives UNREADABLE for an expression, and
comparing UNREADABLE with anything is false.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import Any, ClassVar, Final

from checkov.common.bridgecrew.severities import Severities
from checkov.common.checks_infra.registry import get_graph_checks_registry
from checkov.common.graph.checks_infra.base_check import BaseGraphCheck
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.runner_filter import RunnerFilter
from checkov.terraform.checks.provider.base_check import BaseProviderCheck
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

ANYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})

_EXPRESSION = re.compile(
    r".*[$%]\{.*"
    r"|(var|local|module|data|each|count|path|terraform|self)\.\S+"
    r"|[a-z][a-z0-9]*_[a-z0-9_]+\.[A-Za-z_][\w-]*(\[[^]]*\])?(\.\S+)?",
    re.DOTALL,
)
_REFERENCE = re.compile(r"(?<![\w.-])((?:data\.)?[a-z][a-z0-9]*_[a-z0-9_]+\.[A-Za-z_][\w-]*)(?:\[[^]]*\])?")
_AFTER_APPLY = "true_after_unknown"  # written by Checkov for a value that is known after apply
_BOOKKEEPING = re.compile(r"__\w+__|references_|start_line|end_line")


class Unreadable:
    """The value of an expression that only Terraform can evaluate. Equal to nothing, contained in nothing."""

    __hash__ = object.__hash__  # so that it can be a member of a set, where it equals no allowed value

    def __eq__(self, other: object) -> bool:
        return False

    def __repr__(self) -> str:
        return "a value that only Terraform knows"


UNREADABLE: Final = Unreadable()


class NotInPlan(Exception):
    """A value that the policy needs is known after apply: there is no verdict."""


@dataclass(frozen=True)
class Block:
    """A resource, data source, provider, output, module call or settings block.

    file    the file that Checkov read it from
    scope   where its references are resolved: its folder, or the plan and the module address
    values  arguments as Terraform writes them, without nulls: a nested block is a dict, or a list of dicts
    vertex  its vertex in Checkov's graph (None for a resource that is checked alone)
    """

    kind: str
    type: str
    name: str
    file: str
    scope: str
    values: dict[str, Any]
    vertex: dict[str, Any] | None = field(default=None, repr=False, compare=False)

    @property
    def address(self) -> str:
        """The address that an expression in the same module would use."""
        return f"{self.type}.{self.name}" if self.type else self.name

    @property
    def planned(self) -> bool:
        """Does this come from a plan? There, `lifecycle` and the expressions of inputs are missing."""
        return not self.file.endswith((".tf", ".tf.json"))

    def has(self, argument: str) -> bool:
        """Is the argument written, whatever its value? A value that AWS will choose is not written."""
        return self.values.get(argument) not in (None, "", [], {}, _AFTER_APPLY)

    def given(self, argument: str) -> bool:
        """Like `has`, but a value that only the apply will know counts too: for arguments that AWS never fills in."""
        return self.values.get(argument) not in (None, "", [], {})

    def literal(self, argument: str, default: Any = None) -> Any:
        """The argument, `default` (the provider's own) where it is absent, UNREADABLE where it is an expression."""
        return readable(self.values.get(argument, default))

    def items(self, argument: str, default: Sequence[Any] = ()) -> list[Any]:
        """A list argument with each member read as by `literal`; an unreadable list is a list of one such member."""
        return [readable(item) for item in as_list(self.values.get(argument, list(default)))]

    def blocks(self, argument: str) -> list[dict[str, Any]]:
        """Nested blocks of that name."""
        return [item for item in as_list(self.values.get(argument)) if isinstance(item, dict)]

    def references(self, argument: str) -> set[str]:
        """Addresses (`type.name`) of the resources that an argument mentions."""
        return references(self.values.get(argument))

    def policy(self, argument: str) -> dict[str, Any] | None:
        """An IAM policy document; None where there is none, or none that can be read.

        Raises NotInPlan where the apply will fill references in: then the configuration is what can be judged.
        """
        value = self.values.get(argument)
        if self.planned and readable(value) is UNREADABLE:
            raise NotInPlan
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except json.JSONDecodeError:
                return None
        return value if isinstance(value, dict) and "Statement" in value else None


def readable(value: Any) -> Any:
    """The value itself, or UNREADABLE for an expression."""
    if isinstance(value, str) and (value == _AFTER_APPLY or _EXPRESSION.fullmatch(value)):
        return UNREADABLE
    return value


def references(value: Any) -> set[str]:
    """Addresses (`type.name`) that the expressions in a value mention."""
    if isinstance(value, str):
        return set(_REFERENCE.findall(value)) if _EXPRESSION.fullmatch(value) else set()
    if isinstance(value, dict):
        value = list(value.values())
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def as_list(value: Any) -> list[Any]:
    """None: nothing; a list as it is; anything else: a list of it."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of an IAM policy document."""
    return [item for item in as_list(document.get("Statement")) if isinstance(item, dict)]


def allows_everyone(statement: dict[str, Any]) -> bool:
    """Does the statement allow every principal, as `*` or as `{"AWS": "*"}`?"""
    principal = statement.get("Principal")
    who = principal.get("AWS") if isinstance(principal, dict) else principal
    return statement.get("Effect") == "Allow" and "*" in as_list(who)


def condition_keys(statement: dict[str, Any]) -> set[str]:
    """The keys of a statement's conditions in lower case, those of negative operators and of `IfExists` left out.

    `StringNotEquals` allows every other principal, and an `IfExists` condition holds where the key is absent.
    """
    return {
        key.lower()
        for operator, keys in (statement.get("Condition") or {}).items()
        if "not" not in operator.lower() and not operator.lower().endswith("ifexists") and isinstance(keys, dict)
        for key in keys
    }


class ScannedResources:
    """Every block that Checkov sees in one scan."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self.blocks = tuple(blocks)

    @cached_property
    def _by_type(self) -> dict[str, list[Block]]:
        found: dict[str, list[Block]] = {}
        for block in self.blocks:
            found.setdefault(block.type if block.kind == "resource" else f"{block.kind}.", []).append(block)
        return found

    def resources(self, *types: str) -> list[Block]:
        """All resources of these types."""
        return [block for kind in types for block in self._by_type.get(kind, ())]

    def of_kind(self, kind: str) -> list[Block]:
        """All blocks of another kind: output, module, terraform, data."""
        return self._by_type.get(f"{kind}.", [])

    def in_same_module(self, block: Block, *types: str) -> list[Block]:
        """Resources of these types that an expression in the same module could name."""
        return [other for other in self.resources(*types) if other.scope == block.scope]

    def naming(self, block: Block, argument: str, *types: str) -> list[Block]:
        """Resources of these types in the same module whose argument names this block, by reference or by id."""
        return [other for other in self.in_same_module(block, *types) if names(other, argument, block)]

    def named(self, block: Block, argument: str, *types: str) -> list[Block]:
        """Resources of these types in the same module that this block's argument names."""
        return [other for other in self.in_same_module(block, *types) if names(block, argument, other)]

    def origin(self, block: Block, argument: str) -> str:
        """What an argument refers to in the end, followed through inputs, outputs and remote states.

        A text that is equal for two arguments that mean one thing; the expression itself where the trail ends, and a
        text like no other where the argument is absent.
        """
        if not block.has(argument):
            return f"{block.scope}: {block.address}: {argument}"
        return self._follow(str(block.values[argument]), block.scope, 12)

    def _follow(self, expression: str, scope: str, steps: int) -> str:
        if readable(expression) is not UNREADABLE:
            return expression
        text = expression.strip().removeprefix("${").removesuffix("}").strip()
        here = f"{scope}: {text}"
        if steps == 0:
            return here
        head, _, rest = text.partition(".")
        if head == "var":
            for call in self.of_kind("module"):
                source = call.values.get("source")
                if isinstance(source, str) and _joined(call.scope, source) == scope and rest in call.values:
                    return self._follow(str(call.values[rest]), call.scope, steps - 1)
        elif head == "module":
            name, _, wanted = rest.partition(".")
            for call in self.of_kind("module"):
                source = call.values.get("source")
                if call.scope == scope and call.name == name and isinstance(source, str):
                    return self._output(wanted, _joined(scope, source), steps, here)
        elif text.startswith("data.terraform_remote_state."):
            name, _, wanted = text.removeprefix("data.terraform_remote_state.").partition(".outputs.")
            producer = self._producer(name, scope)
            if producer is not None:
                return self._output(wanted, producer, steps, here)
        return here

    def _output(self, name: str, scope: str, steps: int, otherwise: str) -> str:
        for output in self.of_kind("output"):
            if output.scope == scope and output.name == name:
                return self._follow(str(output.values.get("value")), scope, steps - 1)
        return otherwise

    def _producer(self, name: str, scope: str) -> str | None:
        """The folder of the root whose state a `terraform_remote_state` reads."""
        for data in self.of_kind("data"):
            if data.scope == scope and data.address == f"terraform_remote_state.{name}":
                kind = str(data.values.get("backend"))
                wanted = _place(kind, as_dict(data.values.get("config")), scope)
                for settings in self.of_kind("terraform"):
                    backend = as_dict(as_dict(settings.values.get("backend")).get(kind))
                    if kind == "remote":  # also the name by which an HCP Terraform workspace is read
                        backend = backend or as_dict(settings.values.get("cloud"))
                    if backend and _place(kind, backend, settings.scope) == wanted:
                        return settings.scope
        return None


def as_dict(value: Any) -> dict[str, Any]:
    """A block as a dict, also where it stands alone in a list; anything else is empty."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, dict) else {}


def _joined(folder: str, relative: str) -> str:
    parts: list[str] = []
    for part in (*PurePath(folder).parts, *PurePath(relative).parts):
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return str(PurePath(*parts))


def _place(kind: str, config: dict[str, Any], folder: str) -> str:
    if kind == "local":
        return _joined(folder, str(config.get("path", "terraform.tfstate")))
    if kind == "s3":
        return f"{config.get('bucket')}/{config.get('key')}"
    if kind == "remote":
        workspace = as_dict(config.get("workspaces")).get("name")
        return f"{config.get('hostname', 'app.terraform.io')}/{config.get('organization')}/{workspace}"
    return json.dumps(config, sort_keys=True, default=str)


def names(block: Block, argument: str, other: Block) -> bool:
    """Does an argument of one block name the other, by reference or by an id that both know?"""
    if other.address in block.references(argument):
        return True
    identity = other.literal("id")
    return isinstance(identity, str) and identity in block.items(argument)


class _Text:
    """The metadata of a policy.

    id        stable, never reused
    rating    LOW, MEDIUM, HIGH or CRITICAL
    info      one line: what must hold
    source    the AWS or Terraform page with the reason
    plan      can it also judge a plan? (a plan lacks lifecycle, outputs and backends as Checkov reads it)

    The docstring is the explanation: why, and what to do.
    """

    id: str
    rating: ClassVar[str]
    info: ClassVar[str]
    source: ClassVar[str]
    plan: ClassVar[bool] = True


class ResourcePolicy(_Text, BaseResourceCheck):
    """A rule about one resource on its own. `problems` says what is wrong, in one sentence each."""

    resources: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        cls = type(self)
        super().__init__(cls.info, cls.id, [CheckCategories.NETWORKING], cls.resources, cls.source)
        self.severity: Any = Severities[cls.rating]

    def problems(self, block: Block) -> Iterable[str]:
        """Nothing, if the policy holds."""
        raise NotImplementedError

    def scan_entity_conf(self, conf: dict[str, Any], entity_type: str) -> CheckResult:
        """Checkov's entry. Unlike its own, it does not evaluate `dynamic` blocks, which crashes on some: they fail."""
        if conf.get("count") == [0]:
            return CheckResult.UNKNOWN
        file, _, name = self.entity_path.partition(f":{entity_type}:")
        block = Block("resource", entity_type, name, file, "", unwrapped(conf))
        if block.planned and not self.plan:
            return CheckResult.UNKNOWN
        try:
            self.details = list(dict.fromkeys(self.problems(block)))
        except NotInPlan:
            return CheckResult.UNKNOWN
        if "dynamic" in conf:
            self.details.append("a dynamic block cannot be read before it is applied: write it out")
        return CheckResult.FAILED if self.details else CheckResult.PASSED

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """Never reached: `scan_entity_conf` is the entry."""
        raise NotImplementedError


class ProviderPolicy(_Text, BaseProviderCheck):
    """A rule about an AWS provider configuration."""

    def __init__(self) -> None:
        cls = type(self)
        super().__init__(cls.info, cls.id, [CheckCategories.GENERAL_SECURITY], ["aws"], cls.source)
        self.severity: Any = Severities[cls.rating]

    def problems(self, block: Block) -> Iterable[str]:
        """Nothing, if the policy holds."""
        raise NotImplementedError

    def scan_provider_conf(self, conf: dict[str, Any]) -> CheckResult:
        """Checkov's entry."""
        block = Block("provider", "aws", "aws", self.entity_path.split(":")[0], "", unwrapped(conf))
        if block.planned and not self.plan:
            return CheckResult.UNKNOWN
        self.details = list(self.problems(block))
        return CheckResult.FAILED if self.details else CheckResult.PASSED


class EstatePolicy(_Text, BaseGraphCheck):
    """A rule about blocks together, or about outputs and backends: anything that one resource does not show."""

    def __init__(self) -> None:
        super().__init__()
        cls = type(self)
        self.id, self.name, self.guideline = cls.id, cls.info, cls.source
        self.severity: Any = Severities[cls.rating]
        registry = get_graph_checks_registry("terraform")
        if all(check.id != self.id for check in registry.checks):
            RunnerFilter.notify_external_check(self.id)
            registry.checks.append(self)

    def subjects(self, estate: ScannedResources) -> Iterable[Block]:
        """The blocks that get a verdict."""
        raise NotImplementedError

    def problems(self, block: Block, estate: ScannedResources) -> Iterable[str]:
        """Nothing, if the policy holds for this block."""
        raise NotImplementedError

    def run(self, graph_connector: Any) -> tuple[list[Any], list[Any], list[Any]]:
        """Checkov's entry: vertices that pass, that fail (each with its `details`), and that cannot be judged."""
        passed: list[Any] = []
        failed: list[Any] = []
        estate = _estate(graph_connector)
        for block in self.subjects(estate):
            if block.planned and not self.plan:
                continue
            try:
                details = list(dict.fromkeys(self.problems(block, estate)))
            except NotInPlan:
                continue
            (failed if details else passed).append({**_reported(block), "details": details})
        return passed, failed, []


def _reported(block: Block) -> dict[str, Any]:
    """The vertex as Checkov's report wants it: those of outputs and settings lack a name and lines."""
    vertex = dict(block.vertex or {})
    vertex["id_"] = vertex.get("id_") or ".".join(filter(None, (block.kind, block.name)))
    config = vertex.get("config_")
    while isinstance(config, (dict, list)) and config and "__startline__" not in vertex:
        if isinstance(config, dict) and "__startline__" in config:
            vertex.update({key: config[key] for key in ("__startline__", "__endline__")})
        config = next(iter(config.values())) if isinstance(config, dict) else config[0]
    return {"__startline__": 1, "__endline__": 1, **vertex}


_latest: tuple[Any, ScannedResources] | None = None


def _estate(graph: Any) -> ScannedResources:
    """All policies look at the same graph one after the other: it is read once."""
    global _latest
    if _latest is None or _latest[0] is not graph:
        nodes = graph.nodes(data=True) if hasattr(graph, "is_directed") else graph.nodes()
        _latest = graph, ScannedResources(_blocks(vertex for _, vertex in nodes))
    return _latest[1]


def _blocks(vertices: Iterable[dict[str, Any]]) -> Iterator[Block]:
    for vertex in vertices:
        kind, file = vertex["block_type_"], str(vertex["file_path_"])
        config = vertex["config_"]
        kind_of, name = "", ""
        if kind in ("resource", "data"):
            kind_of, name = vertex["block_name_"].split(".", 1)
            config = config[kind_of][name]
        elif kind in ("output", "module"):
            name = vertex["block_name_"]
            config = config[name]
        scope = str(PurePath(file).parent)
        address = vertex.get("__address__")
        if not file.endswith((".tf", ".tf.json")) and isinstance(address, str):
            scope = f"{file}:{address.removesuffix(f'{kind_of}.{name}')}"
        yield Block(kind, kind_of, name, file, scope, unwrapped(config), vertex)


def unwrapped(conf: dict[str, Any]) -> dict[str, Any]:
    """Checkov's list-wrapped configuration as plain arguments, without nulls and Checkov's own keys."""
    return {
        key: value
        for key, wrapped in conf.items()
        if not _BOOKKEEPING.fullmatch(key) and (value := _plain(wrapped)) is not None
    }


def _plain(wrapped: Any) -> Any:
    if isinstance(wrapped, list):
        if len(wrapped) == 1:
            return _plain(wrapped[0]) if not isinstance(wrapped[0], list) else [_plain(item) for item in wrapped[0]]
        return [_plain(item) for item in wrapped]
    return unwrapped(wrapped) if isinstance(wrapped, dict) else wrapped
