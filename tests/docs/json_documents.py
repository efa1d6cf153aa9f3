"""docs/reference/json.md: the keys of every JSON document, from the published schemas.

`python -m tests.docs.json_documents` writes it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from tests.docs.readme import PROJECT

DOCUMENT = PROJECT / "docs/reference/json.md"
COMMANDS = ("prove", "trace", "diff", "steps", "scan", "cost", "review", "show", "handover", "lab")
SHARED = "common.schema.json"
HEAD = """# JSON documents

`--json FILE` writes the whole answer of a command as one JSON object, and `--json -` writes it to standard output. This
page is generated from the JSON Schemas in `isthmus/report/schemas`, which the wheel contains. Tests validate every
output against them.

- `schema` is the version of a document. It is raised when a key is removed or changes its meaning. New keys do not
  raise it.
- A key with `?` can be missing. `[]` means each element of a list, and `.*` each key of an object with names of your
  network.
- `isthmus prove` states the result of equivalent locations once. `groups` lists the members of each group, and a flow
  goes `from` one group `to` another: it has the result of every flow between their members. `example` is one of these
  flows, with its path.
- A resource is its Terraform address, with the root module in front: `network/module.hub.aws_ec2_transit_gateway.this`.
"""


def page() -> str:
    parts = [HEAD]
    for command in COMMANDS:
        schema = _read(f"{command}.schema.json")
        parts += (f"\n## isthmus {command}\n\n{_TABLE}", *_object("", schema), *_definitions(schema))
    parts += ("\n## Shared objects\n", *_definitions(_read(SHARED)))
    return "".join(parts)


def _definitions(schema: dict[str, Any]) -> Iterator[str]:
    """A section for each object that a schema names."""
    for name, definition in schema.get("$defs", {}).items():
        table = f"\n{_TABLE}{''.join(_object('', definition))}" if "properties" in definition else ""
        yield f"\n### {name}\n\n{definition.get('description', _type(definition))}\n{table}"


_TABLE = "| key | value | meaning |\n|---|---|---|\n"


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((files("isthmus.report") / "schemas" / name).read_text(encoding="utf-8"))
    return found


def _object(path: str, schema: dict[str, Any]) -> Iterator[str]:
    """A row for each key of an object, and for the keys inside of them."""
    for name, value in schema.get("properties", {}).items():
        optional = "" if name in schema.get("required", ()) else "?"
        yield from _rows(f"{path}{name}{optional}", value)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _rows(f"{path}*", schema["additionalProperties"])


def _rows(path: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f"| `{path}` | {_type(schema)} | {schema.get('description', '').replace('|', BAR)} |\n"
    while isinstance(schema.get("items"), dict):
        path, schema = f"{path}[]", schema["items"]
    if "$ref" not in schema:
        yield from _object(f"{path}.", schema)


def _type(schema: dict[str, Any]) -> str:
    """The type of a value in words; a shared object is a link."""
    if reference := schema.get("$ref"):
        document, _, key = reference.partition(".schema.json")
        if not reference.startswith("#") and (not key or key.startswith("#/properties/")):
            whole = f"[isthmus {document}](#isthmus-{document})"
            return f"`{key.rpartition('/')[2]}` of {whole}" if key else f"as {whole}"
        name = reference.rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " or ".join(_type(each) for each in schema[several])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    found = schema.get("type", "object")
    return " or ".join(_WORDS[name] for name in ([found] if isinstance(found, str) else found))


_WORDS = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
    "object": "object",
    "array": "list",
}
BAR = "\\|"

if __name__ == "__main__":
    DOCUMENT.write_text(page())
