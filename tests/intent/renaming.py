"""Renames of estates: an object gets another name, with or without `was`, and every reference follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from isthmus.intent import Estate
from isthmus.intent.former_names import Renamable, renamable, under_names


def renamed(estate: Estate, kind: type[Renamable], old: str, new: str, *, was: str | None = "") -> Estate:
    """The estate with another name of an object, and `was` for it: the old name if it is "". Other `was` stay."""
    assert any(type(thing) is kind and thing.name == old for thing in renamable(estate)), old
    stated = {(type(thing), thing.name): thing.was for thing in renamable(estate)}
    stated[kind, new] = old if was == "" else was

    def marked(thing: Any) -> Any:
        return replace(thing, was=stated[type(thing), thing.name])

    after = under_names(estate, {kind: {old: new}})
    return replace(
        after,
        segments=[marked(segment) for segment in after.segments],
        sites=[
            replace(marked(site), customer_gateways=[marked(gateway) for gateway in site.customer_gateways])
            for site in after.sites
        ],
        environments=[
            replace(
                environment,
                spokes=[marked(spoke) for spoke in environment.spokes],
                vpn_connections=[marked(connection) for connection in environment.vpn_connections],
                direct_connect=[
                    replace(
                        marked(gateway),
                        virtual_interfaces=[marked(interface) for interface in gateway.virtual_interfaces],
                    )
                    for gateway in environment.direct_connect
                ],
            )
            for environment in after.environments
        ],
    )
