"""Plan, apply and compare the root modules of an output in a pipeline.

    python3 pipelines/roots.py plan checked/head --base checked/base --into plans
    python3 pipelines/roots.py apply checked/head --base checked/base --approved plans
    python3 pipelines/roots.py drift checked/head

The folders are copies that `plannable.py` made. It needs Python 3.11, Terraform and no package. Exit codes: 0 done, and
for `drift` no root module differs; 1 a root module differs or cannot be applied as approved; 2 there is no answer.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, NamedTuple

DONE, DIFFERS, NO_ANSWER = 0, 1, 2
Plan = dict[str, Any]
_KINDS = {
    ("create",): "create",
    ("update",): "update",
    ("delete",): "destroy",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
}


class Root(NamedTuple):
    """A root module: its name, its folder, and whether its resources are destroyed."""

    name: str
    folder: Path
    destroy: bool = False


def roots_to_plan(output: Path, base: Path | None, *, dependents: bool = False) -> list[Root]:
    """The root modules to plan, in the order of apply.

    Without a base, all of them. With a base, those whose configuration differs, and with `dependents` also those that
    read their outputs. Those that only the base has are destroyed, first and in the opposite order.
    """
    roots = [Root(name, output / "stacks" / name) for name in order(output)]
    if base is None:
        return roots
    reads, differ = dependencies(output), set[str]()
    for root in roots:
        reads_one = dependents and not differ.isdisjoint(reads[root.name])
        if reads_one or _files(root.folder) != _files(base / "stacks" / root.name):
            differ.add(root.name)
    names = {root.name for root in roots}
    gone = [Root(name, base / "stacks" / name, destroy=True) for name in order(base)[::-1] if name not in names]
    return [*gone, *(root for root in roots if root.name in differ)]


def order(output: Path) -> list[str]:
    """The names in the order of apply. A root module with a local state is left out: a pipeline does not have it."""
    kept = []
    for name in TopologicalSorter(dependencies(output)).static_order():
        if _has_local_state(output / "stacks" / name):
            print(f"{name}: its state is a local file, so it is left out")
        else:
            kept.append(name)
    return kept


def dependencies(output: Path) -> dict[str, list[str]]:
    """The root modules whose outputs each root module reads."""
    stacks = json.loads((output / "manifest.json").read_text())["stacks"]
    return {name: sorted(stack["dependencies"]) for name, stack in sorted(stacks.items())}


def _has_local_state(folder: Path) -> bool:
    settings = [json.loads(file.read_text()).get("terraform") or {} for file in sorted(folder.glob("*.tf.json"))]
    return not any("cloud" in block or {*block.get("backend", {})} - {"local"} for block in settings)


def _files(folder: Path) -> dict[Path, str]:
    found = folder.rglob("*.tf.json")
    return {file.relative_to(folder): file.read_text() for file in found if ".terraform" not in file.parts}


def publishable(plan: Mapping[str, Any]) -> Plan:
    """The changes of a plan without sensitive values: what is kept, compared and approved.

    `terraform show -json` prints the state in clear text, with pre-shared keys:
    https://developer.hashicorp.com/terraform/internals/json-format
    """
    changes = [entry | {"change": _masked_change(entry["change"])} for entry in plan.get("resource_changes") or ()]
    outputs = {name: _masked_change(change) for name, change in (plan.get("output_changes") or {}).items()}
    return {
        "format_version": plan["format_version"],
        "terraform_version": plan.get("terraform_version"),
        "resource_changes": [entry for entry in changes if _acts(entry["change"]) or "previous_address" in entry],
        "output_changes": {name: change for name, change in outputs.items() if _acts(change)},
    }


def changes_of(plan: Plan) -> dict[str, Any]:
    """What a publishable plan does, by address. Plans with equal changes do the same."""
    outputs = {f"output.{name}": change for name, change in plan["output_changes"].items()}
    return {**{entry["address"]: entry for entry in plan["resource_changes"]}, **outputs}


def _acts(change: Mapping[str, Any]) -> bool:
    return change["actions"] not in (["no-op"], ["read"])


def _masked_change(change: Mapping[str, Any]) -> dict[str, Any]:
    sides = ("before", "after")
    return {**change, **{side: _masked(change.get(side), change.get(f"{side}_sensitive")) for side in sides}}


def _masked(value: Any, secret: Any) -> Any:
    if secret is True:
        return "(sensitive)"
    if isinstance(value, dict) and isinstance(secret, dict):
        return {key: _masked(part, secret.get(key)) for key, part in value.items()}
    if isinstance(value, list) and isinstance(secret, list):
        return [_masked(part, secret[at] if at < len(secret) else None) for at, part in enumerate(value)]
    return value


def terraform(root: Root, *arguments: str) -> bool:
    """Run Terraform in the folder of a root module, with its output in the log. Whether it succeeds."""
    command = ["terraform", f"-chdir={root.folder}", *arguments]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603


def planned(root: Root, *, lock: bool) -> Plan | None:
    """Plan a root module: its publishable plan, or None if Terraform fails. The plan stays in the folder."""
    options = ["-input=false", "-out=pipeline.tfplan", f"-lock={str(lock).lower()}", *(["-destroy"] * root.destroy)]
    with _group(f"{'destroy' if root.destroy else 'plan'} {root.name}"):
        if not (terraform(root, "init", "-input=false") and terraform(root, "plan", *options)):
            return None
        command = ["terraform", f"-chdir={root.folder}", "show", "-json", "pipeline.tfplan"]
        shown = subprocess.run(command, stdout=subprocess.PIPE, check=False)  # noqa: S603
    return publishable(json.loads(shown.stdout)) if shown.returncode == 0 else None


def plan(arguments: argparse.Namespace) -> int:
    """Write what each root module changes into a folder. 2 if one cannot be planned, unless it waits for another."""
    roots = roots_to_plan(arguments.output, arguments.base, dependents=arguments.dependents)
    reads = dependencies(arguments.output)
    arguments.into.mkdir(parents=True, exist_ok=True)
    rows, code = [], DONE
    moving: set[str] = set()
    for root in roots:
        made = planned(root, lock=False)
        if made is not None:
            (arguments.into / f"{root.name}.json").write_text(json.dumps(made, indent=2, sort_keys=True))
            rows.append(_row(root, made))
        elif first := moving.intersection(reads.get(root.name, ())):
            # New outputs of a root module exist only after its apply.
            rows.append(f"| {root.name} | not planned: apply {', '.join(sorted(first))} first |")
        else:
            rows.append(f"| {root.name} | **Terraform cannot plan it** |")
            code = NO_ANSWER
        if made is None or changes_of(made):
            moving.add(root.name)
    _report(["| root module | planned changes |", "|---|---|", *rows], arguments.summary)
    return code


def apply(arguments: argparse.Namespace) -> int:
    """Apply the approved plans in order. Stop at the first root module whose plan is no longer the approved one."""
    reads = dependencies(arguments.output)
    applied, later = set[str](), []
    for root in roots_to_plan(arguments.output, arguments.base, dependents=True):
        file = arguments.approved / f"{root.name}.json"
        approved = changes_of(json.loads(file.read_text())) if file.exists() else {}
        if not approved:
            # It was not planned, or it had no changes before the roots that it reads were applied.
            if not file.exists() or (applied.intersection(reads.get(root.name, ())) and _has_changes(root)):
                later.append(root.name)
            continue
        made = planned(root, lock=True)
        now = {} if made is None else changes_of(made)
        if now != approved:
            others = sorted(name for name in {*now, *approved} if now.get(name) != approved.get(name))
            print(f"::error::{root.name} is not applied. Its plan is not the approved one: {', '.join(others)}")
            return DIFFERS
        with _group(f"apply {root.name}"):
            succeeded = terraform(root, "apply", "-input=false", "pipeline.tfplan")
        if not succeeded:
            print(f"::error::Terraform could not apply {root.name}.")
            return DIFFERS
        applied.add(root.name)
    if later:
        print(f"::error::Run this pipeline again for {', '.join(later)}. Their changes were not approved yet.")
    return DIFFERS if later else DONE


def _has_changes(root: Root) -> bool:
    made = planned(root, lock=False)
    return made is None or bool(changes_of(made))


def drift(arguments: argparse.Namespace) -> int:
    """Plan every root module. 1 if one of them would change something."""
    code = DONE
    lines = []
    for root in roots_to_plan(arguments.output, None):
        made = planned(root, lock=False)
        if made is None:
            lines.append(f"- **{root.name}**: Terraform cannot plan it.")
            code = NO_ANSWER
        elif found := changes_of(made):
            lines.append(
                f"- **{root.name}** differs from its configuration: {', '.join(f'`{name}`' for name in found)}"
            )
            code = max(code, DIFFERS)
    _report(lines or ["No root module differs from its configuration."], arguments.summary)
    return code


def _row(root: Root, made: Plan) -> str:
    kinds = Counter(_KINDS.get(tuple(entry["change"]["actions"]), "other") for entry in made["resource_changes"])
    kinds += Counter({"output": len(made["output_changes"])})
    counts = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "none"
    return f"| {root.name}{' (no longer in the estate)' * root.destroy} | {counts} |"


def _code(address: str) -> str:
    return "`" + address.replace("`", "'") + "`"


def _report(lines: list[str], summary: Path | None) -> None:
    text = "\n".join(lines) + "\n"
    print(text)
    if summary:
        with summary.open("a") as file:
            file.write(text)


@contextlib.contextmanager
def _group(title: str) -> Iterator[None]:
    """A group of lines in the log of GitHub Actions. Elsewhere, two lines around the output of Terraform."""
    print(f"::group::{title}", flush=True)
    yield
    print("::endgroup::", flush=True)


def main() -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for run in (plan, apply, drift):
        command = commands.add_parser(run.__name__, description=str(run.__doc__).partition("\n")[0])
        command.set_defaults(run=run)
        command.add_argument("output", type=Path, help="copy of the output that plannable.py made")
        command.add_argument("--summary", type=Path, metavar="FILE", help="append Markdown to this file")
        if run is not drift:
            command.add_argument("--base", type=Path, metavar="FOLDER", help="only root modules that differ from this")
    commands.choices["plan"].add_argument("--into", type=Path, required=True, metavar="FOLDER", help="where plans go")
    commands.choices["plan"].add_argument(
        "--dependents", action="store_true", help="also root modules that read the outputs of these"
    )
    approved = commands.choices["apply"]
    approved.add_argument("--approved", type=Path, required=True, metavar="FOLDER", help="the plans that were approved")
    arguments = parser.parse_args()
    try:
        code: int = arguments.run(arguments)
    except Exception:  # noqa: BLE001  an error must never look like the answer "it differs"
        traceback.print_exc()
        return NO_ANSWER
    return code


if __name__ == "__main__":
    sys.exit(main())
