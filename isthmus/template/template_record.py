"""The record of the template in a repository: its version, the choices, and each file as it was written.

`.isthmus/template.json` has the hashes, which say what was edited. `.isthmus/template.zip` has the files: the base of
a three-way merge.
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from isthmus.errors import CannotAnswer
from isthmus.files.manifest import digest
from isthmus.files.regular_files import NotRegularError, bytes_of
from isthmus.template.content import STAGES, Choice, Content

__all__ = ["BASE", "RECORD", "TemplateRecord", "read_base", "read_record", "record_files"]

RECORD, BASE = ".isthmus/template.json", ".isthmus/template.zip"
_SCHEMA = 1
_LARGEST = 32 * 1024 * 1024  # bytes of a record, and of all files in a base
# What is never of the template: the files of the user, and the records.
_NEVER = {"", "environments", "tests", ".git", ".isthmus", "readme.md", "waivers.toml"}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time that a zip file can hold: the same files give the same bytes


@dataclass(frozen=True)
class TemplateRecord:
    """The version of the template, the choices, and the SHA-256 of each template file by its path."""

    version: str
    choice: Choice
    files: Mapping[str, str]


def record_files(content: Content, choice: Choice, version: str) -> dict[str, bytes]:
    """The two files that record a template."""
    files = {path: digest(data) for path, data in sorted(content.template.items())}
    document = {
        "schema": _SCHEMA,
        "isthmus": version,
        "name": choice.name,
        "start": choice.start,
        "files": files,
    }
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in sorted(content.template.items()):
            if not path.startswith("wheels/"):  # a wheel is never merged
                archive.writestr(zipfile.ZipInfo(path, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return {RECORD: json.dumps(document, indent=2).encode() + b"\n", BASE: packed.getvalue()}


def read_record(repository: Path) -> TemplateRecord:
    """The record of a repository. Raises `CannotAnswer` if there is none, or if it is not valid."""
    try:
        document = json.loads(bytes_of(repository / RECORD, _LARGEST))
    except FileNotFoundError:
        raise CannotAnswer(
            f"there is no {RECORD} in {repository.resolve()}\n"
            "  write: isthmus upgrade in a repository that isthmus init wrote\n"
            "  why:   it records which files you edited"
        ) from None
    except OSError as error:
        raise CannotAnswer(f"{RECORD}: it cannot be read ({error.strerror}). Check its permissions.") from error
    except (NotRegularError, ValueError, RecursionError) as error:
        raise _invalid(str(error)) from None
    try:
        return _record(document)
    except (KeyError, TypeError, ValueError) as error:
        raise _invalid(str(error)) from None


def _record(document: Any) -> TemplateRecord:
    if document["schema"] != _SCHEMA:
        raise ValueError(f"its schema is {document['schema']!r}, and this Isthmus reads {_SCHEMA}")
    texts = [document["isthmus"], document["name"], document["start"]]
    files = document["files"]
    if not isinstance(files, dict) or not all(isinstance(text, str) for text in [*texts, *files, *files.values()]):
        raise ValueError("a value has the wrong type")
    if texts[2] not in ("one", "several", *map(str, STAGES)):
        raise ValueError(f"start is {texts[2]!r}")
    for path in files:
        if not _is_inside(path):
            raise ValueError(f"{path!r} is no path of a template file")
    if not all(re.fullmatch(r"[0-9a-f]{64}", value) for value in files.values()):
        raise ValueError("a hash is not valid")
    return TemplateRecord(texts[0], Choice(texts[1], texts[2]), files)


def _is_inside(path: str) -> bool:
    pure = PurePosixPath(path)
    # On some machines, names that differ in case name one file.
    if "".join(pure.parts[:1]).casefold() in _NEVER:
        return False
    return not pure.is_absolute() and ".." not in pure.parts and str(pure) == path and not {"\\", "\0"} & set(path)


def _invalid(why: str) -> CannotAnswer:
    return CannotAnswer(f"{RECORD}: it is not valid ({why}). Restore it from git.")


def read_base(repository: Path, record: TemplateRecord) -> Mapping[str, bytes]:
    """The template files as they were written. A file that does not match its recorded hash is left out."""
    try:
        packed = bytes_of(repository / BASE, _LARGEST)
        with zipfile.ZipFile(BytesIO(packed)) as archive:
            if sum(each.file_size for each in archive.infolist()) > _LARGEST:
                return {}
            found = {name: archive.read(name) for name in archive.namelist() if name in record.files}
    except (OSError, NotRegularError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError):
        return {}  # damaged, encrypted (RuntimeError), or packed in a way that Python does not read
    return {path: data for path, data in found.items() if digest(data) == record.files[path]}
