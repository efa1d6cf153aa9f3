"""Puts described classes in the place of the AWS provider bindings.

`from cdktf_cdktf_provider_aws.subnet import Subnet` then gives a class of modules/elements.py. The real one would read
a 130 MB description of the package in Node.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from modules.bindings.package import PROVIDER, installed_package
from modules.elements import Struct, described_class

_DESCRIBED = Path(__file__).with_name("described.json")


def install() -> None:
    """Make later imports of the bindings in this process find described classes."""
    package = installed_package()
    if package is None:
        return  # the next import statement reports it
    present = sys.modules.get(PROVIDER)
    if present is None:
        spec = importlib.machinery.ModuleSpec(PROVIDER, None, is_package=True)
        spec.submodule_search_locations = [str(package)]
        sys.modules[PROVIDER] = importlib.util.module_from_spec(spec)
        sys.meta_path.insert(0, _StandIns(package))
    elif not any(isinstance(finder, _StandIns) for finder in sys.meta_path):
        raise ImportError(f"{PROVIDER} was imported before modules.aws: import modules.aws first")


class _StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and makes the submodules of the bindings."""

    def __init__(self, package: Path) -> None:
        self._package = package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        name = fullname.removeprefix(f"{PROVIDER}.")
        if name == fullname or (
            name not in _described(self._package) and not (self._package / name / "__init__.py").is_file()
        ):
            return None
        return importlib.machinery.ModuleSpec(fullname, self)

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__.removeprefix(f"{PROVIDER}.")
        described = _described(self._package).get(name)
        if described is None:
            # A class that is new in modules/aws.py: read the package itself, which takes about 2 s for each.
            from modules.bindings.describe import describe

            described = describe(self._package, [name])[name]
        vars(module)["__getattr__"] = _class_maker(module, described)


def _class_maker(module: ModuleType, described: Mapping[str, Mapping[str, Any]]) -> Callable[[str], type[Struct]]:
    """The `__getattr__` of a module that makes each described class when it is first asked for."""

    def __getattr__(name: str) -> type[Struct]:  # noqa: N807
        if name not in described:
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        made = described_class(name, described[name], lambda other: getattr(module, other), module.__name__)
        setattr(module, name, made)
        return made

    return __getattr__


@cache
def _described(package: Path) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """The descriptions in described.json by submodule. None of them is used with another version of the package."""
    document = json.loads(_DESCRIBED.read_bytes())
    if not (package / "_jsii" / document["assembly"]).is_file():
        print(
            f"isthmus: {_DESCRIBED} is for {document['assembly']}, but another version is installed in {package}. "
            "Reading that one, which is slow: run `python -m modules.bindings.describe`",
            file=sys.stderr,
        )
        return {}
    submodules: Mapping[str, Mapping[str, Mapping[str, Any]]] = document["submodules"]
    return submodules
