"""Copy the root modules of an output for a plan, and refuse Terraform that can run a program or read a secret.

    python3 pipelines/plannable.py cdktf.out --into checked

A pull request decides what its Terraform says, and a plan runs next to credentials. Terraform starts providers,
provisioners and `data "external"` during a plan, and its functions read files. So what is copied is JSON configuration
of the provider hashicorp/aws only. It needs Python 3.11 and no package. Exit codes: 0 copied, 2 refused.
https://developer.hashicorp.com/terraform/language/functions/file
https://registry.terraform.io/providers/hashicorp/external/latest/docs/data-sources/external
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
TYPES = re.compile(r"aws_\w+|terraform_remote_state|terraform_data|//")
TYPED_BLOCKS = ("resource", "data", "ephemeral", "action")
# The settings that Isthmus writes. Others start a `credential_process`, or send requests elsewhere (`endpoints`).
PROVIDER = {"alias", "region", "allowed_account_ids", "assume_role", "default_tags"}
S3 = {"bucket", "key", "region", "encrypt", "kms_key_id", "use_lockfile", "assume_role"}
BACKENDS = {"local": {"path"}, "s3": S3, "remote": {"hostname", "organization", "workspaces"}}
LOCK_FILE = ".terraform.lock.hcl"
# It chooses a version, and the packages of it: https://developer.hashicorp.com/terraform/language/files/dependency-lock
LOCKED = re.compile(
    r'(?:#[^\n]*\n|\n)*provider "registry\.terraform\.io/hashicorp/aws" \{\n +version += "[0-9]+\.[0-9]+\.[0-9]+"\n'
    r'(?: +constraints += "[0-9.,<>=!~ ]*"\n)?'
    r'(?: +hashes = \[\n(?: +"(?:h1|zh):[A-Za-z0-9+/=]+",\n)+ +\]\n)?\}\n*'
)
# Functions that read files of the runner, also the environment of the process, or evaluate text that does.
READS_FILES = re.compile(r"\b(file\w*|template\w*|pathexpand)\b")


class Refused(Exception):
    """Terraform that is not planned, or an output that cannot be read."""


def copy(output: Path, to: Path, role: str | None) -> None:
    """Copy the configuration of each root module, its lock file and the order of apply, and nothing else.

    Plug-ins and settings stay behind: Terraform would use them. `role` replaces the role that the configuration assumes
    in each account. Raises `Refused` before anything is written.
    """
    copies: dict[Path, Any] = {}
    locks: dict[Path, str] = {}
    for root in sorted((output / "stacks").iterdir()):
        if not NAME.fullmatch(root.name):
            raise Refused(f"the root module {root.name!r} needs a name of letters, digits, '_' and '-'")
        for file in (root, *sorted(root.rglob("*"))):
            where = file.relative_to(output)
            if file.is_symlink():
                raise Refused(f"{str(where)!r} is a symbolic link")
            if file == root / LOCK_FILE:
                locks[to / where] = checked_lock(file, where)
            if file.suffix in (".tf", ".tofu"):
                raise Refused(f"{str(where)!r} is HCL: only JSON is checked, so only JSON is planned")
            if file.name.endswith(".tf.json"):
                document = checked(file, where)
                copies[to / where] = with_role(document, role) if role else document
    manifest = json.loads((output / "manifest.json").read_text())
    roots = {name: {"dependencies": root["dependencies"]} for name, root in manifest["stacks"].items()}
    copies[to / "manifest.json"] = {"stacks": roots}
    for path, document in copies.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        # What was checked is written, not what was read.
        path.write_text(json.dumps(document, indent=2))
    for path, text in locks.items():
        path.write_text(text)


def checked_lock(file: Path, where: Path) -> str:
    """A lock file of the provider hashicorp/aws. Raises `Refused`."""
    text = file.read_bytes().decode(errors="replace")
    if LOCKED.fullmatch(text) is None:
        raise Refused(f"{str(where)!r} is no lock file of the provider hashicorp/aws alone")
    return text


def checked(file: Path, where: Path) -> Any:
    """A file of Terraform's JSON syntax that starts no program. Raises `Refused`."""
    try:
        document = json.loads(file.read_bytes(), object_pairs_hook=_without_repeats)
        reasons = [*programs(document)]
    except (ValueError, RecursionError) as error:
        raise Refused(f"{str(where)!r} is not JSON that can be checked: {error}") from None
    for reason in reasons:
        raise Refused(f"{str(where)!r} {reason}")
    return document


