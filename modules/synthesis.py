"""From an estate to the files of `cdktf.out`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from isthmus.intent import Estate, S3Backend
from isthmus.intent.intent_file import to_document
from modules.hub_route_tables import HubTables
from modules.module_calls import STATE, ModuleCall, module_calls
from modules.moves import Naming, call_moves, naming_of
from modules.output_folder import canonical_json

# Write-only arguments and native S3 locking need 1.11. The modules are not tested with older versions.
TERRAFORM_VERSION = ">= 1.11"

Job = tuple[str, ModuleCall]


def synthesize(estate: Estate, folders: Sequence[Path] = ()) -> dict[str, str]:
    """Every file of the output: path below `cdktf.out` to text. The same estate always gives the same bytes.

    `folders` are project folders: `intent.json` also states the line of each object that their files create.
    """
    jobs: list[Job] = [
        (environment.name, call) for environment in estate.environments for call in module_calls(estate, environment)
    ]
    if isinstance(estate.backend, S3Backend) and not estate.backend.bootstrap:
        jobs.append((STATE, ModuleCall(STATE, STATE)))
    files = {**_emit_roots(estate), **_emit_modules(estate, jobs)}
    for root in {root for root, _ in jobs}:
        # In a separate file: Checkov cannot parse a file with resources that also holds this.
        versions = {"terraform": {"required_version": TERRAFORM_VERSION}}
        files[f"stacks/{root}/versions.tf.json"] = canonical_json(versions)
    if (naming := naming_of(estate)) is not None:
        files |= dict(_moved_calls(estate, naming))
    files["intent.json"] = canonical_json(to_document(estate, folders))
    return files


def _moved_calls(estate: Estate, naming: Naming) -> Iterator[tuple[str, str]]:
    """The `moved` blocks of module calls, in a separate file as well."""
    for environment in estate.environments:
        if moved := call_moves(naming, environment):
            yield f"stacks/{environment.name}/moved.tf.json", canonical_json({"moved": moved})


def _emit_roots(estate: Estate) -> Mapping[str, str]:
    from modules.emit_roots import emit_roots

    return emit_roots(estate, HubTables(estate))


def _emit_modules(estate: Estate, jobs: list[Job]) -> Mapping[str, str]:
    from modules.terraform_json import emit_module

    tables, naming = HubTables(estate), naming_of(estate)
    return {
        f"stacks/{root}/modules/{call.name}/{name}": text
        for root, call in jobs
        for name, text in emit_module(estate, tables, root, call, naming).items()
    }
