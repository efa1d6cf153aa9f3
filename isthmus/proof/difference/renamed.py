"""The earlier network under the names and addresses of the later one, so that only what differs is compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from isthmus.changes.moves import moves_between, under_moves
from isthmus.intent import Estate, Segment, Site, Spoke
from isthmus.intent.former_names import Names, Rename, renames, under_names
from isthmus.network.from_terraform import network_of
from isthmus.proof.analysis import Analysis


def under_later_names(before: Analysis, after: Analysis) -> Analysis:
    """The earlier network, with the new Terraform addresses of `moved` blocks and the new names of `was`.

    Connections, virtual interfaces and customer gateways keep their names: the intent finds them by their name in AWS.
    """
    moves = moves_between(before.graph, after.graph)
    found = before
    if moves:
        graph = under_moves(before.graph, moves)
        advertises = {moves.get(address, address): prefixes for address, prefixes in before.advertises.items()}
        sites = {name: tuple(moves.get(one, one) for one in ours) for name, ours in before.sites.items()}
        found = replace(found, network=network_of(graph), graph=graph, advertises=advertises, sites=sites)
    renamed = list(_renamed(before.estate, after.estate))
    if renamed and before.estate is not None:
        names: Names = {
            kind: {one.former: one.name for one in renamed if one.kind is kind} for kind in (Spoke, Segment, Site)
        }
        notes = (f"{one.kind.__name__.lower()} {one.former} has the new name {one.name}" for one in renamed)
        estate = under_names(before.estate, names)
        found = replace(found, estate=estate, notes=(*found.notes, *notes))
    return found


def _renamed(before: Estate | None, after: Estate | None) -> Iterator[Rename]:
    """The renames that the later estate states, of objects that the earlier one has under the former name only."""
    if before is None or after is None:
        return
    had: Mapping[type, set[str]] = {
        Spoke: {spoke.name for _, spoke in before.spokes},
        Segment: {segment.name for segment in before.segments},
        Site: {site.name for site in before.sites},
    }
    for one in renames(after):
        if one.kind in had and one.former in had[one.kind] and one.name not in had[one.kind]:
            yield one