def programs(document: Any) -> Iterator[str]:
    """Why Terraform could run a program, or read a secret, when it plans a document."""
    for block in _inside(document):
        if "provisioner" in block:
            yield "has a provisioner, which runs a program"
        for kind in TYPED_BLOCKS:
            for name in _keys(block.get(kind)):
                if not TYPES.fullmatch(name):
                    yield f"has the {kind} type {name!r}: only the provider hashicorp/aws is planned"
    for text in _texts(document):
        if ("${" in text or "%{" in text) and READS_FILES.search(text):
            yield f"can read a file of this machine: {text[:80]!r}"
    for block in _blocks(document):
        for providers in _blocks(block.get("provider")):
            for name, settings in providers.items():
                if name not in ("aws", "//"):
                    yield f"has the provider {name!r}: only hashicorp/aws is planned"
                yield from _others(f"the provider {name}", settings, PROVIDER)
        for data in _blocks(block.get("data")):
            for states in _blocks(data.get("terraform_remote_state")):
                for state in (state for named in states.values() for state in _blocks(named)):
                    yield from _others_of_backend(state.get("backend"), state.get("config"))
        for terraform in _blocks(block.get("terraform")):
            for backends in _blocks(terraform.get("backend")):
                for name, settings in backends.items():
                    yield from _others_of_backend(name, settings)
            for required in _blocks(terraform.get("required_providers")):
                for name, provider in required.items():
                    source = provider.get("source") if isinstance(provider, Mapping) else None
                    if name != "//" and (name, source) != ("aws", "hashicorp/aws"):
                        yield f"requires the provider {name!r} from {source!r}: only hashicorp/aws is planned"
        for modules in _blocks(block.get("module")):
            for name, calls in modules.items():
                for call in _blocks(calls):
                    source = call.get("source")
                    if not (isinstance(source, str) and re.fullmatch(r"\./modules/[A-Za-z0-9_-]+", source)):
                        yield f"has the module {name!r} from {source!r}: only ./modules/NAME is planned"


def _others_of_backend(name: Any, settings: Any) -> Iterator[str]:
    if name not in BACKENDS:
        yield f"has the backend {name!r}: only {', '.join(BACKENDS)} and HCP Terraform are planned"
    else:
        yield from _others(f"the backend {name}", settings, BACKENDS[name])


def _others(what: str, settings: Any, known: set[str]) -> Iterator[str]:
    if others := {*_keys(settings)} - known - {"//"}:
        yield f"sets {', '.join(map(repr, sorted(others)))} of {what}: only {', '.join(sorted(known))} are planned"


def with_role(document: Any, role: str) -> Any:
    """The document with another role, in the same account, in place of each role or chain of roles that it assumes."""
    if isinstance(document, list):
        return [with_role(part, role) for part in document]
    if not isinstance(document, dict):
        return document
    changed = {key: with_role(value, role) for key, value in document.items()}
    assumed = _blocks(changed.get("assume_role"))
    if assumed:
        arn = re.sub(r":role/.*", lambda _: f":role/{role}", str(assumed[-1].get("role_arn")), flags=re.DOTALL)
        changed["assume_role"] = [{"role_arn": arn}] if isinstance(changed["assume_role"], list) else {"role_arn": arn}
    return changed


def _without_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Terraform reads a repeated key as two blocks, and a JSON library as the last one."""
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a key occurs twice in one object")
    return document


def _blocks(value: Any) -> list[Mapping[str, Any]]:
    """The blocks of a value: JSON syntax writes one as an object and several as a list, at any depth."""
    if isinstance(value, list):
        return [block for part in value for block in _blocks(part)]
    return [value] if isinstance(value, Mapping) else []


def _keys(value: Any) -> list[str]:
    return [name for block in _blocks(value) for name in block]


def _parts(value: Any) -> Iterator[Any]:
    yield value
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for part in inside:
        yield from _parts(part)


def _inside(value: Any) -> Iterator[Mapping[str, Any]]:
    return (part for part in _parts(value) if isinstance(part, Mapping))


def _texts(value: Any) -> Iterator[str]:
    for part in _parts(value):
        yield from part if isinstance(part, Mapping) else [part] if isinstance(part, str) else []


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("output", type=Path, help="output folder of the synthesis")
    parser.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="where to write the copies")
    parser.add_argument("--role", metavar="NAME", help="the role to assume in each account, in place of the given one")
    arguments = parser.parse_args()
    try:
        copy(arguments.output, arguments.into, arguments.role or None)
    except (Refused, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"::error::{arguments.output} is not planned: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
