"""One directory of JSON-syntax Terraform (`*.tf.json`) as a module: its blocks by kind and name, nothing evaluated.

https://developer.hashicorp.com/terraform/language/syntax/json. HCL (`*.tf`) is not read: a plan says what it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from isthmus.terraform.documents import load, readable
from isthmus.terraform.errors import UnreadableTerraform
from isthmus.terraform.unread_files import is_configuration, refuse_unread

_NAME = re.compile(r"[^\W\d][\w-]*")
# Blocks that change nothing that Terraform creates.
_WITHOUT_EFFECT = frozenset({"//", "check"})

Body = dict[str, Any]


@dataclass
class Module:
    """The blocks of one directory."""

    path: Path
    variables: dict[str, Body] = field(default_factory=dict)
    locals: dict[str, Any] = field(default_factory=dict)
    calls: dict[str, Body] = field(default_factory=dict)
    resources: dict[str, dict[str, Body]] = field(default_factory=dict)
    data: dict[str, dict[str, Body]] = field(default_factory=dict)
    outputs: dict[str, Body] = field(default_factory=dict)
    providers: dict[str, Body] = field(default_factory=dict)  # by "aws" or "aws.alias"
    terraform: list[Body] = field(default_factory=list)
    removed: list[Body] = field(default_factory=list)
    moved: list[Body] = field(default_factory=list)
    imports: list[Body] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)  # of variables, from *.tfvars.json


def is_module(path: Path) -> bool:
    """Whether a directory holds Terraform, in whatever syntax."""
    return path.is_dir() and any(is_configuration(entry.name) and not entry.is_dir() for entry in path.iterdir())


def load_module(path: Path) -> Module:
    """Read a directory. Raises `UnreadableTerraform`, also where what it holds could only be read in part."""
    with readable(path):
        names = sorted(entry.name for entry in path.iterdir() if not entry.name.startswith("."))
        refuse_unread(path, names)
    module = Module(path)
    files = [name for name in names if name.endswith(".tf.json")]
    if not files:
        raise UnreadableTerraform(path, "there is no *.tf.json in it", "Give a folder that `make` or cdktf has written")
    for name in sorted(files, key=_is_override):
        document = load(path / name, unique=True)
        with readable(path / name):
            _Reader(module, path / name, replace=_is_override(name)).read(document)
    for name in names:
        if name == "terraform.tfvars.json" or name.endswith(".auto.tfvars.json"):
            values = load(path / name, unique=True)
            if isinstance(values, dict):
                module.values.update(values)
    return module


def _is_override(name: str) -> bool:
    """Files that Terraform reads last and merges: https://developer.hashicorp.com/terraform/language/files/override."""
    return name == "override.tf.json" or name.endswith("_override.tf.json")


def _overridden(body: Body, later: Body) -> Body:
    """A block with what an override file says of it. Arguments in `lifecycle` are merged one by one.

    https://developer.hashicorp.com/terraform/language/files/override#merging-resource-and-data-blocks
    """
    merged = {**body, **later}
    if "lifecycle" in body and "lifecycle" in later:
        settings = (one for raw in (body["lifecycle"], later["lifecycle"]) for one in _listed(raw))
        merged["lifecycle"] = {name: value for one in settings if isinstance(one, dict) for name, value in one.items()}
    return merged


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True)
class _Reader:
    module: Module
    file: Path
    replace: bool

    def read(self, document: Any) -> None:
        module = self.module
        kinds = {
            "variable": (1, partial(self.add, module.variables)),
            "output": (1, partial(self.add, module.outputs)),
            "module": (1, partial(self.add, module.calls)),
            "resource": (2, partial(self.add_typed, module.resources)),
            "data": (2, partial(self.add_typed, module.data)),
            "provider": (1, self.add_provider),
            "locals": (0, self.add_locals),
            "terraform": (0, module.terraform.append),
            "removed": (0, module.removed.append),
            "moved": (0, module.moved.append),
            "import": (0, module.imports.append),
        }
        for part in self.objects(document, "the document"):
            for kind, content in part.items():
                if kind in kinds:
                    labels, add = kinds[kind]
                    for *names, body in self.bodies(content, labels, kind):
                        add(*names, body)  # type: ignore[operator]
                elif kind not in _WITHOUT_EFFECT:
                    known = ", ".join(kinds)
                    raise self.problem(f"{kind!r} is no kind of block that is read here", f"Known are {known}")

    def objects(self, value: Any, where: str) -> Iterator[Body]:
        """JSON syntax lets a list of objects stand for an object, at every level of labels."""
        for item in _listed(value):
            if not isinstance(item, dict):
                raise self.problem(f"{where} is no JSON object", "See Terraform's JSON configuration syntax")
            yield item

    def bodies(self, value: Any, labels: int, where: str) -> Iterator[tuple[Any, ...]]:
        for item in self.objects(value, where):
            if not labels:
                yield (item,)
                continue
            for label, inner in item.items():
                if label == "//":
                    continue
                if not _NAME.fullmatch(label):
                    raise self.problem(
                        f"{label!r} in {where!r} is no Terraform name",
                        "Names are letters, digits, dashes and underscores",
                    )
                for found in self.bodies(inner, labels - 1, f"{where}.{label}"):
                    yield (label, *found)

    def add(self, into: dict[str, Body], name: str, body: Body, kind: str = "") -> None:
        if name in into and self.replace:
            into[name] = _overridden(into[name], body)
        elif name in into:
            raise self.problem(
                f"{kind}{name} is declared twice in {self.module.path.name}", "One of the two must go or be renamed"
            )
        else:
            into[name] = body

    def add_typed(self, into: dict[str, dict[str, Body]], type_: str, name: str, body: Body) -> None:
        self.add(into.setdefault(type_, {}), name, body, f"{type_}.")

    def add_provider(self, name: str, body: Body) -> None:
        alias = body.get("alias")
        self.add(self.module.providers, f"{name}.{alias}" if isinstance(alias, str) else name, body, "provider ")

    def add_locals(self, body: Body) -> None:
        for name, value in body.items():
            if name in self.module.locals and not self.replace:
                raise self.problem(f"local.{name} is declared twice", "One of the two must go or be renamed")
            self.module.locals[name] = value

    def problem(self, problem: str, remedy: str) -> UnreadableTerraform:
        return UnreadableTerraform(self.file, problem, remedy)
