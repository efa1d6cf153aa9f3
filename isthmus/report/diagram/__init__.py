"""The network as a picture: boxes and lines read back from Terraform, alike ones put together, written as Mermaid."""

from __future__ import annotations

from isthmus.network.model import Unknown
from isthmus.proof.subject import Subject
from isthmus.report.diagram.drawing import Drawing
from isthmus.report.diagram.network import drawn
from isthmus.report.diagram.together import readable


def picture(subject: Subject) -> Drawing:
    """What there is to see of a network. Raises `UnusableInput` where there is none."""
    sites = [site for site in subject.places.sites if site.connections]
    if subject.estate is None:
        # Then every connection is called a site, of which there may be nothing to tell.
        sites = [site for site in sites if site.networks or not isinstance(site.announces, Unknown)]
        return readable(drawn(subject.network, sites))
    accounts = {account.id: account.name for account in subject.estate.organization.accounts}
    return readable(drawn(subject.network, sites, accounts))
