"""Where the AWS provider itself is on this machine: in a filesystem mirror that some directory holds.

A mirror is a directory with `registry.terraform.io/hashicorp/aws` in it, packed or unpacked
(https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror).
"""

import os
import platform
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from isthmus.intent.provider_versions import VERSION, VERSION_WITH_DIRECT_CONNECT

from .core import Missing, user_cache
from .workspace import disarm_providers

VARIABLE: Final = "ISTHMUS_TERRAFORM_MIRROR"
AT_LEAST: Final = (5, 100, 0)
BELOW: Final = (7,)

_PREFIXES: Final = ("/opt", "/usr/local", "/usr/share", "/usr/lib", "/srv", "/var/lib")
_DEPTH: Final = 3
_ADDRESS: Final = ("registry.terraform.io", "hashicorp", "aws")
_VERSION: Final = re.compile(r"\d+\.\d+\.\d+")
_PACKED: Final = re.compile(r"terraform-provider-aws_(\d+\.\d+\.\d+)_(\w+)\.zip")


# An older provider checks everything of Direct Connect but this attribute: it takes the ID of the association instead,
# which is also known after the apply.
_WITH_ATTACHMENT_ID: Final = (6, 5, 0)
_ATTACHMENT_ID: Final = re.compile(r"(aws_dx_gateway_association\.\w+)\.transit_gateway_attachment_id")


def _without_attachment_ids(copy: Path) -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in copy.rglob("*.json")}
    if any(map(_ATTACHMENT_ID.search, texts.values())):
        for path, text in texts.items():
            changed = _ATTACHMENT_ID.sub(r"\1.id", text).replace(VERSION_WITH_DIRECT_CONNECT, VERSION)
            path.write_text(changed, encoding="utf-8")


@dataclass(frozen=True)
class RealProvider:
    """The AWS provider: of one version, from a package that is a directory or a zip file."""

    package: Path
    version: str

    name: ClassVar[str] = "real"

    @contextmanager
    def serving(self, copy: Path) -> Iterator[dict[str, str]]:
        """Nothing: Terraform starts this provider itself."""
        yield {}

    def install(self, copy: Path) -> None:
        """Puts the provider where `terraform init` would have put it.

        With a lock file without checksums: else every command spends seconds on hashing 700 MB.
        """
        target = copy.joinpath(".terraform", "providers", *_ADDRESS, self.version)
        target.mkdir(parents=True)
        (target / _platform()).symlink_to(self._unpacked())
        (copy / ".terraform.lock.hcl").write_text(
            f'provider "{"/".join(_ADDRESS)}" {{\n  version = "{self.version}"\n}}\n'
        )
        if tuple(map(int, self.version.split("."))) < _WITH_ATTACHMENT_ID:
            _without_attachment_ids(copy)

    def disarm(self, copy: Path) -> None:
        """Takes off the provider blocks what would need AWS."""
        disarm_providers(copy)

    def _unpacked(self) -> Path:
        """The package as a directory; a zip file is unpacked once, into the user's cache."""
        if self.package.is_dir():
            return self.package
        unpacked = user_cache("terraform-providers") / self.package.stem
        if not unpacked.exists():
            unpacked.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            partly = Path(tempfile.mkdtemp(dir=unpacked.parent))
            with zipfile.ZipFile(self.package) as packed:
                packed.extractall(partly)
            for binary in partly.glob("terraform-provider-aws*"):
                binary.chmod(0o755)
            try:
                partly.rename(unpacked)
            except OSError:  # another process was faster
                shutil.rmtree(partly)
        return unpacked


def find_provider() -> RealProvider:
    """The AWS provider from the first mirror with a version that generated roots accept, for this platform.

    Looks in the directory that ISTHMUS_TERRAFORM_MIRROR names (and then nowhere else), in the directories that the
    Terraform CLI itself would use, and below the usual system prefixes.

    Raises:
        Missing: there is none.
    """
    named = os.environ.get(VARIABLE)
    places = [Path(named)] if named else [*_implied_directories(), *_below(map(Path, _PREFIXES), _DEPTH)]
    for place in places:
        usable = [found for found in _packages(place) if AT_LEAST <= found[0] < BELOW]
        if usable:
            version, package = max(usable)
            return RealProvider(package, ".".join(map(str, version)))
    where = f"in {named}" if named else "in Terraform's mirror directories or below " + ", ".join(_PREFIXES)
    raise Missing(
        f"no hashicorp/aws {'.'.join(map(str, AT_LEAST))} or later for {_platform()} {where}; "
        f"`terraform providers mirror <directory>` makes a mirror, {VARIABLE}=<directory> names it"
    )


def _implied_directories() -> Iterator[Path]:
    """The directories in which the Terraform CLI looks for providers by itself."""
    home = Path.home()
    yield home / ".terraform.d" / "plugins"
    if sys.platform == "darwin":
        yield home / "Library/Application Support/io.terraform/plugins"
        yield Path("/Library/Application Support/io.terraform/plugins")
        return
    data = [os.environ.get("XDG_DATA_HOME") or str(home / ".local/share")]
    data += (os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    yield from (Path(directory) / "terraform" / "plugins" for directory in data)


def _below(directories: Iterable[Path], depth: int) -> Iterator[Path]:
    """The directories, down to a depth, that hold a directory named like the public registry."""
    for directory in directories:
        try:
            inside = [Path(entry.path) for entry in os.scandir(directory) if entry.is_dir(follow_symlinks=False)]
        except OSError:
            continue  # absent, or not ours to read
        if any(path.name == _ADDRESS[0] for path in inside):
            yield directory
        if depth:
            yield from _below(sorted(inside), depth - 1)


def _packages(mirror: Path) -> Iterator[tuple[tuple[int, ...], Path]]:
    """The packages of the AWS provider in a mirror for this platform, each with its version."""
    for path in mirror.joinpath(*_ADDRESS).glob("*"):
        packed = _PACKED.fullmatch(path.name)
        if packed and packed[2] == _platform():
            yield _version(packed[1]), path
        elif _VERSION.fullmatch(path.name) and (path / _platform()).is_dir():
            yield _version(path.name), path / _platform()


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _platform() -> str:
    """This machine in Terraform's words, such as linux_amd64."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{ {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(machine, machine) }"
