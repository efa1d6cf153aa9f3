"""The files of a bootstrap, and how they are written: all or none, over unedited files of an earlier run only."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from isthmus.bootstrap.cloudformation import LARGEST, cloudformation
from isthmus.bootstrap.prepared_accounts import Bootstrap
from isthmus.bootstrap.terraform_root import terraform_root
from isthmus.errors import CannotAnswer
from isthmus.files.manifest import digest
from isthmus.files.regular_files import NotRegularError, bytes_of
from isthmus.template.creation import create
from isthmus.template.upgrading import FileUpgrade, write_upgrade

MANIFEST = "isthmus-bootstrap.json"
TEMPLATE = "cloudformation.json"
ROOT = "terraform"
INLINE = 51_200
"""Bytes of a template that is passed with a request:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html."""
_SCHEMA = 1
_LARGEST_FILE = 32 * 1024 * 1024  # bytes


def files_of(bootstrap: Bootstrap) -> dict[str, bytes]:
    """The files, by path. The same output always gives the same bytes. Raises `CannotAnswer`."""
    template = cloudformation(bootstrap)
    text = json.dumps(template, indent=1) + "\n"
    if len(text.encode()) > INLINE:
        text = json.dumps(template, separators=(",", ":")) + "\n"
    if len(text.encode()) > LARGEST:
        raise CannotAnswer(
            f"the CloudFormation template has {len(text.encode()):,} bytes, and AWS accepts {LARGEST:,}\n"
            "  write: an estate with fewer kinds of accounts\n"
            "  why:   accounts that need different permissions make the template longer"
        )
    files = {TEMPLATE: text.encode()}
    for name, body in terraform_root(bootstrap).items():
        files[f"{ROOT}/{name}"] = (json.dumps(body, indent=2) + "\n").encode()
    return files


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files and their manifest. Raises `CannotAnswer`, and then nothing is written."""
    recorded = _recorded(folder)
    manifest = {"schema": _SCHEMA, "files": {path: digest(data) for path, data in sorted(files.items())}}
    record = {MANIFEST: (json.dumps(manifest, indent=2) + "\n").encode()}
    if recorded is None:
        create(folder, {**files, **record})
        return
    for path, known in recorded.items():
        present = _present(folder, path)
        if present is not None and digest(present) != known and present != files.get(path):
            raise CannotAnswer(
                f"{folder / path} was edited\n"
                "  write: another folder, or remove the file\n"
                "  why:   isthmus bootstrap writes over its own files only"
            )
    if taken := sorted(path for path in files.keys() - recorded.keys() if os.path.lexists(folder / path)):
        raise CannotAnswer(f"{folder / taken[0]} exists, and isthmus bootstrap did not write it. Name another folder.")
    steps = [FileUpgrade(path, "replaced", data) for path, data in files.items()]
    gone = [path for path in recorded.keys() - files.keys() if _present(folder, path) is not None]
    write_upgrade(folder, [*steps, *(FileUpgrade(path, "removed") for path in sorted(gone))], record)


def _recorded(folder: Path) -> Mapping[str, str] | None:
    """The files of the earlier run, by digest; None if there was none. Raises `CannotAnswer` for a damaged manifest."""
    manifest = folder / MANIFEST
    if not os.path.lexists(manifest):
        return None
    try:
        document = json.loads(bytes_of(manifest, _LARGEST_FILE))
        files = document["files"] if document["schema"] == _SCHEMA else None
    except (OSError, NotRegularError, ValueError, KeyError, TypeError, RecursionError):
        files = None
    if not isinstance(files, dict) or not all(
        isinstance(known, str) and _inside(path) for path, known in files.items()
    ):
        raise CannotAnswer(
            f"{manifest} is damaged\n"
            "  write: another folder, or remove this one\n"
            "  why:   it lists the files that isthmus bootstrap may write over"
        )
    return {str(path): str(known) for path, known in files.items()}


def _inside(path: str) -> bool:
    parts = path.split("/")
    return bool(path) and not path.startswith("/") and not {"", ".", ".."}.intersection(parts)


def _present(folder: Path, path: str) -> bytes | None:
    try:
        return bytes_of(folder / path, _LARGEST_FILE)
    except FileNotFoundError:
        return None
    except (OSError, NotRegularError) as error:
        raise CannotAnswer(f"{folder / path} cannot be read ({error}). Name another folder, or remove it.") from error
