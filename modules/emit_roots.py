"""The Terraform JSON of every root module of an estate, and cdktf's manifest. Importing this file starts Node."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from isthmus.intent import Estate, S3Backend
from modules.constructs import App, bodies
from modules.hub_route_tables import HubTables
from modules.module_calls import roots_read
from modules.output_folder import canonical_json
from modules.root_modules import environment_root, state_root


def emit_roots(estate: Estate, tables: HubTables) -> dict[str, str]:
    """The root modules and cdktf's manifest: path below `cdktf.out` to text."""
    with tempfile.TemporaryDirectory() as folder:
        # cdktf's validations run `terraform version` for HCP Terraform. Synthesis needs no Terraform.
        app = App(outdir=folder, stack_traces=False, skip_validation=True)
        stacks = {e.name: environment_root(app, estate, e, tables) for e in estate.environments}
        producer = stacks[estate.hub_environment.name]
        if isinstance(estate.backend, S3Backend) and not estate.backend.bootstrap:
            bucket = state_root(app, estate, estate.backend)
            producer.add_dependency(bucket)
        for environment in estate.environments:
            # `cdktf deploy` runs independent roots at the same time. A root waits for the roots whose outputs it reads.
            for name in roots_read(estate, environment):
                stacks[environment.name].add_dependency(stacks[name])
        app.synth()
        paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): _canonical(path) for path in paths}


def _canonical(path: Path) -> str:
    document = json.loads(path.read_text())
    if path.name == "cdk.tf.json":
        # The `//` entry of the stack stays, because the cdktf command line finds outputs by it.
        for body in bodies({section: content for section, content in document.items() if section != "//"}):
            body.pop("//", None)
    return canonical_json(document)
