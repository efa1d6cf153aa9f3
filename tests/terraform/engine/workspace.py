"""Generated roots, and copies of them that run on a machine without the backends and accounts they name.

Override files (https://developer.hashicorp.com/terraform/language/files/override) put the state of a copy into a local
file and let it read the states of others from local files.
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Final

from .stub import Document, read_configuration

StateAddress = tuple[str, ...]
"""Where a state is kept: ("local", path), ("s3", bucket, key), ("remote", host, organization, workspace)."""

_NEEDS_AWS: Final = frozenset(
    {"allowed_account_ids", "assume_role", "assume_role_with_web_identity", "forbidden_account_ids", "profile"}
)
_MOCK: Final[dict[str, object]] = {
    "access_key": "mock",
    "secret_key": "mock",
    "skip_credentials_validation": True,
    "skip_metadata_api_check": "true",
    "skip_requesting_account_id": True,
    "skip_region_validation": True,
    "max_retries": 1,
}


class Unconnected(Exception):
    """A root reads a state that no root of its estate writes."""


@dataclass(frozen=True)
class Root:
    """A root module as it was generated: a directory with Terraform in JSON syntax."""

    directory: Path

    @property
    def name(self) -> str:
        """The name of its directory, which is the name of its environment."""
        return self.directory.name

    @cached_property
    def configuration(self) -> Document:
        """All its files as one document, child modules excluded."""
        return read_configuration(self.directory)

    @property
    def state(self) -> StateAddress | None:
        """Where it keeps its state, or None when it does not say."""
        settings = self.configuration.get("terraform", {})
        if "cloud" in settings:
            return _address("remote", settings["cloud"], self.directory)
        for kind, arguments in settings.get("backend", {}).items():
            return _address(kind, arguments, self.directory)
        return None

    @property
    def reads(self) -> dict[str, StateAddress]:
        """The states it reads, by the name of the data source."""
        sources: dict[str, Any] = self.configuration.get("data", {}).get("terraform_remote_state", {})
        return {name: _address(source["backend"], source["config"], self.directory) for name, source in sources.items()}


class Estate:
    """The roots of one output folder (`<folder>/stacks/<environment>/`)."""

    def __init__(self, folder: Path) -> None:
        found = sorted((folder / "stacks").glob("*/cdk.tf.json"))
        self.folder = folder
        self.roots = {path.parent.name: Root(path.parent) for path in found}

    def producers(self, root: Root) -> dict[str, Root]:
        """The roots whose states a root reads, by the name of the data source.

        Raises:
            Unconnected: it reads a state that no root here writes.
        """
        written = {other.state: other for other in self.roots.values()}
        for name, address in root.reads.items():
            if address not in written:
                known = ", ".join(sorted(" ".join(state) for state in written if state))
                raise Unconnected(f"{root.name} reads the state {' '.join(address)} as {name}; roots write {known}")
        return {name: written[address] for name, address in root.reads.items()}

    def in_order(self) -> list[Root]:
        """Every root after the roots whose states it reads.

        Raises:
            Unconnected: a root reads a state that no root here writes.
            graphlib.CycleError: roots read each other's states in a circle.
        """
        graph = {name: {p.name for p in self.producers(root).values()} for name, root in self.roots.items()}
        return [self.roots[name] for name in TopologicalSorter(graph).static_order()]


def copy_root(root: Root, estate: Estate, into: Path, states: Path) -> Path:
    """A copy of a root in `into` that keeps its state, and finds those it reads, as `<states>/<root>.tfstate`.

    Raises:
        Unconnected: it reads a state that no root of the estate writes.
    """
    copy = into / root.name
    shutil.copytree(root.directory, copy, ignore=shutil.ignore_patterns(".terraform", ".terraform.lock.hcl"))
    override: Document = {"terraform": {"backend": {"local": {"path": str(state_file(states, root))}}}}
    producers = estate.producers(root)
    if producers:
        override["data"] = {
            "terraform_remote_state": {
                name: {"backend": "local", "config": {"path": str(state_file(states, producer))}}
                for name, producer in producers.items()
            }
        }
    _write(copy / "state_override.tf.json", override)
    return copy


def state_file(states: Path, root: Root) -> Path:
    """The file that keeps the state of a root in a directory of states."""
    return states / f"{root.name}.tfstate"


def types_in(copy: Path) -> set[str]:
    """The types of the resources and data sources that a root and its modules name, and of what its state holds."""
    configurations = [read_configuration(directory) for directory in {path.parent for path in copy.rglob("*.tf.json")}]
    named = {kind for document in configurations for part in ("resource", "data") for kind in document.get(part, {})}
    for document in configurations:
        kept = Path(document.get("terraform", {}).get("backend", {}).get("local", {}).get("path", ""))
        if kept.is_file():
            named |= {resource["type"] for resource in json.loads(kept.read_text())["resources"]}
    return named


def disarm_providers(copy: Path) -> None:
    """Takes roles, account guards and profiles off the AWS provider blocks of a copy, and gives them mock keys.

    The file is rewritten: an override file can empty a role, which the provider objects to, but not remove it.
    """
    for path in copy.glob("*.tf.json"):
        document = json.loads(path.read_text())
        providers = document.get("provider", {})
        if "aws" in providers:
            blocks = providers["aws"] if isinstance(providers["aws"], list) else [providers["aws"]]
            providers["aws"] = [
                {name: value for name, value in block.items() if name not in _NEEDS_AWS} | _MOCK for block in blocks
            ]
            _write(path, document)


def lift_protection(copy: Path) -> None:
    """Lets everything in a copy be destroyed, `prevent_destroy` or not."""
    for directory in {path.parent for path in copy.rglob("*.tf.json")}:
        resources: Document = read_configuration(directory).get("resource", {})
        lifted = {
            kind: {name: {"lifecycle": {"prevent_destroy": False}} for name in _protected(named)}
            for kind, named in resources.items()
        }
        if any(lifted.values()):
            _write(directory / "protection_override.tf.json", {"resource": {k: v for k, v in lifted.items() if v}})


def _protected(resources: Document) -> Iterator[str]:
    for name, arguments in resources.items():
        lifecycle = arguments.get("lifecycle") or {}
        blocks = lifecycle if isinstance(lifecycle, list) else [lifecycle]
        if any(block.get("prevent_destroy") for block in blocks):
            yield name


def _address(kind: str, arguments: Document, directory: Path) -> StateAddress:
    """The address of a state, written the same by the root that keeps it and by those that read it."""
    match kind:
        case "local":
            return "local", os.path.normpath(directory / arguments["path"])
        case "s3":
            return "s3", arguments["bucket"], arguments["key"]
        case "remote":
            workspaces = arguments["workspaces"]
            workspace = workspaces[0] if isinstance(workspaces, list) else workspaces
            return (
                "remote",
                arguments.get("hostname") or "app.terraform.io",
                arguments["organization"],
                workspace["name"],
            )
    raise Unconnected(f"{directory.name} names a state in a backend this reader does not know: {kind}")


def _write(path: Path, document: Document) -> None:
    path.write_text(json.dumps(document, indent=2) + "\n")
