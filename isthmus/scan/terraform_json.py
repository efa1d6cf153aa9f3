"""Terraform JSON as Checkov can read all of it: parsed with line numbers, gaps closed, everything counted.

Checkov's own parser gives up a whole file, and exits 0, for `required_version`, `moved` or `import`
(https://github.com/bridgecrewio/checkov/issues/7454); its checks pass over nulls that they take for values; and a
`dynamic` block loses every resource of its file. Here such blocks are taken out, nulls with them, and `dynamic` is
reported.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from json.decoder import JSONObject, scanstring  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

from isthmus.files.manifest import is_half_written, output_of
from isthmus.scan.errors import UnreadableInput
from isthmus.terraform.documents import DEEPEST, contents, deeper
from isthmus.terraform.errors import UnreadableTerraform

FIRST, LAST = "__startline__", "__endline__"
_NO_POLICY_LOOKS_AT = frozenset({"//", "moved", "import", "removed", "check", "action", "ephemeral"})
_LABELS = {"provider": 1, "module": 1, "output": 1, "variable": 1, "locals": 0, "terraform": 0}
_KNOWN = {*_NO_POLICY_LOOKS_AT, "resource", "data", "provider", "module", "output", "variable", "locals", "terraform"}


@dataclass(frozen=True)
class Document:
    """One file.

    path      where it lies
    name      the same below the scanned folder, with / between
    content   blocks without nulls, each dict with its lines
    dynamic   (type, name, lines) of resources that have dynamic blocks
    """

    path: Path
    name: str
    content: dict[str, Any]
    dynamic: tuple[tuple[str, str, tuple[int, int]], ...]

    def blocks(self, kind: str) -> Iterator[tuple[str, str]]:
        """Type and name of every `resource` or `data` block."""
        for type_, named in self.content.get(kind, {}).items():
            if type_ not in (FIRST, LAST):
                yield from ((type_, name) for name in named if name not in (FIRST, LAST))


def read_documents(folder: Path) -> list[Document]:
    """Every `.tf.json` file below a folder, `.terraform` left out.

    Raises UnreadableInput for a file that is not Terraform JSON, for a folder without any, and for a module that is
    called by its path and does not exist: its contents would not be scanned.
    """
    if not folder.is_dir():
        raise UnreadableInput(f"{folder} is not a folder of synthesized Terraform")
    output = output_of(folder)
    if output is not None and is_half_written(output):
        raise UnreadableInput(
            f"{output} is half written: a synthesis was stopped. Synthesize again, which completes it"
        )
    paths = sorted(path for path in folder.rglob("*.tf.json") if ".terraform" not in path.parts)
    if not paths:
        raise UnreadableInput(f"{folder} holds no .tf.json file: synthesize first, or name the folder that does")
    documents = [_read(path, path.relative_to(folder).as_posix()) for path in paths]
    there = {path.parent.resolve() for path in paths}
    for document in documents:
        for name, source in _local_modules(document):
            if (document.path.parent / source).resolve() not in there:
                raise UnreadableInput(
                    f"{document.name}: module {name} is {source}, and no .tf.json file below {folder} lies there, so "
                    "it would not be scanned: synthesize again, or name the folder that holds both"
                )
    return documents


def _local_modules(document: Document) -> Iterator[tuple[str, str]]:
    """Name and source of every module that is called by its path."""
    blocks = document.content.get("module", {})
    for block in blocks if isinstance(blocks, list) else [blocks]:
        for name, calls in block.items() if isinstance(block, dict) else ():
            for call in calls if isinstance(calls, list) else [calls]:
                source = call.get("source") if isinstance(call, dict) else None
                if isinstance(source, str) and source.startswith(("./", "../")):
                    yield name, source


def _read(path: Path, name: str) -> Document:
    try:
        data = contents(path)
        content = _Located().decode(data.decode(json.detect_encoding(data)))
    except UnreadableTerraform as error:
        raise UnreadableInput(f"{error}") from None
    except (ValueError, RecursionError) as error:
        raise UnreadableInput(f"{name}: {error}: it is damaged, synthesize again") from None
    if deeper(content, DEEPEST):
        raise UnreadableInput(f"{name}: it is nested too deeply (more than {DEEPEST} levels)")
    if not isinstance(content, dict):
        raise UnreadableInput(f"{name}: expected an object of Terraform blocks")
    if unknown := sorted(content.keys() - _KNOWN - {FIRST, LAST}):
        raise UnreadableInput(f"{name}: {unknown[0]} is no Terraform block, and would not be scanned")
    content = {key: value for key, value in content.items() if key not in _NO_POLICY_LOOKS_AT}
    for kind in content.keys() - {FIRST, LAST}:
        if kind in ("resource", "data"):
            content[kind] = _named(content[kind], f"{name}: {kind}")
        else:
            _check_blocks(content[kind], f"{name}: {kind}", _LABELS[kind])
    content = _without_nulls(content)
    settings = content.get("terraform")
    for block in settings if isinstance(settings, list) else [settings]:
        if isinstance(block, dict):
            block.pop("required_version", None)
    dynamic = []
    for type_, named in content.get("resource", {}).items():
        for resource, values in named.items() if isinstance(named, dict) else ():
            if isinstance(values, dict) and values.pop("dynamic", None) is not None:
                dynamic.append((type_, resource, (values[FIRST], values[LAST])))
    return Document(path, name, content, tuple(dynamic))


def _named(blocks: Any, where: str) -> dict[str, Any]:
    """`type: {name: {...}}`, also where JSON syntax writes lists of such objects.

    https://developer.hashicorp.com/terraform/language/syntax/json#nested-block-mapping
    """
    merged: dict[str, Any] = {}
    for block in blocks if isinstance(blocks, list) else [blocks]:
        for type_, listed in _object(block, where).items():
            if type_ in (FIRST, LAST):
                continue
            kept = merged.setdefault(type_, {})
            for named in listed if isinstance(listed, list) else [listed]:
                for name, values in _object(named, f"{where}.{type_}").items():
                    if name in (FIRST, LAST):
                        continue
                    if isinstance(values, list) and len(values) == 1:
                        values = values[0]
                    if name in kept:
                        raise UnreadableInput(f"{where}.{type_}.{name} is written twice")
                    kept[name] = _object(values, f"{where}.{type_}.{name}")
    return merged


def _check_blocks(blocks: Any, where: str, labels: int) -> None:
    """Refuse a block that is no object, null among others: Terraform refuses it too."""
    for block in blocks if isinstance(blocks, list) else [blocks]:
        for label, inner in _object(block, where).items() if labels else ():
            if label not in (FIRST, LAST, "//"):
                _check_blocks(inner, f"{where}.{label}", labels - 1)
        if not labels:
            _object(block, where)


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableInput(f"{where}: expected an object, got {json.dumps(value)[:60]}")
    return value


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


class _Located(json.JSONDecoder):
    """Standard JSON, each object with its first and last line, and a key given twice refused."""

    def __init__(self) -> None:
        super().__init__()
        self.parse_string: Callable[..., Any] = scanstring
        self.parse_object = self._object
        self.scan_once = py_make_scanner(self)
        self._breaks: list[int] = []

    def decode(self, s: str, _w: Any = None) -> Any:
        """As in the base class."""
        self._breaks = [place for place, character in enumerate(s) if character == "\n"]
        return super().decode(s)

    def _object(self, state: tuple[str, int], *rest: Any) -> tuple[dict[str, Any], int]:
        strict, scan_once, _, _, memo = rest
        found, end = JSONObject(state, strict, scan_once, None, _unique, memo)
        found[FIRST] = bisect_right(self._breaks, state[1] - 1) + 1
        found[LAST] = bisect_right(self._breaks, end - 1) + 1
        return found, end


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"{next(key for key in keys if keys.count(key) > 1)!r} is written twice in one object")
    return found
