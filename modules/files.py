"""Writing the output: one way of writing JSON; file by file, atomically, and only once all of it is there."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# What lies in a root without being ours: Terraform's working files and provider locks. State lies beside the output.
_KEPT = (".terraform", ".terraform.lock.hcl")


def canonical_json(document: Mapping[str, Any]) -> str:
    """A Terraform JSON document as it is written everywhere: keys sorted, two spaces, a final newline."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def merge(out: Path, files: Mapping[str, str]) -> None:
    """Make a folder hold these files (relative path to text), as `cdktf synth` would leave it.

    Files that have not changed are not touched; each of the others is replaced atomically. Roots and module folders
    that are no longer wanted go, Terraform's own files in wanted roots stay. Raises `OSError`.
    """
    for name, text in sorted(files.items()):
        _replace(out / name, text)
    wanted = {out / name for name in files}
    stacks = out / "stacks"
    for root in sorted(stacks.iterdir()) if stacks.is_dir() else ():
        _prune(root, wanted)


def _replace(path: Path, text: str) -> None:
    data = text.encode()
    try:
        if path.read_bytes() == data:
            return
    except OSError:
        pass  # missing or unreadable: written below, which says so if it cannot be
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _prune(folder: Path, wanted: set[Path]) -> None:
    for path in sorted(folder.iterdir()):
        if path in wanted or path.name in _KEPT:
            continue
        if path.is_symlink() or path.is_file():
            if path.suffix == ".json":
                path.unlink()
        elif any(file.is_relative_to(path) for file in wanted):
            _prune(path, wanted)
        else:
            shutil.rmtree(path)
    if not any(folder.iterdir()) and folder not in {path.parent for path in wanted}:
        folder.rmdir()
