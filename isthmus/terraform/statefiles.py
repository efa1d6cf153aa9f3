"""Where roots keep their state, so that a `terraform_remote_state` finds the root whose outputs it reads."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from isthmus.terraform.graph import Value
from isthmus.terraform.scopes import plain

StateFile = tuple[Any, ...]

# The settings that identify a state; the others are for access.
# https://developer.hashicorp.com/terraform/language/backend
_IDENTITY = {
    "s3": ("bucket", "key"),
    "gcs": ("bucket", "prefix"),
    "azurerm": ("storage_account_name", "container_name", "key"),
    "http": ("address",),
    "consul": ("address", "path"),
    "pg": ("conn_str", "schema_name"),
    "kubernetes": ("namespace", "secret_suffix"),
    "oss": ("bucket", "prefix", "key"),
    "cos": ("bucket", "prefix", "key"),
}


def place(backend: str, settings: Mapping[str, Value], root: Path, workspace: Value = None) -> StateFile | None:
    """Where a backend with these (evaluated) settings keeps its state; `None` where they do not say.

    The name of a workspace counts where the backend keeps many: for `cloud` and `remote` it is in the settings.
    """
    if backend == "local":
        path = settings.get("path") or "terraform.tfstate"
        if not isinstance(path, str) or workspace not in (None, "default"):
            return None
        return ("local", os.path.normpath(root / path))
    if backend in ("cloud", "remote"):
        workspaces = settings.get("workspaces")
        if isinstance(workspaces, tuple) and len(workspaces) == 1:
            workspaces = workspaces[0]
        if not isinstance(workspaces, Mapping):
            return None
        name = workspaces.get("name")
        if name is None and isinstance(workspaces.get("prefix"), str) and isinstance(workspace, str):
            name = workspaces["prefix"] + workspace
        organization = settings.get("organization")
        host = settings.get("hostname") or "app.terraform.io"
        found: StateFile = ("cloud", host, organization, name)
        return found if isinstance(name, str) and plain(found) else None
    keys = _IDENTITY.get(backend)
    if keys is None:
        return None
    found = (backend, workspace or "default", *(settings.get(key) for key in keys))
    return found if plain(found) and any(found[2:]) else None
