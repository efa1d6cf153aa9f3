"""From an estate to the files of `cdktf.out`."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from isthmus.intent import Estate, S3Backend
from isthmus.intent.intent_file import to_document
from modules.hub_route_tables import HubTables
from modules.module_calls import STATE, ModuleCall, module_calls
from modules.moves import Naming, call_moves, naming_of
from modules.output_folder import canonical_json

# Write-only arguments and native S3 locking need 1.11. The modules are not tested with older versions.
TERRAFORM_VERSION = ">= 1.11"

# Node never frees the memory of a construct (about 10 kB for each resource). So worker processes emit large estates,
# and each worker ends after its batch. Up to _ALONE_UP_TO modules, starting a worker costs more time than it saves.
_ALONE_UP_TO = 6000000
_MODULES_A_WORKER = 150

Job = tuple[str, ModuleCall]


def synthesize(estate: Estate, folders: Sequence[Path] = ()) -> dict[str, str]:
    """Every file of the output: path below `cdktf.out` to text. The same estate always gives the same bytes.

    `folders` are project folders: `intent.json` also states the line of each object that their files create.
    """
    jobs: list[Job] = [
        (environment.name, call) for environment in estate.environments for call in module_calls(estate, environment)
    ]
    if isinstance(estate.backend, S3Backend):
        jobs.append((STATE, ModuleCall(STATE, STATE)))
    files = _emit_here(estate, jobs) if len(jobs) <= _ALONE_UP_TO else _emit_in_workers(estate, jobs)
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


def _emit_here(estate: Estate, jobs: list[Job]) -> dict[str, str]:
    return {**_emit_roots(estate), **_emit_modules(estate, jobs)}


def _emit_in_workers(estate: Estate, jobs: list[Job]) -> dict[str, str]:
    """Emit the modules in workers, and the roots in this process, since cdktf's manifest names all roots."""
    batches = [jobs[start : start + _MODULES_A_WORKER] for start in range(0, len(jobs), _MODULES_A_WORKER)]
    with ProcessPoolExecutor(
        min(len(batches), os.cpu_count() or 1),
        mp_context=get_context("spawn"),
        initializer=_begin_as_worker,
        max_tasks_per_child=1,
    ) as pool:
        done = [pool.submit(_emit_modules, estate, batch) for batch in batches]
        files = dict(_emit_roots(estate))
        for batch in done:
            files.update(batch.result())
        return files


def _begin_as_worker() -> None:
    # A worker ends before there is much to collect, and collecting would take a tenth of its time.
    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the first one ends the others


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
