"""Loads the AWS provider bindings that one file declares, in place of the whole package."""

import hashlib
import importlib.machinery
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

from isthmus.files import cache
from modules.bindings import cut
from modules.bindings.declaration import declared_submodules
from modules.bindings.node import use_packaged_node

PROVIDER = "cdktf_cdktf_provider_aws"
_SETTING = "ISTHMUS_BINDINGS"


def use_declared_bindings(declaring_module: str) -> None:
    """Make later imports of the provider bindings in this process find just the classes that a module declares.

    `declaring_module` is the `__name__` of the module whose import statements are the declaration. It gets a
    `__getattr__` whose error for other classes names the import line to add.

    `ISTHMUS_BINDINGS=stock` loads the whole package. Any problem has the same effect, after one warning on stderr.
    """
    use_packaged_node()
    spec = importlib.util.find_spec(PROVIDER)
    module = sys.modules[declaring_module]
    if spec is None or not spec.submodule_search_locations or module.__file__ is None:
        return  # not installed: the next import statement reports it
    package, declaration = Path(spec.submodule_search_locations[0]), Path(module.__file__)
    vars(module)["__getattr__"] = _naming_missing_classes(package, declaration)
    if PROVIDER in sys.modules or _stock_is_wanted():
        return
    wanted = declared_submodules(declaration.read_text(encoding="utf-8"), PROVIDER)
    try:
        cut_package = cache.cached(cache.cache_directory(), _key(package, wanted), _builder(package, wanted))
    except (cache.CacheUnusableError, cut.UnexpectedLayoutError) as error:
        _print(
            f"cannot cut the AWS bindings down to the classes in use: {error}. "
            f"Loading all of them, which is slow ({_SETTING}=stock does so without this warning)"
        )
        os.environ[_SETTING] = "stock"  # so that child processes do not repeat the warning
        return
    install(cut_package)
    sys.meta_path.append(_NamingMissingSubmodules(package, declaration))


def _stock_is_wanted() -> bool:
    setting = os.environ.get(_SETTING, "cut")
    if setting not in ("cut", "stock"):
        sys.exit(f"isthmus: {_SETTING} is {setting!r}; write 'cut' (the default: load the classes in use) or 'stock'")
    return setting == "stock"


def _key(package: Path, wanted: frozenset[str]) -> str:
    """The key of a cut package in the cache: it covers everything that the content depends on."""
    assemblies = [
        (path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in (package / "_jsii").glob("*.tgz")
    ]
    cutter = Path(cut.__file__).read_bytes()
    ingredients = (str(package), assemblies, sorted(wanted), cutter, importlib.util.MAGIC_NUMBER)
    return f"aws-{hashlib.sha256(repr(ingredients).encode()).hexdigest()[:32]}"


def _builder(package: Path, wanted: frozenset[str]) -> Callable[[Path], None]:
    def build(destination: Path) -> None:
        _print(f"building bindings for the {len(wanted)} AWS resource types in use: once, takes about 10 s")
        cut.cut(package, wanted, destination)

    return build


def install(package: str | Path) -> None:
    """Use a directory as the provider package, without running its `__init__`, which imports every submodule."""
    spec = importlib.machinery.ModuleSpec(PROVIDER, None, is_package=True)
    spec.submodule_search_locations = [str(package)]
    sys.modules[PROVIDER] = importlib.util.module_from_spec(spec)


class _NamingMissingSubmodules:
    """The last import finder. It reports submodules that the whole package has, and the cut one lacks."""

    def __init__(self, package: Path, declaration: Path) -> None:
        self._package = package
        self._declaration = declaration

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Raise `ModuleNotFoundError` with the import line to add, if the whole package has the submodule."""
        submodule = fullname.removeprefix(f"{PROVIDER}.")
        source = self._package / submodule / "__init__.py"
        if submodule == fullname or not source.is_file():
            return
        found = re.search(r"^class (\w+)", source.read_text(encoding="utf-8"), re.MULTILINE)
        raise ModuleNotFoundError(_advice(submodule, found[1] if found else "*", self._declaration), name=fullname)


def _naming_missing_classes(package: Path, declaration: Path) -> Callable[[str], object]:
    def __getattr__(name: str) -> object:  # noqa: N807
        words = re.findall(r"[A-Z]+[a-z0-9]*", name)
        # The name of a struct starts with the name of its resource: the longest prefix that is a submodule.
        for length in range(len(words), 0, -1):
            submodule = "_".join(words[:length]).lower()
            source = package / submodule / "__init__.py"
            if source.is_file() and re.search(rf"^class {name}\b", source.read_text(encoding="utf-8"), re.MULTILINE):
                raise ImportError(_advice(submodule, name, declaration), name=PROVIDER)
        raise AttributeError(f"{declaration} has no {name!r}, and neither have the AWS provider bindings")

    return __getattr__


def _advice(submodule: str, name: str, declaration: Path) -> str:
    return (
        f"{name} is not one of the AWS bindings that this project declares. "
        f"To use it, add to {declaration}: from {PROVIDER}.{submodule} import {name}"
    )


def _print(message: str) -> None:
    print(f"isthmus: {message}", file=sys.stderr, flush=True)
