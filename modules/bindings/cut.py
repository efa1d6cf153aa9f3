"""Cuts a jsii provider package down to some of its submodules: types, JavaScript and Python.

The whole package loads 2,200 submodules in Node and in Python before the first resource is made. The cut package keeps
the name, the version, and every type that a kept type refers to, so it behaves the same. It loads the JavaScript of
each submodule when a program first uses it.
"""

import __future__

import ast
import gzip
import importlib.util
import io
import json
import marshal
import re
import tarfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

# The schema of the jsii assembly that this file supports (https://github.com/aws/jsii, @jsii/spec).
_SCHEMA = "jsii/0.10.0"
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SUBMODULE = re.compile(r'^exports\.(\w+) = require\("\./([\w-]+)"\);$', re.MULTILINE)
# Not used at run time. Node parses the rest at every start.
_PROSE = frozenset({"docs", "readme", "locationInModule", "symbolId"})


class UnexpectedLayoutError(Exception):
    """The package does not have the expected layout, so it cannot be cut."""


def cut(package: Path, wanted: Collection[str], destination: Path) -> None:
    """Write the part of the installed provider `package` that `wanted` needs into the empty directory `destination`.

    `wanted` holds names of Python submodules; names that the package does not have are ignored. Python files are
    compiled without docstrings, without evaluated annotations, and without the type checks of each constructor under
    `if __debug__`. Those checks take most of the time, and jsii's kernel checks the types again.

    Raises `UnexpectedLayoutError` if the package does not have the expected layout.
    """
    tarballs = list((package / "_jsii").glob("*.jsii.tgz"))
    if len(tarballs) != 1:
        raise UnexpectedLayoutError(f"{package / '_jsii'} holds {len(tarballs)} jsii assemblies, expected one")
    wanted = {name for name in wanted if (package / name).is_dir()}
    try:
        with tarfile.open(tarballs[0]) as source:
            members = {
                member.name: extracted.read()
                for member in source
                if member.name.endswith((".js", ".jsii", "/package.json", "/LICENSE"))
                and (extracted := source.extractfile(member)) is not None
            }
        kept, members = _cut_members(members, wanted)
    except (tarfile.TarError, EOFError, KeyError, TypeError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]  # tarfile lists every format that it tried
        raise UnexpectedLayoutError(f"{tarballs[0]} cannot be cut: {reason}") from error
    (destination / "_jsii").mkdir()
    _write_tarball(destination / "_jsii" / tarballs[0].name, members)
    for name in ("_jsii", *sorted(kept)):
        _compile(package / name / "__init__.py", destination / name / "__init__.pyc")


def _cut_members(members: dict[str, bytes], wanted: Collection[str]) -> tuple[set[str], dict[str, bytes]]:
    """The Python names of the submodules to keep, and the files of a tarball with just those."""
    assembly = json.loads(members.pop("package/.jsii").decode())  # popped, so that its 130 MB are freed
    if assembly["schema"] != _SCHEMA:
        raise ValueError(f"its schema is {assembly['schema']!r}, expected {_SCHEMA!r}")
    directories = dict(_SUBMODULE.findall(members["package/lib/index.js"].decode()))
    # Folders have the names of resources (`route53profiles-profile`), Python modules the names that index.js exports.
    python_names = {name: _CAPITAL.sub("_", name).lower() for name in directories}
    roots = {name for name, python_name in python_names.items() if python_name in wanted}
    if missing := set(wanted) - {python_names[name] for name in roots}:
        raise ValueError(f"its index.js does not export {', '.join(sorted(missing))}")

    assembly, kept = cut_assembly(assembly, roots)
    folders = tuple(f"package/lib/{directories[name]}/" for name in kept)
    return {python_names[name] for name in kept}, {
        "package/package.json": members["package/package.json"],
        "package/LICENSE": members["package/LICENSE"],
        "package/.jsii": json.dumps(assembly, separators=(",", ":")).encode(),
        "package/lib/index.js": _lazy_index({name: directories[name] for name in sorted(kept)}).encode(),
        **{path: content for path, content in members.items() if path.startswith(folders)},
    }


def cut_assembly(assembly: dict[str, Any], roots: Iterable[str]) -> tuple[dict[str, Any], set[str]]:
    """A jsii assembly with just the submodules `roots` and those they refer to, and the names of all that it keeps."""
    prefix = f"{assembly['name']}."
    by_submodule: dict[str, dict[str, Any]] = defaultdict(dict)
    for fqn, definition in assembly["types"].items():
        by_submodule[_submodule(fqn, prefix)][fqn] = definition

    kept: set[str] = set()
    pending = set(roots)
    while pending:
        name = pending.pop()
        kept.add(name)
        by_submodule[name] = _without_prose(by_submodule[name])
        text = json.dumps(by_submodule[name])
        pending |= set(re.findall(rf'"{re.escape(prefix)}(\w+)[."]', text)) - kept

    result = {key: value for key, value in assembly.items() if key not in _PROSE}
    result["types"] = {fqn: definition for name in sorted(kept) for fqn, definition in by_submodule[name].items()}
    result["submodules"] = {
        fqn: _without_prose(value) for fqn, value in assembly["submodules"].items() if _submodule(fqn, prefix) in kept
    }
    return result, kept


def _submodule(fqn: str, prefix: str) -> str:
    return fqn.removeprefix(prefix).partition(".")[0]


def _without_prose(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_prose(nested) for key, nested in value.items() if key not in _PROSE}
        case list():
            return [_without_prose(nested) for nested in value]
        case _:
            return value


def _lazy_index(directories: Mapping[str, str]) -> str:
    """An `index.js` that loads a submodule when a program first uses it."""
    getters = "".join(
        f'Object.defineProperty(exports, "{name}", {{ enumerable: true, get: () => require("./{directory}") }});\n'
        for name, directory in directories.items()
    )
    return f'"use strict";\nObject.defineProperty(exports, "__esModule", {{ value: true }});\n{getters}'


def _write_tarball(path: Path, members: Mapping[str, bytes]) -> None:
    with (
        path.open("wb") as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as compressed,
        tarfile.open(fileobj=compressed, mode="w") as archive,
    ):
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def _compile(source: Path, target: Path) -> None:
    """Compile to a `.pyc` that Python loads in place of a source file. Tracebacks still name and show `source`."""
    text = source.read_bytes()
    tree = ast.parse(text)
    tree.body = [statement for statement in tree.body if not _is_type_check(statement)]
    code = compile(
        tree,
        filename=str(source),
        mode="exec",
        # Annotations stay as text. Evaluating them takes most of the import time, and no code uses their values.
        flags=__future__.annotations.compiler_flag,
        dont_inherit=True,
        optimize=2,
    )
    # The layout of https://peps.python.org/pep-0552/, hash-based and unchecked: the key of the cache covers changes.
    flags = 0b01
    header = importlib.util.MAGIC_NUMBER + flags.to_bytes(4, "little") + importlib.util.source_hash(text)
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(header + marshal.dumps(code))


def _is_type_check(statement: ast.stmt) -> bool:
    """Whether a statement serves only the checks under `if __debug__`: stubs of signatures, and typeguard's version."""
    match statement:
        case ast.FunctionDef(name=name):
            return name == "check_type" or name.startswith("_typecheckingstub__")
        case ast.Assign(targets=[ast.Name(id="TYPEGUARD_MAJOR_VERSION")]):
            return True  # every submodule reads typeguard's metadata again
        case _:
            return False
