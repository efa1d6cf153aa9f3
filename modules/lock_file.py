"""The committed lock file, copied into every root module: each run then takes the same version of the AWS provider.

https://developer.hashicorp.com/terraform/language/files/dependency-lock
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from isthmus.errors import CannotAnswer
from isthmus.intent import Estate
from isthmus.intent.provider_versions import common, needed_by, parsed_version

LOCK_FILE = ".terraform.lock.hcl"
_PROVIDER = "registry.terraform.io/hashicorp/aws"
_LARGEST = 1024 * 1024  # bytes
_BLOCK = re.compile(r'^provider\s+"([^"]+)"\s*\{(.*?)^\}', re.MULTILINE | re.DOTALL)
_VERSION = re.compile(r'^\s*version\s*=\s*"([^"]+)"\s*$', re.MULTILINE)


def with_lock_file(files: Mapping[str, str], estate: Estate, folder: Path) -> dict[str, str]:
    """The files of an output, with the lock file of a project folder in each root module, if there is one.

    Raises `CannotAnswer` if it cannot be used: Terraform would refuse it later.
    """
    path = folder / LOCK_FILE
    if not path.exists():
        return dict(files)
    text = _read(path)
    _check_version(path, text, estate)
    roots = json.loads(files["manifest.json"])["stacks"]
    return {**files, **{f"stacks/{root}/{LOCK_FILE}": text for root in roots}}


def _read(path: Path) -> str:
    try:
        data = path.read_bytes() if path.is_file() else b""
        if not data or len(data) > _LARGEST:
            raise ValueError("it is no file of Terraform")
        return data.decode()
    except (OSError, ValueError) as error:
        raise CannotAnswer(
            f"{path} cannot be read ({error}). Remove it, or create it again with {_command()}"
        ) from error


def _check_version(path: Path, text: str, estate: Estate) -> None:
    blocks = {found[1]: found[2] for found in _BLOCK.finditer(text)}
    if _PROVIDER not in blocks:
        raise CannotAnswer(
            f"{path} does not lock {_PROVIDER}\n"
            f"  write: {_command()}\n"
            "  why:   the root modules use this provider only, and their lock file is a copy of this one"
        )
    version = _VERSION.search(blocks[_PROVIDER])
    try:
        locked = parsed_version(version[1] if version else "")
    except ValueError as error:
        raise CannotAnswer(f"{path}: {error}. Create it again with {_command()}") from error
    for environment in estate.environments:
        needed = [needed_by(environment)[0], *([estate.aws_provider] if estate.aws_provider is not None else [])]
        if locked not in common(needed):
            number = ".".join(map(str, locked))
            raise CannotAnswer(
                f"{path} locks version {number} of the AWS provider, and environment {environment.name} needs "
                f"{', '.join(needed)}\n"
                f"  write: {_command()}\n"
                "  why:   Terraform refuses a locked version that a constraint excludes"
            )


def _command() -> str:
    return "terraform providers lock in a root module, then copy its lock file: docs/how-to/provider-versions.md"
