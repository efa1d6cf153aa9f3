"""From an estate to the files of `cdktf.out`."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from isthmus.intent import Estate, S3Backend
from isthmus.intent.document import to_document
from isthmus.intent.resolution import shared_services
from modules.cdk import App, bodies, canonical_json
from modules.dns import dns
from modules.egress import egress
from modules.endpoints import endpoints
from modules.firewall import firewall
from modules.hub import hub
from modules.logs import logs
from modules.observability import observability
from modules.resolution import resolution
from modules.root import STATE, ModuleCall, environment_root, module_calls, roots_read, state_root
from modules.spoke import spoke
from modules.state import state
from modules.tables import HubTables
from modules.vpn import vpn

# Write-only arguments and native S3 locking came with 1.11; the modules are tried with nothing older.
TERRAFORM_VERSION = ">= 1.11"

# Node never frees what a construct takes (about 20 kB a resource), so large estates are emitted by workers that are
# replaced after a while. Below so many modules a worker's own start costs more than it saves.
_ALONE_UP_TO = 60
_MODULES_A_WORKER = 100

Job = tuple[str, ModuleCall]


def synthesize(estate: Estate) -> dict[str, str]:
    """Every file of the output: path below `cdktf.out` to text. The same estate always gives the same bytes."""
    tables = HubTables(estate)
    files = _roots(estate, tables)
    jobs: list[Job] = [
        (environment.name, call) for environment in estate.environments for call in module_calls(estate, environment)
    ]
    if isinstance(estate.backend, S3Backend):
        jobs.append((STATE, ModuleCall(STATE, STATE)))
    for (root, call), document in zip(jobs, _emit_all(estate, tables, jobs), strict=True):
        files[f"stacks/{root}/modules/{call.name}/main.tf.json"] = canonical_json(document)
    for root in {root for root, _ in jobs}:
        # Beside the resources, never among them: Checkov cannot parse a file that holds this.
        versions = {"terraform": {"required_version": TERRAFORM_VERSION}}
        files[f"stacks/{root}/versions.tf.json"] = canonical_json(versions)
    files["intent.json"] = canonical_json(to_document(estate))
    return files


def _roots(estate: Estate, tables: HubTables) -> dict[str, str]:
    """The root modules and cdktf's manifest."""
    with tempfile.TemporaryDirectory() as folder:
        app = App(outdir=folder, stack_traces=False)
        stacks = {e.name: environment_root(app, estate, e, tables) for e in estate.environments}
        producer = stacks[estate.hub_environment.name]
        if isinstance(estate.backend, S3Backend):
            bucket = state_root(app, estate, estate.backend)
            producer.add_dependency(bucket)
        for environment in estate.environments:
            # `cdktf deploy` runs independent roots at once; a reader must wait for what it reads.
            for name in roots_read(estate, environment):
                stacks[environment.name].add_dependency(stacks[name])
        app.synth()
        paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): _canonical(path) for path in paths}


def _canonical(path: Path) -> str:
    document = json.loads(path.read_text())
    if path.name == "cdk.tf.json":
        # The stack's own notes stay: by them the cdktf command line finds outputs.
        for body in bodies({section: content for section, content in document.items() if section != "//"}):
            body.pop("//", None)
    return canonical_json(document)


def _emit_all(estate: Estate, tables: HubTables, jobs: list[Job]) -> Iterable[Mapping[str, Any]]:
    if len(jobs) <= _ALONE_UP_TO:
        return [_emit(estate, tables, job) for job in jobs]
    return _emit_in_workers(estate, jobs)


def _emit_in_workers(estate: Estate, jobs: list[Job]) -> Iterator[Mapping[str, Any]]:
    batches = [jobs[start : start + _MODULES_A_WORKER] for start in range(0, len(jobs), _MODULES_A_WORKER)]
    workers = min(len(batches), os.cpu_count() or 1)
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, max_tasks_per_child=1) as pool:
        for documents in pool.map(partial(_emit_batch, estate), batches):
            yield from documents


def _emit_batch(estate: Estate, jobs: list[Job]) -> list[Mapping[str, Any]]:
    tables = HubTables(estate)
    return [_emit(estate, tables, job) for job in jobs]


def _emit(estate: Estate, tables: HubTables, job: Job) -> Mapping[str, Any]:
    root, call = job
    if call.kind == STATE:
        assert isinstance(estate.backend, S3Backend)
        return state(estate, estate.backend)
    environment = estate.environment(root)
    match call.kind:
        case "logs":
            return logs(estate, environment)
        case "hub":
            return hub(estate, environment, tables)
        case "vpn":
            return vpn(estate, environment, tables)
        case "firewall":
            return firewall(estate, environment, tables)
        case "egress":
            return egress(estate, environment, tables)
        case "observability":
            return observability(estate, environment)
        case "dns" | "endpoints":
            home = shared_services(estate)
            assert home is not None
            return dns(estate, home) if call.kind == "dns" else endpoints(estate, home)
    wanted = next(s for s in environment.spokes if s.name == call.spoke)
    if call.kind == "resolution":
        home = shared_services(estate)
        assert home is not None
        return resolution(estate, environment, home, wanted)
    return spoke(estate, environment, wanted, tables)
