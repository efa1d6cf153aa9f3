"""Describes classes of the AWS provider bindings: the arguments of each, and what each becomes in Terraform.

Reads the text of the installed package: its Python for the names of arguments, its JavaScript for their conversion.
Nothing is imported and no Node runs. `python -m modules.bindings.describe` writes the description of every submodule
that modules/aws.py imports to described.json, which synthesis uses (docs/decisions/0048-synthesis-from-structs.md).
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tarfile
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from modules.bindings.declaration import declared_submodules
from modules.bindings.package import PROVIDER, installed_package

DESCRIBED = Path(__file__).with_name("described.json")
DECLARATION = Path(__file__).parents[1] / "aws.py"


META_ARGUMENTS = frozenset({"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioners"})
"""The arguments that cdktf gives every resource. The bindings do not convert them."""

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_EXPORT = re.compile(r'^exports\.(\w+) = require\("\./([\w-]+)"\);$', re.MULTILINE)
_PYTHON_STRUCT = re.compile(
    r"@jsii\.data_type\(\n    jsii_type=\"[^\"]+\",\n    jsii_struct_bases=\[[^\]]*\],\n"
    r"    name_mapping=(?P<names>\{.*?\}),\n\)\nclass (?P<name>\w+)\b.*?"
    r"self\._values: typing\.Dict\[builtins\.str, typing\.Any\] = (?P<required>\{.*?\})\n",
    re.DOTALL,
)
_ROOT = re.compile(r"^class (\w+) extends cdktf\.Terraform(Resource|DataSource|Provider) \{", re.MULTILINE)
_CONVERSION = re.compile(r"^function (\w+)ToTerraform\(struct\) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_ARGUMENTS = re.compile(r"\n    synthesizeAttributes\(\) \{\n        return \{(.*?)\};", re.DOTALL)
_FIELDS = re.compile(r"^    return \{\n(.*?)^    \};", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(
    r"^ *'?(?P<terraform>[\w-]+)'?: (?P<null>(?:struct|this)\.\w+ === undefined \? null : )?"
    r"(?P<mapper>.+)\((?:struct\.|this\._)(?P<name>\w+?)(?:\.internalValue)?\),$"
)
_SIMPLE = {f"cdktf.{kind}ToTerraform": kind for kind in ("string", "number", "boolean", "any")}
_COLLECTION = re.compile(r"cdktf\.(list|hash)Mapper\((.+?)(?:, (?:true|false))?\)")
_STRUCT = re.compile(r"(?:\(0, )?(?:\w*structs\w*\.)?(\w+)ToTerraform\)?")
# The constructor's `this._self = config.selfAttribute;`
_STORED = re.compile(r"^        this\._(\w+)(?:\.internalValue)? = config\.(\w+);$", re.MULTILINE)

Description = Mapping[str, Mapping[str, Any]]
"""The classes of a submodule by name. Each has `arguments`, by Python name: the Terraform name, the type, and `null` if
cdktf writes an argument that is not given as null. A type is `string`, `number`, `boolean`, `any`, `list(T)`, `map(T)`
or the name of a struct. `required` lists arguments; `terraform` is the type of a resource, as `aws_subnet`, and `base`
is `Resource`, `DataSource` or `Provider`."""


class UnexpectedLayoutError(Exception):
    """The package is not laid out as cdktf 0.21 generates it, so it cannot be described."""


def describe(package: Path, submodules: Collection[str]) -> dict[str, Description]:
    """The description of submodules (Python names) of the installed provider `package`. About 2 s for any number.

    Raises `UnexpectedLayoutError` if the package is not laid out as expected.
    """
    sources = _javascript(package, submodules)
    return {name: _submodule(package, name, sources[name]) for name in sorted(submodules)}


def assembly(package: Path) -> Path:
    """The JavaScript of the installed provider `package`: a tarball with the version in its name."""
    tarballs = list((package / "_jsii").glob("*.jsii.tgz"))
    if len(tarballs) != 1:
        raise UnexpectedLayoutError(f"{package / '_jsii'} holds {len(tarballs)} jsii assemblies, expected one")
    return tarballs[0]


def _javascript(package: Path, submodules: Collection[str]) -> dict[str, str]:
    """The JavaScript of each submodule."""
    tarball = assembly(package)
    index, found = "", dict[str, list[str]]()
    wanted = {name.replace("_", "") for name in submodules}
    try:
        with tarfile.open(tarball) as archive:
            for member in archive:
                folder = member.name.removeprefix("package/lib/").split("/")[0]
                if not member.name.endswith(".js") or (folder != "index.js" and folder.replace("-", "") not in wanted):
                    continue
                stream = archive.extractfile(member)
                assert stream is not None
                text = stream.read().decode()
                if folder == "index.js":
                    index = text
                else:
                    found.setdefault(folder, []).append(text)
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise UnexpectedLayoutError(f"{tarball}: {error}") from error
    folders = {_CAPITAL.sub("_", name).lower(): folder for name, folder in _EXPORT.findall(index)}
    missing = sorted(name for name in submodules if folders.get(name) not in found)
    if missing:
        raise UnexpectedLayoutError(f"{tarball} has no JavaScript of {', '.join(missing)}")
    return {name: "\n".join(found[folders[name]]) for name in submodules}


def _submodule(package: Path, name: str, javascript: str) -> Description:
    source = package / name / "__init__.py"
    python = {
        found["name"]: (ast.literal_eval(found["names"]), _keys(found["required"]))
        for found in _PYTHON_STRUCT.finditer(source.read_text(encoding="utf-8"))
    }
    root = _ROOT.search(javascript)
    if root is None:
        raise UnexpectedLayoutError(f"{source}: its JavaScript has no resource, data source or provider")
    kind, arguments = root[1], _ARGUMENTS.search(javascript, root.end())
    terraform = re.search(rf'^{kind}\.tfResourceType = "(\w+)";$', javascript, re.MULTILINE)
    config = next((name for name in python if re.fullmatch(f"{kind}ConfigA?", name)), None)
    if arguments is None or terraform is None or config is None:
        raise UnexpectedLayoutError(f"{source}: {kind} has no arguments, type or configuration")
    bodies = {found[1][0].upper() + found[1][1:]: found[2] for found in _CONVERSION.finditer(javascript)}
    described: dict[str, dict[str, Any]] = {
        kind: {"base": root[2], "terraform": terraform[1]}
        | _class(arguments[1], *python.pop(config), source, dict(_STORED.findall(javascript, root.end())))
    }
    for struct, (names, required) in python.items():
        fields = _FIELDS.search(bodies.get(struct, ""))
        # A struct without a conversion belongs to what the provider computes.
        if struct in bodies:
            described[struct] = _class(fields[1] if fields else "", names, required, source)
    for struct, entry in described.items():
        for _, type_, *_ in entry["arguments"].values():
            inner = re.sub(r"^(?:(?:list|map)\()*|\)*$", "", type_)
            if inner not in described and inner not in _SIMPLE.values():
                raise UnexpectedLayoutError(f"{source}: {struct} uses {inner}, which has no conversion")
    return described


def _keys(text: str) -> list[str]:
    node = ast.parse(text, mode="eval").body
    assert isinstance(node, ast.Dict)
    return [str(ast.literal_eval(key)) for key in node.keys if key is not None]


def _class(
    fields: str,
    names: Mapping[str, str],
    required: list[str],
    source: Path,
    stored: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """One class. `names` holds the JavaScript names of its arguments, `stored` those of a resource's fields."""
    found = (_field(line, source) for line in fields.strip().splitlines())
    converted = {stored.get(name, name): entry for name, *entry in found}
    python_names = {name: python for python, name in names.items() if python not in META_ARGUMENTS or name in converted}
    if converted.keys() != python_names.keys():
        different = ", ".join(sorted(converted.keys() ^ python_names.keys()))
        raise UnexpectedLayoutError(f"{source}: Python and JavaScript differ in {different}")
    return {
        "arguments": {python_names[name]: entry for name, entry in sorted(converted.items())},
        "required": sorted(required),
    }


