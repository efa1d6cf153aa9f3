"""Which root a file belongs to, and what its module is called there."""

from __future__ import annotations

import os.path
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from isthmus.scan.terraform_json import FIRST, LAST, Document


class RootFile(NamedTuple):
    """A root, by its folder below the scanned one, and a module in it: `module.hub.`, or nothing for the root."""

    root: str
    module: str


def files_by_root(documents: Sequence[Document]) -> dict[Path, RootFile]:
    """The place of every folder that holds documents. A module that is called more than once has its first place."""
    folders = sorted({document.path.parent for document in documents})
    calls: dict[Path, list[tuple[str, Path]]] = {folder: [] for folder in folders}
    for document in documents:
        for name, source in _calls(document.content.get("module")):
            target = Path(os.path.normpath(document.path.parent / source))
            if target in calls:
                calls[document.path.parent].append((name, target))
    called = {target for found in calls.values() for _, target in found}
    names = {document.path.parent: str(PurePosixPath(document.name).parent) for document in documents}
    found: dict[Path, RootFile] = {}
    # A folder that nothing calls is a root. What only a ring of modules calls is none, and comes last.
    for folder in [*(one for one in folders if one not in called), *folders]:
        if folder not in found:
            _walk(folder, RootFile(names[folder].removeprefix("stacks/"), ""), calls, found)
    return found


def _walk(
    folder: Path, place: RootFile, calls: dict[Path, list[tuple[str, Path]]], found: dict[Path, RootFile]
) -> None:
    found[folder] = place
    for name, target in calls[folder]:
        if target not in found:
            _walk(target, RootFile(place.root, f"{place.module}module.{name}."), calls, found)


def _calls(modules: Any) -> list[tuple[str, str]]:
    blocks = modules if isinstance(modules, list) else [modules]
    found = []
    for block in blocks:
        for name, values in block.items() if isinstance(block, dict) else ():
            if name in (FIRST, LAST):
                continue
            values = values[0] if isinstance(values, list) and values else values
            source = values.get("source") if isinstance(values, dict) else None
            if isinstance(source, str) and source.startswith("."):
                found.append((name, source))
    return found
