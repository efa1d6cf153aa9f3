"""The commands that change routes of Linux from one state to another."""

from __future__ import annotations

from collections import defaultdict

from isthmus.lab.routers import KernelRoutes
from isthmus.lab.wiring import route_text

__all__ = ["changes"]


def changes(before: KernelRoutes, after: KernelRoutes) -> dict[str, list[str]]:
    """The commands of `ip` by namespace, from one set of routes to another."""
    commands: dict[str, list[str]] = defaultdict(list)
    for (namespace, table, prefix), interfaces in after.items():
        if before.get((namespace, table, prefix)) != interfaces:
            commands[namespace].append(f"route replace {route_text(prefix, interfaces, table)}")
    for namespace, table, prefix in before.keys() - after.keys():
        into = f" table {table}" if table is not None else ""
        commands[namespace].append(f"route del {prefix}{into}")
    return dict(commands)
