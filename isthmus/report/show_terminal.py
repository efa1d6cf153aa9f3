"""The overview of an output for the terminal: 80 columns, plain when piped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from rich.console import Console
from rich.table import Table
from rich.text import Text

from isthmus.intent.backend import HcpTerraform
from isthmus.intent.estate import Estate
from isthmus.network.answers import AdvertisedPrefixes
from isthmus.output.overview import ANY, Matrix, Root, RouteTable, SitePaths
from isthmus.report.matrix_classes import shown
from isthmus.report.terminal import print_trimmed

_COLUMNS = 5


def print_roots(found: Sequence[Root], out: Console) -> None:
    """The root modules, in the order of apply."""
    regions = {root.region for root in found}
    of_all = f" of {regions.pop()}" if len(regions) == 1 else ""
    _title(out, f"Root modules{of_all}, in the order in which they are applied")
    table = _table("environment", "account", "modules (resources)")
    for root in found:
        modules = ", ".join(f"{module} ({count})" for module, count in root.resources.items())
        # The name, then the id, each whole.
        account = root.account.replace(" ", "\n") + ("" if of_all else f"\n{root.region}")
        table.add_row(root.name, account, modules)
    print_trimmed(table, out)


def print_route_tables(found: Sequence[RouteTable], out: Console) -> None:
    """The transit gateway route tables."""
    for route_table in found:
        _title(out, f"Route table {route_table.name}")
        _wrapped(out, "associated ", route_table.associated)
        _wrapped(out, "propagating", route_table.propagating)
        _wrapped(out, "static     ", route_table.static)


def print_ways(found: Sequence[SitePaths], out: Console) -> None:
    """How each site is connected."""
    _title(out, "How each site is connected")
    for way in found:
        alone = ["by one customer gateway alone"] * (len(way.customer_gateways) == 1)
        waiting = [f"{', '.join(way.waiting)}: only the site opens tunnels again"] * bool(way.waiting)
        about = (f"{way}", f"over {', '.join(way.connections)}", *alone, *waiting)
        _wrapped(out, f"{way.site} in {way.segment}", about)


def print_advertised(found: Mapping[str, AdvertisedPrefixes], out: Console) -> None:
    """What each site receives."""
    _title(out, "What AWS advertises to each site")
    for name, told in found.items():
        _wrapped(out, name, told.listed)


def print_names(found: Mapping[str, Sequence[str]], out: Console) -> None:
    """Who answers for which names; nothing where nobody does."""
    if found:
        _title(out, "Names and services")
    for name, said in found.items():
        _wrapped(out, name, said)


def print_matrix(matrix: Matrix, out: Console) -> None:
    """Who is meant to reach whom; wide matrices in several pieces, those of large networks one row for all alike."""
    _title(out, "Who is meant to reach whom (from the left to the top)")
    few = shown(matrix.names, lambda a, b: matrix.cells[a, b])
    if few.too_many:
        out.print(Text(f"{len(matrix.names)} parties of {len(few.standing_for)} kinds: more than fits here."))
        return
    columns = iter(few.standing_for)
    while chunk := list(islice(columns, _COLUMNS)):
        table = _table("", *map(few.label, chunk))
        for name in few.standing_for:
            if name != "internet":
                table.add_row(few.label(name), *(_coloured(few.between(name, other)) for other in chunk))
        print_trimmed(table, out)
    for sentence in few.legend():
        print_trimmed(Text(sentence), out)
    if ANY in matrix.cells.values():
        print_trimmed(Text(f"{ANY}: the intent neither asks for it nor excludes it"), out)


def print_opened(found: Sequence[tuple[str, str, Sequence[str]]], out: Console) -> None:
    """Who may open which connections to whom, where that is said; nothing where it is not."""
    if found:
        _title(out, "Of those, these open to each other what is listed and nothing else")
    for source, to, ports in found:
        _wrapped(out, f"{source} -> {to}", ports)


def print_next_steps(found: Sequence[Root], out: Console) -> None:
    """What to do next, and in which order."""
    _title(out, "Next")
    folders = {root.folder.parent for root in found}
    for number, step in enumerate(steps(found), 1):
        together = f"{number}. {', '.join(root.name for root in step)}"
        reads = sorted({name for root in step for name in root.waits_for})
        if reads:
            those = "reads" if len(step) == 1 else "each reads"
            together += f": {those} outputs of {', '.join(reads)}, so it cannot be planned before"
        print_trimmed(Text(together), out)
        name = step[0].name if len(step) == 1 else "<environment>"
        for folder in folders:
            for command in ("init", "plan"):
                out.print(Text(f"     terraform -chdir={folder / name} {command}"), soft_wrap=True)
    order = " ".join(root.name for root in found)
    out.print(Text("Or all at once, with the cdktf command line:"))
    out.print(Text(f"     cdktf deploy {order}"), soft_wrap=True)
    out.print(Text("Destroy in the opposite order."))
    out.print(Text("Where you take something away, apply in the opposite order of the output before."))


def print_shares(found: Sequence[Root], estate: Estate, out: Console) -> None:
    """Of HCP Terraform, which state has to be shared with whom; nothing of other backends, where roles say it."""
    readers = {root.name: [reader.name for reader in found if root.name in reader.waits_for] for root in found}
    backend = estate.backend
    if not isinstance(backend, HcpTerraform) or not any(readers.values()):
        return
    workspaces = {name: backend.workspace(estate.name, estate.region, name) for name in readers}
    _title(out, "Workspaces to share the state of, and with whom")
    width = max(map(len, workspaces.values()))
    for name, others in readers.items():
        if others:
            _wrapped(out, workspaces[name].ljust(width), [workspaces[other] for other in others])


def steps(found: Sequence[Root]) -> list[list[Root]]:
    """The roots in groups: each group may be applied once those before it are, its members in any order."""
    groups: list[list[Root]] = []
    place: dict[str, int] = {}
    for root in found:
        place[root.name] = max((place[name] + 1 for name in root.waits_for), default=0)
        groups += [[]] * (place[root.name] == len(groups))
        groups[place[root.name]] = [*groups[place[root.name]], root]
    return groups


def _title(out: Console, text: str) -> None:
    out.print()
    out.print(Text(text, style="bold"))


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _wrapped(out: Console, label: str, items: Iterable[str]) -> None:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(Text(f"  {label}"), Text(", ".join(items) or "none"))
    print_trimmed(table, out)


def _coloured(cell: str) -> Text:
    return Text(cell, style={"yes": "green", "no": "dim", "-": "dim"}.get(cell, "cyan"))