def _field(line: str, source: Path) -> tuple[str, ...]:
    """The JavaScript name, the Terraform name, the type, and `null` if it is written without a value too."""
    found = _FIELD.match(line)
    if found is None:
        raise UnexpectedLayoutError(f"{source}: cannot read the conversion {line.strip()!r}")
    return found["name"], found["terraform"], _type(found["mapper"], source), *(["null"] if found["null"] else [])


def _type(mapper: str, source: Path) -> str:
    if mapper in _SIMPLE:
        return _SIMPLE[mapper]
    if found := _COLLECTION.fullmatch(mapper):
        return f"{'list' if found[1] == 'list' else 'map'}({_type(found[2], source)})"
    if (found := _STRUCT.fullmatch(mapper)) and not mapper.startswith("cdktf."):
        return found[1][0].upper() + found[1][1:]
    raise UnexpectedLayoutError(f"{source}: cannot read the conversion {mapper!r}")


def as_text(package: Path, described: Mapping[str, Description]) -> str:
    """The content of described.json: a line for each class, so that a change of one is one line."""
    submodules = (f"    {json.dumps(name)}: {_classes(classes)}" for name, classes in sorted(described.items()))
    return f"""{{
  "assembly": {json.dumps(assembly(package).name)},
  "submodules": {{
{_COMMA.join(submodules)}
  }}
}}
"""


_COMMA = ",\n"


def _classes(described: Description) -> str:
    lines = (f"      {json.dumps(name)}: {json.dumps(entry)}" for name, entry in described.items())
    return f"{{\n{_COMMA.join(lines)}\n    }}"


def main() -> None:
    """Write described.json."""
    declared = declared_submodules(DECLARATION.read_text(encoding="utf-8"), PROVIDER)
    package = installed_package()
    if package is None:
        sys.exit(f"{PROVIDER} is not installed: run `make`")
    DESCRIBED.write_text(as_text(package, describe(package, declared)), encoding="utf-8")


if __name__ == "__main__":
    main()
