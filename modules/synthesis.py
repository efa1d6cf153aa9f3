"""From an estate to the files of `cdktf.out`."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from isthmus.intent import Estate, S3Backend
from isthmus.intent.intent_file import to_document
from modules.hub_route_tables import HubTables
from modules.module_calls import STATE, ModuleCall, module_calls
from modules.output_folder import canonical_json

# Write-only arguments and native S3 locking came with 1.11; the modules are tried with nothing older.
TERRAFORM_VERSION = ">= 1.11"

# Node never frees what a construct takes (about 10 kB a resource), so large estates are emitted by workers that are
# replaced after a while. Below so many modules a worker's own start costs more than it saves.
_ALONE_UP_TO = 60
_MODULES_A_WORKER = 150

Job = tuple[str, ModuleCall]


def synthesize(estate: Estate) -> dict[str, str]:
    """Every file of the output: path below `cdktf.out` to text. The same estate always gives the same bytes."""
    jobs: list[Job] = [
        (environment.name, call) for environment in estate.environments for call in module_calls(estate, environment)
    ]
    if isinstance(estate.backend, S3Backend):
        jobs.append((STATE, ModuleCall(STATE, STATE)))
    files = _emit_here(estate, jobs) if len(jobs) <= _ALONE_UP_TO else _emit_in_workers(estate, jobs)
    for root in {root for root, _ in jobs}:
        # Beside the resources, never among them: Checkov cannot parse a file that holds this.
        versions = {"terraform": {"required_version": TERRAFORM_VERSION}}
        files[f"stacks/{root}/versions.tf.json"] = canonical_json(versions)
    files["intent.json"] = canonical_json(to_document(estate))
    return files


def _emit_here(estate: Estate, jobs: list[Job]) -> dict[str, str]:
    return {**_emit_roots(estate), **_emit_modules(estate, jobs)}


def _emit_in_workers(estate: Estate, jobs: list[Job]) -> dict[str, str]:
    """The modules in workers, the roots in this process meanwhile: cdktf's manifest names them all."""
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
    # A worker ends before there is much to collect, and looking for it takes a tenth of its time.
    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the first one ends the others


def _emit_roots(estate: Estate) -> Mapping[str, str]:
    from modules.terraform_json import emit_roots

    return emit_roots(estate, HubTables(estate))


def _emit_modules(estate: Estate, jobs: list[Job]) -> Mapping[str, str]:
    from modules.terraform_json import emit_module

    tables = HubTables(estate)
    return {
        f"stacks/{root}/modules/{call.name}/{name}": text
        for root, call in jobs
        for name, text in emit_module(estate, tables, root, call).items()
    }
