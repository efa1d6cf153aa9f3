"""Synthesized roots: directories of `*.tf.json`, joined across child modules and across `terraform_remote_state`.

Everything is evaluated here, from the configuration alone: what Terraform would read from AWS, or knows only after
apply, is a `Ref` or `Unknown`. Variables of roots have the value in `*.tfvars.json` or their default.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isthmus.terraform.arguments import META, account_of, arguments, index_suffix
from isthmus.terraform.configuration import Body, Module, load_module
from isthmus.terraform.data_sources import Reading, answer, without_stand_ins
from isthmus.terraform.declared import Reference, Words, is_declared, references
from isthmus.terraform.documents import contents, readable
from isthmus.terraform.dynamic import expanded
from isthmus.terraform.errors import UnreadableTerraform
from isthmus.terraform.evaluate import Attributes, Failure, Folders, Scope, evaluate_json, having, limited, unknown
from isthmus.terraform.expressions import Call, ExpressionError, parse_template
from isthmus.terraform.graph import Graph, NeverNull, Ref, Resource, Undeclared, Unknown, Value
from isthmus.terraform.instances import Key, any_instance, instances
from isthmus.terraform.optional import conforming
from isthmus.terraform.sensitive import concealed, hidden, is_secret
from isthmus.terraform.statefiles import StateFile, place
from isthmus.terraform.work_limit import spend
from isthmus.text.printable import printable

_FIRST_NAME = re.compile(r"[.\[]")  # what an argument inside a block begins with, and an index
_MOST_INSTANCES = 100_000
_DEEPEST_MODULE = 30
_READ = (".tf", ".tf.json", ".tfvars", ".tfvars.json", ".tofu", ".tofu.json")  # endings of files that may be opened
_LARGEST_TEXT = 262_144  # bytes of a file that `file()` gives
_BUSY = object()  # the value of what is being evaluated: whoever meets it goes in a circle


@dataclass(frozen=True, slots=True)
class Provider:
    """What a provider configuration says about where its resources live. `name` is "" where it is not known which."""

    account: str | None = None
    region: str | None = None
    name: str = ""


def read_roots(roots: dict[str, Path], within: Collection[Path]) -> Graph:
    """The graph of some root directories, by the name that prefixes their addresses (`""` for none).

    Nothing is opened that does not lie in a folder of `within` (resolved paths). Raises `UnreadableTerraform`.
    """
    return _Estate(roots, within).graph()


class _Estate:
    """Several roots, whose states are found by where they are kept."""

    def __init__(self, roots: dict[str, Path], within: Collection[Path]) -> None:
        self.within = within
        self.modules: dict[Path, Module] = {}
        self._references: dict[Path, tuple[Reference, ...]] = {}
        self.size = 0
        self.stood_in: set[str] = set()  # data sources of zones, whose names are stand-ins
        self.of_default_workspace: set[str] = set()  # roots that ask for their workspace
        self.roots = {name: _Instance(self, self.module(path), name) for name, path in roots.items()}
        self.places: dict[StateFile, list[_Instance]] = {}
        for root in self.roots.values():
            self.places.setdefault(root.state_place(), []).append(root)

    def module(self, path: Path) -> Module:
        with readable(path):
            try:
                path = path.resolve(strict=True)
            except RuntimeError:  # how Python 3.11 and 3.12 say it
                raise UnreadableTerraform(path, "it is a loop of symbolic links", "Remove the loop") from None
            if path not in self.modules:
                self.check_inside(path, path)
                for entry in path.iterdir():
                    if entry.is_symlink() and entry.name.endswith(_READ):
                        self.check_inside(entry, entry.resolve())
                self.modules[path] = load_module(path)
        return self.modules[path]

    def check_inside(self, path: Path, resolved: Path) -> None:
        """Refuse what lies outside of the folders given: another folder may be anything."""
        if not any(resolved.is_relative_to(folder) for folder in self.within):
            what = "it leads out of the folder given" if path != resolved else "it is outside of the folder given"
            raise UnreadableTerraform(
                path,
                f"{what} ({', '.join(map(str, self.within))}), and nothing there is read",
                "Give a plan instead: `terraform plan -out=PLAN && terraform show -json PLAN > plan.json`",
            )

    def count(self, path: Path) -> None:
        """One more resource or module instance. Nested counts multiply: there is an end to it."""
        self.size += 1
        if self.size > _MOST_INSTANCES:
            problem = f"it expands to more than {_MOST_INSTANCES:,} resources and modules"
            raise UnreadableTerraform(path, problem, "Check count and for_each")

    def graph(self) -> Graph:
        resources: dict[str, Resource] = {}
        unexpanded: dict[str, Resource] = {}
        outputs: dict[str, Value] = {}
        notes: list[str] = []
        for name, root in self.roots.items():
            for resource, certain in root.all_resources():
                (resources if certain else unexpanded)[resource.address] = resource
            prefix = f"{name}/" if name else ""
            outputs |= dict(
                arguments((f"{prefix}{output}", root.output(output)) for output in sorted(root.module.outputs))
            )
            taken = sorted(name for name in root.defaults if root.defaults[name])
            if taken:
                notes.append(f"{printable(name or 'the root')}: default values are assumed for {', '.join(taken)}")
        notes += sorted(f"{resource.address}: how many there are is not known" for resource in unexpanded.values())
        notes += [f"{name}: names of zones stand in for those that Terraform reads" for name in sorted(self.stood_in)]
        notes += [
            f"{printable(name or 'the root')}: terraform.workspace is taken to be default"
            for name in sorted(self.of_default_workspace)
        ]
        plainly = without_stand_ins((*resources.values(), *unexpanded.values()))
        resources = {address: plainly(resource) for address, resource in resources.items()}
        unexpanded = {address: plainly(resource) for address, resource in unexpanded.items()}
        undeclared = tuple(dict.fromkeys(found for root in self.roots.values() for found in root.undeclared()))
        forgotten = dict(found for root in self.roots.values() for found in root.forgotten())
        return Graph(resources, tuple(notes), outputs, unexpanded, undeclared, forgotten=forgotten)

    def references(self, module: Module) -> tuple[Reference, ...]:
        """What a module refers to, found once however often it is called."""
        if module.path not in self._references:
            self._references[module.path] = tuple(references(module))
        return self._references[module.path]


class _Instance:
    """A module with its inputs: a root, or one instance of a child module. It is the scope of its expressions."""

    def __init__(
        self,
        estate: _Estate,
        module: Module,
        root: str,
        *,
        path: str = "",
        certain: bool = True,
        parent: _Instance | None = None,
        call: Body | None = None,
        call_scope: Scope | None = None,
    ) -> None:
        self.estate = estate
        self.module = module
        self.root = root
        self.path = path  # `module.a["k"].`, or nothing
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
        self.defaults: dict[str, bool] = {}  # variables of a root, and whether the default was used
        self._memo: dict[tuple[str, ...], Value] = {}
        self._resources: dict[tuple[str, str], dict[Key, _Resource] | Unknown] = {}
        self._children: dict[str, dict[Key, _Instance] | Unknown] = {}
        self._producers: dict[str, _Instance] = {}
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
        if name not in self._words:
            self._words[name] = (
                Attributes(name, lambda label: self.resource(name, label))
                if name in self.module.resources
                else unknown(name, "not declared")
            )
        return self._words[name]

    def once(self, key: tuple[str, ...], compute: Callable[[], Value]) -> Value:
        """The value of one named thing, computed once. What refers to itself is unknown."""
        if key not in self._memo:
            self._memo[key] = _BUSY
            try:
                self._memo[key] = limited(compute(), key[-1])
            except BaseException:
                del self._memo[key]
                raise
        value = self._memo[key]
        return unknown(".".join(key), "it refers to itself") if value is _BUSY else value

    def variable(self, name: str) -> Value:
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
        """The text of a file, by a path from the root: of one in the folder of this module, or of the root."""
        top = self
        while top.parent is not None:
            top = top.parent
        try:
            found = (top.module.path / name).resolve()
            folders = [folder for folder in (self.module.path, top.module.path) if found.is_relative_to(folder)]
            if not folders or any(part.startswith(".") for part in found.relative_to(folders[0]).parts):
                return unknown(name, "it is hidden, or outside of the folder of the module: it is not read")
            data = contents(found, _LARGEST_TEXT)
        except UnreadableTerraform as error:
            return unknown(name, error.problem)
        except (OSError, RuntimeError, ValueError) as error:
            return unknown(name, f"it cannot be read ({type(error).__name__})")
        spend(1 + len(data) // 64)
        try:
            return unicodedata.normalize("NFC", data.decode())
        except UnicodeDecodeError:
            return unknown(name, "it is no text in UTF-8")

    def about_terraform(self, name: str) -> Value:
        """`terraform.workspace`: the default one, where nobody has chosen another."""
        if name != "workspace":
            return unknown(f"terraform.{name}")
        self.estate.of_default_workspace.add(self.root)
        return "default"

    def local(self, name: str) -> Value:
        if name not in self.module.locals:
            return unknown(f"local.{name}", "not declared")
        return self.once(("local", name), lambda: evaluate_json(self.module.locals[name], self))

    def output(self, name: str) -> Value:
        declared = self.module.outputs.get(name)
        if declared is None:
            raise Failure(f"output {printable(name)} of {self.path or self.root}: not declared")
        value = self.once(("output", name), lambda: evaluate_json(declared.get("value"), self))
        return concealed(value) if declared.get("sensitive") is True or is_secret(name) else value

    def outputs(self) -> Attributes:
        return Attributes(self.path.removesuffix(".") or self.root, self.output)

    def child(self, name: str) -> Value:
        found = self.children(name)
        if isinstance(found, Unknown):
            return found
        return _collected({key: child.outputs() for key, child in found.items()})

    def resource(self, kind: str, name: str) -> Value:
        if (kind, name) not in self._referred:
            found = self.resources(kind, name)
            if isinstance(found, Unknown):
                return found
            self._referred[kind, name] = _collected({key: item.attributes() for key, item in found.items()})
        return self._referred[kind, name]

    def data(self, kind: str, name: str) -> Value:
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
        provider = self.provider(_bare(raw) if raw else kind.split("_", 1)[0])
        region = given.get("region", provider.region)
        where = region if isinstance(region, str) else None
        if kind == "aws_availability_zones":
            self.estate.stood_in.add(f"{self.prefix}{text}")
        return answer(Reading(kind, text, given, provider.account, where))

    def _remote_state(self, name: str, body: Body) -> Value:
        text = f"data.terraform_remote_state.{name}"
        if "count" in body or "for_each" in body:
            return unknown(text, "with count or for_each")
        settings = evaluate_json(body.get("config", {}), self)
        if isinstance(settings, tuple) and len(settings) == 1:
            settings = settings[0]
        workspace = evaluate_json(body.get("workspace"), self)
        backend = body.get("backend")
        where = (
            place(backend, settings, self.module.path, workspace)
            if isinstance(backend, str) and isinstance(settings, dict)
            else None
        )
        producers = self.estate.places.get(where, []) if where else []
        if len(producers) != 1:
            cause = "several of the roots given keep their state there" if producers else "none of the roots given"
            return unknown(text, cause)
        self._producers[name] = producers[0]
        return having(text, {"outputs": producers[0].outputs()})

    # Contents

    def resources(self, kind: str, name: str) -> dict[Key, _Resource] | Unknown:
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
                    index: _Resource(self, kind, text + index_suffix(index), body, scope)
                    for index, scope in found.items()
                }
            else:
                self._resources[key] = found
        return self._resources[key]

    def children(self, name: str) -> dict[Key, _Instance] | Unknown:
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

    def _child(self, name: str, index: Key, call: Body, scope: Scope, *, certain: bool = True) -> _Instance:
        source = call.get("source")
        if not isinstance(source, str) or not source.startswith(("./", "../")):
            raise UnreadableTerraform(
                self.module.path,
                f"module {name!r} comes from {source!r}, which is not in this folder",
                "Give a plan instead: `terraform plan -out=PLAN && terraform show -json PLAN > plan.json`",
            )
        if self.depth >= _DEEPEST_MODULE:
            raise UnreadableTerraform(self.module.path, "modules call each other without end", "Break the circle")
        self.estate.count(self.module.path)
        suffix = index_suffix(index) if certain else "[?]"
        return _Instance(
            self.estate,
            self.estate.module(self.module.path / source),
            self.root,
            path=f"{self.path}module.{name}{suffix}.",
            certain=self.certain and certain,
            parent=self,
            call=call,
            call_scope=scope,
        )

    def all_resources(self) -> Iterator[tuple[Resource, bool]]:
        """Every resource here and below, and whether it is certain that it exists."""
        for kind, named in self.module.resources.items():
            for name, body in named.items():
                found = self.resources(kind, name)
                certain = isinstance(found, dict)
                if isinstance(found, Unknown):
                    text = f"{self.prefix}{kind}.{name}[?]"
                    found = {None: _Resource(self, kind, text, body, any_instance(self, found))}
                for resource in found.values():
                    self.estate.count(self.module.path)
                    yield resource.read(), certain and self.certain
        for name, call in self.module.calls.items():
            children = self.children(name)
            if isinstance(children, Unknown):
                scope = any_instance(self, children)
                children = {None: self._child(name, None, call, scope, certain=False)}
            for child in children.values():
                yield from child.all_resources()

    def undeclared(self) -> Iterator[Undeclared]:
        """References here and below to what nothing declares."""
        for owner, argument, to in self.estate.references(self.module):
            missing = self.missing(to)
            if missing:
                who, what = (f"{owner}.{argument}", "value") if owner in ("local", "output") else (owner, argument)
                yield Undeclared(f"{self.prefix}{who}", what, missing)
        for name in self.module.calls:
            children = self.children(name)
            for child in children.values() if isinstance(children, dict) else ():
                yield from child.undeclared()

    def forgotten(self) -> Iterator[tuple[str, str]]:
        """What `removed` blocks here and below leave in AWS, each with its type, "" for a module.

        https://developer.hashicorp.com/terraform/language/block/removed
        """
        for body in self.module.removed:
            if any(rule.get("destroy") not in (True, "true") for rule in _rules(body.get("lifecycle"))):
                given = _bare(body.get("from"))
                kind = given.split(".")[0]
                yield f"{self.prefix}{given}", "" if kind == "module" else kind
        for name in self.module.calls:
            children = self.children(name)
            for child in children.values() if isinstance(children, dict) else ():
                yield from child.forgotten()

    def missing(self, to: Words) -> str:
        """What of a reference is not declared, or ""."""
        if not is_declared(self.module, to):
            return self.prefix + ".".join(to[: 3 if to[0] == "data" else 2])
        if to[0] == "module" and len(to) == 3:
            children = self.children(to[1])
            lacking = [c for c in (children.values() if isinstance(children, dict) else ()) if not c.gives(to[2])]
            return f"{lacking[0].prefix}output.{to[2]}" if lacking else ""
        if to[:2] == ("data", "terraform_remote_state") and to[3:4] == ("outputs",) and len(to) == 5:
            producer = self.producer(to[2])
            return "" if producer is None or producer.gives(to[4]) else f"{producer.prefix}output.{to[4]}"
        return ""

    def gives(self, output: str) -> bool:
        """Whether this module has an output."""
        return output in self.module.outputs

    def producer(self, name: str) -> _Instance | None:
        """The root whose outputs a `terraform_remote_state` reads, if it is known."""
        self.data("terraform_remote_state", name)
        return self._producers.get(name)

    def named(self, body: Body) -> tuple[str, ...]:
        """The addresses that `depends_on` of a block of this module names."""
        listed = body.get("depends_on")
        return tuple(f"{self.prefix}{_bare(entry)}" for entry in listed) if isinstance(listed, list) else ()

    # Providers and states

    def provider(self, name: str) -> Provider:
        """What is known of the provider that this module calls `aws` or `aws.alias`."""
        if name not in self._providers:
            self._providers[name] = self._provider(name)
        return self._providers[name]

    def _provider(self, name: str) -> Provider:
        body = self.module.providers.get(name)
        if body is not None:
            settings = dict(arguments((key, evaluate_json(value, self)) for key, value in body.items()))
            region = settings.get("region")
            known = region if isinstance(region, str) else None
            return Provider(account_of(settings), known, f"{self.prefix}{name}")
        if self.parent is None:
            return Provider(name=f"{self.prefix}{name}")
        passed = self.call.get("providers")
        given = passed.get(name) if isinstance(passed, dict) else None
        if given is None and "." in name:
            return Provider()
        return self.parent.provider(_bare(given) if given is not None else name)

    def state_place(self) -> StateFile:
        """Where this root keeps its state; local, unless it says otherwise."""
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


class _Resource:
    """One instance of a resource, its arguments evaluated when asked for."""

    __slots__ = ("address", "body", "kind", "module", "scope", "values")

    def __init__(self, module: _Instance, kind: str, address: str, body: Body, scope: Scope) -> None:
        self.module = module
        self.kind = kind
        self.address = address
        self.body = body
        self.scope = scope
        self.values: dict[str, Value] = {}

    def argument(self, name: str) -> Value:
        if name not in self.values:
            self.values[name] = _BUSY
            try:
                self.values[name] = evaluate_json(self.body[name], self.scope)
            except BaseException:
                del self.values[name]
                raise
        value = self.values[name]
        return unknown(f"{self.address}.{name}", "it refers to itself") if value is _BUSY else value

    def attributes(self) -> Attributes:
        return Attributes(self.address, self.attribute)

    def attribute(self, name: str) -> Value:
        """An argument's value where the configuration gives one, else the reference: the provider decides."""
        if name not in self.body or name in META:
            if name in self.body.get("dynamic", {}):
                return unknown(f"{self.address}.{name}", "a dynamic block")
            return Ref(self.address, name)
        value = self.argument(name)
        if value is None:
            return Ref(self.address, name)
        if is_secret(name):
            return hidden(value)
        if isinstance(value, tuple) and any(isinstance(item, dict) for item in value):
            return tuple(self._block(f"{name}[{at}]", item) for at, item in enumerate(value))
        return value

    def _block(self, text: str, item: Value) -> Value:
        """A block whose arguments may be asked for; those it does not give, the provider decides."""
        if not isinstance(item, dict):
            return item

        def resolve(name: str) -> Value:
            value = item.get(name)
            return Ref(self.address, f"{text}.{name}") if value is None else hidden(value) if is_secret(name) else value

        return Attributes(f"{self.address}.{text}", resolve)

    def read(self) -> Resource:
        names = [name for name in self.body if name not in META and name != "dynamic"]
        pairs = [(name, self.argument(name)) for name in names]
        if "dynamic" in self.body:
            pairs += expanded(self.body["dynamic"], self.scope, dict(pairs))
        values = arguments(pairs)
        for name, value in values.items():
            if isinstance(value, Unknown) and _never_null(self.body.get(name)):
                values[name] = NeverNull(value.reason)
        raw = self.body.get("provider")
        provider = self.module.provider(_bare(raw) if raw else self.kind.split("_", 1)[0])
        region = values.get("region", provider.region)  # from provider 6 on, resources may name their Region
        return Resource(
            self.address,
            self.kind,
            values,
            self.module.root,
            provider.account,
            region if isinstance(region, str) else provider.region,
            self.written(),
            (*self.module.named(self.body), *self.module.later_than),
            provider.name,
            self.ignored(),
        )

    def ignored(self) -> tuple[str, ...]:
        """The arguments of which changes are ignored: https://developer.hashicorp.com/terraform/language/block/resource."""
        given = [rule.get("ignore_changes") for rule in _rules(self.body.get("lifecycle"))]
        listed = [name for names in given for name in (names if isinstance(names, list) else [names])]
        return tuple(dict.fromkeys(_FIRST_NAME.split(_bare(name))[0] for name in listed if name is not None))

    def written(self) -> frozenset[str]:
        """The names of all arguments and blocks, of provisioners each with its kind."""
        names = {*self.body, *_labels(self.body.get("dynamic"))} - META - {"dynamic"}
        return frozenset({*names, *(f"provisioner.{kind}" for kind in _labels(self.body.get("provisioner")))})


