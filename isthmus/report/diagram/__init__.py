"""The network as a diagram: boxes and lines from Terraform, equivalent boxes merged, written as Mermaid."""

from __future__ import annotations

from isthmus.network.model import Unknown
from isthmus.proof.analysis import Analysis
from isthmus.report.diagram.compared import compared
from isthmus.report.diagram.drawing import Drawing
from isthmus.report.diagram.groups import readable
from isthmus.report.diagram.network import drawn


def picture(subject: Analysis, base: Analysis | None = None) -> Drawing:
    """The drawing of a network, or of its difference from `base`. Raises `UnusableInput` if there is no network."""
    return readable(whole(subject, base))


def whole(subject: Analysis, base: Analysis | None = None) -> Drawing:
    """The same drawing with a box of its own for everything. Raises `UnusableInput` if there is no network."""
    return _drawn(subject) if base is None else compared(_drawn(base), _drawn(subject))


def _drawn(subject: Analysis) -> Drawing:
    sites = [site for site in subject.locations.sites if site.connections]
    if subject.estate is None:
        # Without an intent each connection is a site. Sites without known prefixes are left out.
        sites = [site for site in sites if site.networks or not isinstance(site.advertises, Unknown)]
        return drawn(subject.network, sites)
    return drawn(
        subject.network,
        sites,
        {account.id: account.name for account in subject.estate.all_accounts},
        {
            interface.name: interface.location
            for gateway in subject.estate.direct_connect
            for interface in gateway.virtual_interfaces
        },
    )
