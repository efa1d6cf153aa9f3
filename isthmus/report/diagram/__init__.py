"""The network as a picture: boxes and lines read back from Terraform, alike ones put together, written as Mermaid."""

from __future__ import annotations

from isthmus.network.model import Unknown
from isthmus.proof.analysis import Analysis
from isthmus.report.diagram.compared import compared
from isthmus.report.diagram.drawing import Drawing
from isthmus.report.diagram.groups import readable
from isthmus.report.diagram.network import drawn


def picture(subject: Analysis, base: Analysis | None = None) -> Drawing:
    """What there is to see of a network, or how it differs from `base`. Raises `UnusableInput` where there is none."""
    whole = _whole(subject)
    return readable(whole if base is None else compared(_whole(base), whole))


def _whole(subject: Analysis) -> Drawing:
    sites = [site for site in subject.locations.sites if site.connections]
    if subject.estate is None:
        # Then every connection is called a site, of which there may be nothing to tell.
        sites = [site for site in sites if site.networks or not isinstance(site.advertises, Unknown)]
        return drawn(subject.network, sites)
    return drawn(subject.network, sites, {account.id: account.name for account in subject.estate.organization.accounts})