def _rules(lifecycle: Any) -> list[Body]:
    """The `lifecycle` blocks of a block, written as one object or as a list of them."""
    return [each for each in (lifecycle if isinstance(lifecycle, list) else [lifecycle]) if isinstance(each, dict)]


def _never_null(raw: Any) -> bool:
    """Whether an argument is written as a call of a function that never gives null, and nothing around it."""
    if not isinstance(raw, str) or not raw.startswith("${cidrsubnet("):
        return False
    try:
        node = parse_template(raw)
    except ExpressionError:
        return False
    return isinstance(node, Call) and node.name == "cidrsubnet"


class _Nothing:
    """A scope in which no reference is allowed."""

    def lookup(self, name: str) -> Value:
        return unknown(name, "no references are allowed here")


_NOTHING = _Nothing()


def _labels(raw: Any) -> set[str]:
    """The labels of labelled blocks, written as one object or as a list of them."""
    return {label for item in (raw if isinstance(raw, list) else [raw]) if isinstance(item, dict) for label in item}


def _bare(reference: Any) -> str:
    """`aws.hub`, also where it is written `${aws.hub}`."""
    return str(reference).removeprefix("${").removesuffix("}").strip()


def _collected(items: dict[Key, Attributes]) -> Value:
    """What a reference to a block with these instances is: one thing, a list (count) or a map (for_each)."""
    if None in items:
        return items[None]
    if all(isinstance(key, int) for key in items):
        return tuple(items.values())
    return dict(items)
