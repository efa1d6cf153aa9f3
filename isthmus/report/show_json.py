"""The overview of an output as JSON. Its schema is `schemas/show.schema.json`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from isthmus.output import overview
from isthmus.output.folder import Output
from isthmus.output.overview import Matrix, Root, RouteTable, SitePaths
from isthmus.report.json_text import json_document, json_text
from isthmus.report.proof_json import advertised_members
from isthmus.report.show_terminal import steps

__all__ = ["show_json"]


def show_json(output: Output, roots: Sequence[Root]) -> Iterator[str]:
    """The document in pieces, one intended flow to a line."""
    names = {root.name for root in roots}
    advertised = overview.advertised(output.network, output.estate, tuple(roots))
    members: dict[str, Any] = {
        "estate": output.estate.name,
        "root_modules": [_root(root) for root in roots],
        "apply_order": [[root.name for root in step] for step in steps(roots)],
        "route_tables": [_route_table(table) for table in overview.route_tables(output.network)],
        "sites": [_site(paths) for paths in overview.site_paths(output.graph, output.estate)],
        "advertised_prefixes": {name: advertised_members(found) for name, found in advertised.items()},
        "dns": {name: list(found) for name, found in overview.names(output.network).items()},
        "intended_flows": _flows(overview.intended(output.estate, output.network, names)),
        "allowed_connections": [
            {"source": source, "to": to, "ports": list(ports)}
            for source, to, ports in overview.allowed_connections(output.estate)
        ],
        "drift": list(output.drift),
    }
    return json_text(json_document("show", members))


def _root(root: Root) -> dict[str, Any]:
    return {
        "name": root.name,
        "folder": str(root.folder),
        "account": root.account,
        "region": root.region,
        "resources": dict(root.resources),
        "needs": list(root.waits_for),
    }


def _route_table(table: RouteTable) -> dict[str, Any]:
    return {
        "name": table.name,
        "associated": list(table.associated),
        "propagating": list(table.propagating),
        "static": list(table.static),
    }


def _site(paths: SitePaths) -> dict[str, Any]:
    return {
        "site": paths.site,
        "segment": paths.segment,
        "routing": paths.routing.value,
        "connections": list(paths.connections),
        "customer_gateways": list(paths.customer_gateways),
        "tunnels": paths.tunnels,
        "gbps": paths.together,
        "gbps_of_one_flow": paths.one_flow,
        "opened_by_site_alone": list(paths.waiting),
    }


def _flows(matrix: Matrix) -> Iterator[dict[str, Any]]:
    """The cells of the matrix that are part of the proof."""
    for source, destination, cell in matrix:
        if cell == "-":
            continue
        asked = None if cell == overview.ANY else cell != "no"
        egress = cell if cell not in ("yes", "no", overview.ANY) else None
        yield {"source": source, "destination": destination, "intended": asked, "egress": egress}
