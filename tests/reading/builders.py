"""Small inputs, written to disk."""

import json
from pathlib import Path
from typing import Any

from isthmus.terraform import Graph, Ref, Value, read

FIXTURES = Path(__file__).parent / "fixtures"


def write(folder: Path, files: dict[str, Any]) -> Path:
    """Write each JSON document (or text, or bytes) at its path below `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return folder


def root(folder: Path, **blocks: Any) -> Graph:
    """The graph of one root with these blocks."""
    return read(write(folder, {"main.tf.json": blocks}))


def value(folder: Path, expression: Any, **blocks: Any) -> Value:
    """What an expression means, as an argument of a resource."""
    graph = root(
        folder, resource={"test_thing": {"it": {"argument": expression}}} | blocks.pop("resource", {}), **blocks
    )
    return graph.resources["test_thing.it"].get("argument")


def state(*resources: dict[str, Any], outputs: dict[str, Any] | None = None) -> dict[str, Any]:
    """What `terraform show -json` prints of a state."""
    return {
        "format_version": "1.0",
        "terraform_version": "1.11.4",
        "values": {"outputs": outputs or {}, "root_module": {"resources": list(resources)}},
    }


def stored(type_: str, name: str, sensitive: Any = None, **values: Any) -> dict[str, Any]:
    """One resource of a state."""
    return {
        "address": f"{type_}.{name}",
        "mode": "managed",
        "type": type_,
        "name": name,
        "values": values,
        "sensitive_values": sensitive or {},
    }


def ref(address: str, attribute: str = "id") -> Ref:
    return Ref(address, attribute)
