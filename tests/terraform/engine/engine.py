"""Runs generated roots through a real Terraform core: against the provider's double, or against the provider."""

import json
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from .core import Core, Diagnostic, offline, reattach
from .stub import stub_state
from .workspace import Estate, Root, copy_root, lift_protection, state_file

Plan = dict[str, Any]
"""A plan as `terraform show -json` prints it (https://developer.hashicorp.com/terraform/internals/json-format)."""


_NO_INSTALLATION: Final = """\
disable_checkpoint = true
provider_installation {
  filesystem_mirror {
    path = "no-providers-here"
  }
}
"""
_AT_ONCE: Final = "-parallelism=30"
"""Applying is waiting, 10 seconds at a time."""
_SERVED: Final = {"TF_REATTACH_PROVIDERS": reattach("127.0.0.1:9")}
"""For `terraform init` alone, which installs nothing that is declared as running, and does not check whether it is."""


class Provider(Protocol):
    """What stands behind `hashicorp/aws`: the double, or the provider itself."""

    @property
    def name(self) -> str:
        """What tests call it."""

    def serving(self, copy: Path) -> AbstractContextManager[dict[str, str]]:
        """The environment in which Terraform finds the provider, for a copy of a root."""

    def install(self, copy: Path) -> None:
        """Makes the provider known to an initialized copy of a root."""

    def disarm(self, copy: Path) -> None:
        """Makes the provider blocks of a copy usable without AWS."""


@dataclass(frozen=True)
class Workspace:
    """An initialized copy of a root."""

    directory: Path
    core: Core
    environment: dict[str, str]

    def run(self, *arguments: str) -> list[Diagnostic]:
        """Runs a command with `-json`; gives the warnings.

        Raises:
            TerraformFailed: Terraform found errors.
        """
        return self.core.run(self.directory, self.environment, *arguments, "-json")[1]

    def plan(self, *options: str) -> Plan:
        """The plan from the copy's state to its configuration.

        Raises:
            TerraformFailed: Terraform found errors.
        """
        self.run("plan", "-out=plan", *options)
        plan: Plan = json.loads(self.core.run(self.directory, self.environment, "show", "-json", "plan")[0])
        return plan


@dataclass(frozen=True)
class Engine:
    """A Terraform core and a provider for it. Every run works on a copy; generated folders stay as they are."""

    core: Core
    provider: Provider
    scratch: Path

    def validate(self, root: Path) -> list[Diagnostic]:
        """Validates the root in a directory, provider blocks as they are; gives the warnings.

        Raises:
            TerraformFailed: Terraform found errors.
            Unconnected: the root reads a state that no other root writes.
        """
        with self._with_stubs(Root(root)) as workspace:
            return workspace.run("validate")

    def check(self, root: Path) -> list[Diagnostic]:
        """Validates the root in a directory, then plans it, without showing the plan; gives the warnings.

        Validation sees the provider blocks as they are; for planning, what needs AWS is taken off them. The root is
        planned as if only the roots whose states it reads existed; those states are stubs.

        Raises:
            TerraformFailed: Terraform found errors.
            Unconnected: the root reads a state that no other root writes.
            NoStub: a root whose state it reads has an output that no value can be made up for.
        """
        with self._with_stubs(Root(root)) as workspace:
            warnings = workspace.run("validate")
            self.provider.disarm(workspace.directory)
            return warnings + workspace.run("plan")

    def plan(self, root: Path) -> Plan:
        """Plans the root in a directory, on the terms of `check` and with its errors."""
        with self._with_stubs(Root(root)) as workspace:
            self.provider.disarm(workspace.directory)
            return workspace.plan()

    def test(self, module: Path) -> list[str]:
        """Runs `terraform test` in a copy of a module; gives the names of its runs.

        Raises:
            TerraformFailed: an assertion does not hold, or Terraform found errors.
        """
        with tempfile.TemporaryDirectory(dir=self.scratch, prefix=f"{module.name}-") as folder:
            copy = Path(shutil.copytree(module, Path(folder, module.name)))
            with self.workspace(copy) as workspace:
                output, _ = self.core.run(copy, workspace.environment, "test", "-json")
        messages = (json.loads(line) for line in output.splitlines() if line.startswith("{"))
        ended = (message["test_run"] for message in messages if message["type"] == "test_run")
        return [run["run"] for run in ended if run.get("progress") == "complete"]

    def live(self) -> "LiveEstate":
        """A place with nothing in it, to which estates can be applied."""
        return LiveEstate(self, Path(tempfile.mkdtemp(dir=self.scratch, prefix="live-")))

    @contextmanager
    def workspace(self, copy: Path) -> Iterator[Workspace]:
        """A copy of a root as a workspace."""
        configuration = copy.parent / "terraform.rc"
        configuration.write_text(_NO_INSTALLATION)
        with self.provider.serving(copy) as served:
            environment = offline(configuration)
            self.core.run(copy, environment | _SERVED | served, "init", "-json")
            self.provider.install(copy)
            yield Workspace(copy, self.core, environment | served)

    @contextmanager
    def _with_stubs(self, root: Root) -> Iterator[Workspace]:
        """A workspace for a root, with stub states of the roots that it reads."""
        estate = Estate(root.directory.parent.parent)
        with tempfile.TemporaryDirectory(dir=self.scratch, prefix=f"{root.name}-") as folder:
            states = Path(folder, "states")
            states.mkdir()
            for producer in estate.producers(root).values():
                state_file(states, producer).write_text(json.dumps(stub_state(producer.directory)))
            with self.workspace(copy_root(root, estate, Path(folder), states)) as workspace:
                yield workspace


