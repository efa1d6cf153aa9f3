"""A module with its inputs: a root module, or one instance of a child module. It is the scope of its expressions."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from isthmus.terraform.configuration import Body, Module
from isthmus.terraform.data_sources import Reading, answer
from isthmus.terraform.errors import UnreadableTerraform
from isthmus.terraform.evaluate import evaluate_json
from isthmus.terraform.existing import ExistingObjects
from isthmus.terraform.graph import Resource, Unknown, Value
from isthmus.terraform.instances import Key, any_instance, instances
from isthmus.terraform.module_files import ModuleFiles, text_of
from isthmus.terraform.optional import conforming
from isthmus.terraform.origins import number_origin, origin, with_origins
from isthmus.terraform.resource_arguments import META, account_of, arguments, index_suffix
from isthmus.terraform.resource_instance import BUSY, Provider, ResourceInstance, bare
from isthmus.terraform.scopes import Attributes, EvaluationError, EvaluationScope, Folders, having, unknown
from isthmus.terraform.sensitive import concealed, is_secret
from isthmus.terraform.statefiles import StateFile, place
from isthmus.terraform.value_limits import limited
from isthmus.text.printable import printable

_DEEPEST_MODULE = 30
# Settings of a provider that decide neither the account nor the Region.
_OF_ANY_ACCOUNT = frozenset({"alias", "default_tags", "ignore_tags", "max_retries", "retry_mode", "version"})


@dataclass(frozen=True, slots=True)
class SharedByRoots:
    """What the root modules of one reading have in common."""

    files: ModuleFiles
    states: dict[StateFile, list[ModuleInstance]] = field(default_factory=dict)  # the roots, by where their state is
    named_zones: set[str] = field(default_factory=set)  # data sources of zones, whose names are stand-ins
    default_workspaces: set[str] = field(default_factory=set)  # roots that refer to their workspace
    existing: ExistingObjects = field(default_factory=ExistingObjects)


class ModuleInstance:
    """A module with its inputs: a root, or one instance of a child module. It is the scope of its expressions."""

    def __init__(
        self,
        shared: SharedByRoots,
        module: Module,
        root: str,
        *,
        path: str = "",
        certain: bool = True,
        parent: ModuleInstance | None = None,
        call: Body | None = None,
        call_scope: EvaluationScope | None = None,
    ) -> None:
        self.shared = shared
        self.module = module
        self.root = root
        self.path = path  # `module.a["k"].`, or ""
        self.prefix = f"{printable(root)}/{path}" if root else path
        self.certain = certain
        self.parent = parent
        self.call = call or {}
        self.call_scope = call_scope
        source = str(self.call.get("source"))
        self.folder: str = posixpath.normpath(posixpath.join(parent.folder, source)) if parent else "."
        self.later_than: tuple[str, ...] = parent.later_than if parent else ()
        if parent is not None:
            self.later_than += parent.named(self.call)
        self.depth: int = parent.depth + 1 if parent else 0
        self.defaults: dict[str, bool] = {}  # variables of a root module that have their default
        self._memo: dict[tuple[str, ...], Value] = {}
        self._resources: dict[tuple[str, str], dict[Key, ResourceInstance] | Unknown] = {}
        self._children: dict[str, dict[Key, ModuleInstance] | Unknown] = {}
        self._producers: dict[str, ModuleInstance] = {}
        self._referred: dict[tuple[str, str], Value] = {}
        self._providers: dict[str, Provider] = {}
        self._words: dict[str, Value] = {
            "var": Attributes("var", self.variable),
            "local": Attributes("local", self.local),
            "module": Attributes("module", self.child),
            "data": Attributes("data", lambda kind: Attributes(f"data.{kind}", lambda name: self.data(kind, name))),
            "path": Folders("path", self.path_to, contents=self.text_of),
            "terraform": Attributes("terraform", self.about_terraform),
        }

    # References

    def lookup(self, name: str) -> Value:
        """The value of `var`, `local`, `module`, `data`, a resource type, ..."""
        if name not in self._words:
            self._words[name] = (
                Attributes(name, lambda label: self.resource(name, label))
                if name in self.module.resources
                else unknown(name, "not declared")
            )
        return self._words[name]

    def once(self, key: tuple[str, ...], compute: Callable[[], Value]) -> Value:
        """The value for a name, computed once. A value that refers to itself is unknown."""
        if key not in self._memo:
            self._memo[key] = BUSY
            try:
                self._memo[key] = limited(compute(), key[-1])
            except BaseException:
                del self._memo[key]
                raise
        value = self._memo[key]
        return unknown(".".join(key), "it refers to itself") if value is BUSY else value

    def variable(self, name: str) -> Value:
        """`var.name`."""
        declared = self.module.variables.get(name)
        if declared is None:
            return unknown(f"var.{name}", "not declared")
        return self.once(("var", name), lambda: self._variable(name, declared))

    def _variable(self, name: str, declared: Body) -> Value:
        value: Value = None
        if self.call_scope is not None:
            value = evaluate_json(self.call.get(name), self.call_scope)
        elif name in self.module.values:
            value = evaluate_json(self.module.values[name], _NOTHING)
        if value is None:
            if "default" not in declared:
                return unknown(f"var.{name}", "no value is given")
            value = evaluate_json(declared["default"], _NOTHING)
            if self.parent is None:
                self.defaults[name] = True
        if "optional(" in str(declared.get("type", "")):
            value = conforming(value, declared["type"], name, _NOTHING)
        return concealed(value) if declared.get("sensitive") is True or is_secret(name) else value

    def path_to(self, name: str) -> Value:
        """`path.module` and `path.root`, as Terraform gives them in the folder of the root."""
        if name == "root" or (name == "module" and self.parent is None):
            return "."
        return self.folder if name == "module" else unknown(f"path.{name}")

    def text_of(self, name: str) -> Value:
        """The text of a file, by its path from the root module."""
        top = self
        while top.parent is not None:
            top = top.parent
        return text_of(name, self.module.path, top.module.path)

    def about_terraform(self, name: str) -> Value:
        """`terraform.workspace`: the default workspace, as if no other one were selected."""
        if name != "workspace":
            return unknown(f"terraform.{name}")
        self.shared.default_workspaces.add(self.root)
        return "default"

    def local(self, name: str) -> Value:
        """`local.name`."""
        if name not in self.module.locals:
            return unknown(f"local.{name}", "not declared")
        return self.once(("local", name), lambda: evaluate_json(self.module.locals[name], self))

    def output(self, name: str) -> Value:
        """The value of an output. Raises `EvaluationError` if it is not declared."""
        declared = self.module.outputs.get(name)
        if declared is None:
            raise EvaluationError(f"output {printable(name)} of {self.path or self.root}: not declared")
        value = self.once(("output", name), lambda: evaluate_json(declared.get("value"), self))
        return concealed(value) if declared.get("sensitive") is True or is_secret(name) else value

    def outputs(self) -> Attributes:
        """All outputs, as expressions of the caller see them."""
        return Attributes(self.path.removesuffix(".") or self.root, self.output)

    def child(self, name: str) -> Value:
        """`module.name`."""
        found = self.children(name)
        if isinstance(found, Unknown):
            return found
        return _collected({key: child.outputs() for key, child in found.items()})

    def resource(self, kind: str, name: str) -> Value:
        """`kind.name`, such as `aws_vpc.this`."""
        if (kind, name) not in self._referred:
            found = self.resources(kind, name)
            if isinstance(found, Unknown):
                return found
            self._referred[kind, name] = _collected({key: item.attributes() for key, item in found.items()})
        return self._referred[kind, name]

    def data(self, kind: str, name: str) -> Value:
        """`data.kind.name`."""
        body = self.module.data.get(kind, {}).get(name)
        if body is None:
            return unknown(f"data.{kind}.{name}", "not declared")
        if kind != "terraform_remote_state":
            return self.once(("data", kind, name), lambda: self._read(kind, name, body))
        return self.once(("data", kind, name), lambda: self._remote_state(name, body))

    def _read(self, kind: str, name: str, body: Body) -> Value:
        text = f"data.{kind}.{name}"
        if "count" in body or "for_each" in body:
            return unknown(text, "read by Terraform only")
        given = dict(arguments((key, evaluate_json(value, self)) for key, value in body.items() if key not in META))
        raw = body.get("provider")
        provider = self.provider(bare(raw) if raw else kind.split("_", 1)[0])
        region = given.get("region", provider.region)
        where = region if isinstance(region, str) else None
        if kind == "aws_availability_zones":
            self.shared.named_zones.add(f"{self.prefix}{text}")
        found = self.shared.existing.read(kind, given, body, where)
        return answer(Reading(kind, text, given, provider.account, where)) if found is None else found

    def _remote_state(self, name: str, body: Body) -> Value:
        text = f"data.terraform_remote_state.{name}"
        if "count" in body or "for_each" in body:
            return unknown(text, "with count or for_each")
        where = self.read_place(name)
        producers = self.shared.states.get(where, []) if where else []
        if len(producers) != 1:
            cause = "several of the given roots keep their state there" if producers else "none of the given roots"
            return unknown(text, cause)
        self._producers[name] = producers[0]
        return having(text, {"outputs": producers[0].outputs()})

    def read_place(self, name: str) -> StateFile | None:
        """Where the state is that a `terraform_remote_state` reads; None if that is not known."""
        body = self.module.data.get("terraform_remote_state", {}).get(name, {})
        if "count" in body or "for_each" in body:
            return None
        settings = evaluate_json(body.get("config", {}), self)
        if isinstance(settings, tuple) and len(settings) == 1:
            settings = settings[0]
        workspace = evaluate_json(body.get("workspace"), self)
        backend = body.get("backend")
        if isinstance(backend, str) and isinstance(settings, dict):
            return place(backend, settings, self.module.path, workspace)
        return None

    # Contents

    def resources(self, kind: str, name: str) -> dict[Key, ResourceInstance] | Unknown:
        """The instances of a resource block, or why they are not known."""
        key = (kind, name)
        if key not in self._resources:
            body = self.module.resources.get(kind, {}).get(name)
            text = f"{self.prefix}{kind}.{name}"
            if body is None:
                return unknown(text, "not declared")
            if "count" in body or "for_each" in body:
                self._resources[key] = unknown(text, "it refers to itself")
            found = instances(body, self, text)
            if isinstance(found, dict):
                self._resources[key] = {
                    index: ResourceInstance(self, kind, text + index_suffix(index), body, scope)
                    for index, scope in found.items()
                }
            else:
                self._resources[key] = found
        return self._resources[key]

    def children(self, name: str) -> dict[Key, ModuleInstance] | Unknown:
        """The instances of a module call, or why they are not known."""
        if name not in self._children:
            call = self.module.calls.get(name)
            text = f"{self.path}module.{name}"
            if call is None:
                return unknown(text, "not declared")
            self._children[name] = unknown(text, "it refers to itself")
            found = instances(call, self, text)
            self._children[name] = (
                {index: self._child(name, index, call, scope) for index, scope in found.items()}
                if isinstance(found, dict)
                else found
            )
        return self._children[name]

    def _child(
        self, name: str, index: Key, call: Body, scope: EvaluationScope, *, certain: bool = True
    ) -> ModuleInstance:
        source = call.get("source")
        if not isinstance(source, str) or not source.startswith(("./", "../")):
            raise UnreadableTerraform(
                self.module.path,
                f"module {name!r} comes from {source!r}, which is not in this folder",
                "Give a plan instead: `terraform plan -out=PLAN && terraform show -json PLAN > plan.json`",
            )
        if self.depth >= _DEEPEST_MODULE:
            problem = f"modules are nested more than {_DEEPEST_MODULE} levels deep"
            raise UnreadableTerraform(self.module.path, problem, "Check that no module calls itself")
        self.shared.files.count(self.module.path)
        suffix = index_suffix(index) if certain else "[?]"
        return ModuleInstance(
            self.shared,
            self.shared.files.module(self.module.path / source),
            self.root,
            path=f"{self.path}module.{name}{suffix}.",
            certain=self.certain and certain,
            parent=self,
            call=call,
            call_scope=scope,
        )

    def all_resources(self) -> Iterator[tuple[Resource, bool]]:
        """Every resource of this module and of those it calls, and whether it is certain that it exists."""
        for kind, named in self.module.resources.items():
            for name, body in named.items():
                found = self.resources(kind, name)
                certain = isinstance(found, dict)
                if isinstance(found, Unknown):
                    text = f"{self.prefix}{kind}.{name}[?]"
                    found = {None: ResourceInstance(self, kind, text, body, any_instance(self, found))}
                for resource in found.values():
                    self.shared.files.count(self.module.path)
                    one = resource.read()
                    known = certain and self.certain
                    yield (one if known else replace(one, number_origin=number_origin(self, body))), known
        for name, call in self.module.calls.items():
            children = self.children(name)
            if isinstance(children, Unknown):
                scope = any_instance(self, children)
                children = {None: self._child(name, None, call, scope, certain=False)}
            for child in children.values():
                yield from child.all_resources()

    def gives(self, output: str) -> bool:
        """Whether this module has an output."""
        return output in self.module.outputs

    def producer(self, name: str) -> ModuleInstance | None:
        """The root whose outputs a `terraform_remote_state` reads, if it is known."""
        self.data("terraform_remote_state", name)
        return self._producers.get(name)

    def named(self, body: Body) -> tuple[str, ...]:
        """The addresses in `depends_on` of a block of this module."""
        listed = body.get("depends_on")
        return tuple(f"{self.prefix}{bare(entry)}" for entry in listed) if isinstance(listed, list) else ()

    def with_origins(self, value: Value, raw: Any, block: Body) -> Value:
        """A value that is written in a block of this module, with the origins of its unknown parts."""
        return with_origins(value, raw, self, block)

    # Providers and states

    def provider(self, name: str) -> Provider:
        """The provider that this module calls `aws` or `aws.alias`."""
        if name not in self._providers:
            self._providers[name] = self._provider(name)
        return self._providers[name]

    def _provider(self, name: str) -> Provider:
        body = self.module.providers.get(name)
        if body is not None:
            settings = dict(arguments((key, evaluate_json(value, self)) for key, value in body.items()))
            region = settings.get("region")
            known = region if isinstance(region, str) else None
            deciding = {key: value for key, value in body.items() if key not in _OF_ANY_ACCOUNT}
            return Provider(account_of(settings), known, f"{self.prefix}{name}", origin(deciding, self, body))
        if self.parent is None:
            return Provider(name=f"{self.prefix}{name}")
        passed = self.call.get("providers")
        given = passed.get(name) if isinstance(passed, dict) else None
        if given is None and "." in name:
            return Provider()
        return self.parent.provider(bare(given) if given is not None else name)

    def state_place(self) -> StateFile:
        """Where this root module keeps its state. The default is a local file."""
        for body in self.module.terraform:
            blocks = [("cloud", body["cloud"])] if "cloud" in body else []
            backend = body.get("backend")
            for item in backend if isinstance(backend, list) else [backend]:
                blocks += item.items() if isinstance(item, dict) else []
            for kind, raw in blocks:
                settings = evaluate_json(raw, self)
                if isinstance(settings, tuple) and len(settings) == 1:
                    settings = settings[0]
                if isinstance(settings, dict):
                    return place(kind, settings, self.module.path) or ("nowhere", self.root)
        return place("local", {}, self.module.path) or ("nowhere", self.root)


class _Nothing:
    """A scope in which no reference is allowed."""

    def lookup(self, name: str) -> Value:
        return unknown(name, "no references are allowed here")


_NOTHING = _Nothing()


def _collected(items: dict[Key, Attributes]) -> Value:
    """The value of a reference to a block: one instance, a list of them (`count`) or a map (`for_each`)."""
    if None in items:
        return items[None]
    if all(isinstance(key, int) for key in items):
        return tuple(items.values())
    return dict(items)
