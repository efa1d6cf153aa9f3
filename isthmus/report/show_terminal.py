"""The overview of an output for the terminal: as wide as the terminal, 80 columns and plain when piped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from isthmus.intent.backend import HcpTerraform
from isthmus.intent.estate import Estate
from isthmus.network.prefixes_from_aws import AdvertisedPrefixes
from isthmus.output.overview import ANY, Matrix, Root, RouteTable, SitePaths
from isthmus.report import headings
from isthmus.report.matrix_terminal import print_matrix
from isthmus.report.terminal import heading, print_trimmed, table


def print_roots(found: Sequence[Root], out: Console) -> None:
    """The root modules, in the order of apply."""
    regions = {root.region for root in found}
    in_region = f" in {regions.pop()}" if len(regions) == 1 else ""
    heading(out, f"Root modules{in_region}, in the order of apply")
    rows = table("environment", "account", "modules (resources)")
    for root in found:
        modules = ", ".join(f"{module} ({count})" for module, count in root.resources.items())
        # The name and the id on a line each, so that neither is broken.
        account = root.account.replace(" ", "\n") + ("" if in_region else f"\n{root.region}")
        rows.add_row(root.name, account, modules)
    print_trimmed(rows, out)


def print_route_tables(found: Sequence[RouteTable], out: Console) -> None:
    """The transit gateway route tables."""
    for route_table in found:
        heading(out, f"Route table {route_table.name}")
        _labelled(out, "associated ", route_table.associated)
        _labelled(out, "propagating", route_table.propagating)
        _labelled(out, "static     ", route_table.static)


def print_site_paths(found: Sequence[SitePaths], out: Console) -> None:
    """How each site is connected."""
    heading(out, headings.SITE_PATHS)
    for paths in found:
        single = ["single customer gateway"] * (len(paths.customer_gateways) == 1)
        waiting = [f"{', '.join(paths.waiting)}: only the site can open the tunnels again"] * bool(paths.waiting)
        _labelled(
            out,
            f"{paths.site} in {paths.segment}",
            (f"{paths}", f"over {', '.join(paths.connections)}", *single, *waiting),
        )


def print_advertised(found: Mapping[str, AdvertisedPrefixes], out: Console) -> None:
    """The prefixes that AWS advertises over each VPN connection."""
    heading(out, headings.ADVERTISED)
    for name, prefixes in found.items():
        _labelled(out, name, prefixes.listed)


def print_names(found: Mapping[str, Sequence[str]], out: Console) -> None:
    """DNS and interface endpoints; nothing if the output has none."""
    if found:
        heading(out, "DNS and interface endpoints")
    for name, answers in found.items():
        _labelled(out, name, answers)


def print_intended(matrix: Matrix, out: Console) -> None:
    """The intended reachability."""
    heading(out, headings.INTENDED)
    print_matrix(matrix.names, matrix.cell, _coloured, out, kind=matrix.kind, segments=matrix.segments)
    if matrix.holds(ANY):
        print_trimmed(Text(f"{ANY}: the intent neither asks for it nor excludes it"), out)


def print_allowed(found: Sequence[tuple[str, str, Sequence[str]]], out: Console) -> None:
    """The allowed connections; nothing if the intent restricts none."""
    if found:
        heading(out, "Allowed connections (between these pairs, all others are denied)")
    for source, to, ports in found:
        _labelled(out, f"{source} -> {to}", ports)


def print_next_steps(found: Sequence[Root], out: Console) -> None:
    """What to do next, and in which order."""
    heading(out, "Next")
    folders = {root.folder.parent for root in found}
    for number, step in enumerate(steps(found), 1):
        text = f"{number}. {', '.join(root.name for root in step)}"
        reads = sorted({name for root in step for name in root.waits_for})
        if reads:
            verb = "needs" if len(step) == 1 else "each needs"
            first = "it" if len(reads) == 1 else "them"
            text += f": {verb} the outputs of {', '.join(reads)}: apply {first} first"
        print_trimmed(Text(text), out)
        name = step[0].name if len(step) == 1 else "<environment>"
        for folder in folders:
            for command in ("init", "plan -out=tfplan", "apply tfplan"):
                out.print(Text(f"     terraform -chdir={folder / name} {command}"), soft_wrap=True)
    order = " ".join(root.name for root in found)
    out.print(Text("Or all at once, with the cdktf command line:"))
    out.print(Text(f"     cdktf deploy {order}"), soft_wrap=True)
    out.print(Text("Destroy in the opposite order."))
    print_trimmed(Text("If you remove something, apply in the opposite order of the previous output."), out)


def print_shares(found: Sequence[Root], estate: Estate, out: Console) -> None:
    """The workspaces of HCP Terraform that must share their state; nothing for other backends, which use IAM roles."""
    readers = {root.name: [reader.name for reader in found if root.name in reader.waits_for] for root in found}
    backend = estate.backend
    if not isinstance(backend, HcpTerraform) or not any(readers.values()):
        return
    workspaces = {name: backend.workspace(estate.name, estate.region, name) for name in readers}
    heading(out, "Workspaces that must share their state, and with which workspaces")
    width = max(map(len, workspaces.values()))
    for name, others in readers.items():
        if others:
            _labelled(out, workspaces[name].ljust(width), [workspaces[other] for other in others])


def steps(found: Sequence[Root]) -> list[list[Root]]:
    """The root modules in groups. You can apply a group after the groups before it, its members in any order."""
    groups: list[list[Root]] = []
    group_of: dict[str, int] = {}
    for root in found:
        group_of[root.name] = max((group_of[name] + 1 for name in root.waits_for), default=0)
        groups += [[]] * (group_of[root.name] == len(groups))
        groups[group_of[root.name]] = [*groups[group_of[root.name]], root]
    return groups


def _labelled(out: Console, label: str, items: Iterable[str]) -> None:
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_column(no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(Text(f"  {label}"), Text(", ".join(items) or "none"))
    print_trimmed(row, out)


def _coloured(cell: str) -> Text:
    return Text(cell, style={"yes": "green", "no": "dim", "-": "dim"}.get(cell, "cyan"))