@dataclass(frozen=True)
class LiveEstate:
    """What exists after some estates were applied, one after the other: a directory with the state of each root."""

    engine: Engine
    folder: Path

    @property
    def states(self) -> Path:
        """The directory of the states, `<root>.tfstate` each."""
        return self.folder / "states"

    def apply(
        self,
        estate: Estate,
        roots: Collection[str] | None = None,
        *,
        consumers_first: bool = False,
        targets: Sequence[str] = (),
    ) -> None:
        """Applies some roots of an estate, or all of them: producers first, or the other way round.

        With `targets`, only what these addresses name is applied, and what it depends on.

        Raises:
            TerraformFailed: Terraform found errors.
        """
        with self._workspaces(estate, roots) as workspaces:
            for workspace in reversed(workspaces) if consumers_first else workspaces:
                workspace.run("apply", "-auto-approve", _AT_ONCE, *(f"-target={target}" for target in targets))

    def plans(self, estate: Estate, *options: str, roots: Collection[str] | None = None) -> dict[str, Plan]:
        """What applying some roots of an estate, or all, would do to what exists, by root.

        Raises:
            TerraformFailed: Terraform found errors.
        """
        with self._workspaces(estate, roots) as workspaces:
            return {workspace.directory.name: workspace.plan(*options) for workspace in workspaces}

    def destroy(self, estate: Estate, roots: Collection[str] | None = None) -> None:
        """Destroys some roots of an estate, or all of them: consumers first, protected or not.

        Raises:
            TerraformFailed: Terraform found errors.
        """
        with self._workspaces(estate, roots) as workspaces:
            for workspace in reversed(workspaces):
                lift_protection(workspace.directory)
                workspace.run("destroy", "-auto-approve", _AT_ONCE)

    def resources(self) -> list[str]:
        """Every resource that exists, as `<root>: <address>`."""
        found = []
        for path in sorted(self.states.glob("*.tfstate")):
            for resource in json.loads(path.read_text())["resources"]:
                if resource["mode"] == "managed":
                    module = f"{resource['module']}." if "module" in resource else ""
                    found.append(f"{path.stem}: {module}{resource['type']}.{resource['name']}")
        return found

    @contextmanager
    def _workspaces(self, estate: Estate, roots: Collection[str] | None = None) -> Iterator[list[Workspace]]:
        """Workspaces of some roots, or of all: producers first."""
        self.states.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="roots-") as folder, ExitStack() as stack:
            workspaces = []
            for root in estate.in_order():
                if roots is not None and root.name not in roots:
                    continue
                copy = copy_root(root, estate, Path(folder), self.states)
                self.engine.provider.disarm(copy)
                workspaces.append(stack.enter_context(self.engine.workspace(copy)))
            yield workspaces


def changes(plan: Plan) -> list[str]:
    """What a plan would do, as `<action> <address>`; outputs that would change included."""
    resources = [
        f"{'/'.join(change['change']['actions'])} {change['address']}"
        for change in plan.get("resource_changes", [])
        if change["mode"] == "managed" and change["change"]["actions"] != ["no-op"]
    ]
    outputs = [
        f"{'/'.join(change['actions'])} output.{name}"
        for name, change in plan.get("output_changes", {}).items()
        if change["actions"] != ["no-op"]
    ]
    return resources + outputs
