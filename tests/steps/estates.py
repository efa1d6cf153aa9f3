"""Changes of small estates, each as the estate before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from isthmus.intent import (
    CustomerGateway,
    Egress,
    Environment,
    Estate,
    Segment,
    Site,
    Spoke,
    VpnConnection,
    check,
)
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.terraform.order.estates import APPS, EGRESS, NETWORK, SERVICES, SHARED, SITE, TEAM, VPN, WEB, plain

Change = tuple[Estate, Estate]

_GATEWAY = CustomerGateway("dc1-02", ip_address="203.0.113.11", bgp_asn=65_010)
_OTHER = VpnConnection("dc1-02", customer_gateway="dc1-02", number=2, segment="services")
_BOTH = replace(NETWORK, vpn_connections=[VPN, _OTHER])
_DC2 = Site(
    "dc2",
    networks={"labs": "172.24.0.0/16"},
    advertises=["172.24.0.0/16"],
    customer_gateways=[replace(_GATEWAY, bgp_asn=65_011)],
)
_LABS = Segment("labs", reaches=["services"], allowed_egress={Egress.NONE}, may_be_attached_by=["teams"])
_LAB = Environment(
    "lab", account="teams", spokes=[Spoke("lab", cidr="10.1.32.0/20", segment="labs", egress=Egress.NONE)]
)


def _spokes(egress: Egress, segments: tuple[str, str] = ("services", "apps")) -> list[Environment]:
    """Two root modules with a spoke each, that reach each other."""
    return [
        Environment("shared", account="network", spokes=[replace(SHARED, egress=egress, segment=segments[0])]),
        replace(TEAM, spokes=[replace(WEB, egress=egress, segment=segments[1])]),
    ]


_ON_PREMISES = plain(environments=[NETWORK, *_spokes(Egress.ON_PREMISES)])


def _central(egress: Egress) -> Estate:
    segments = [replace(one, allowed_egress={Egress.ON_PREMISES, Egress.CENTRAL}) for one in (SERVICES, APPS)]
    out = Environment("egress", account="network", egress=EGRESS, protected=False)
    return plain(segments=segments, environments=[NETWORK, out, *_spokes(egress)])


def _exchanged(first: str, second: str) -> Estate:
    """Two segments that do not reach each other, with one spoke in each."""
    segments = [Segment(name, allowed_egress={Egress.NONE}, may_be_attached_by=["teams"]) for name in ("red", "blue")]
    return plain(segments=[SERVICES, *segments], environments=[NETWORK, *_spokes(Egress.NONE, (first, second))])


CHANGES: Mapping[str, Change] = {
    "second VPN connection": (
        _ON_PREMISES,
        replace(
            _ON_PREMISES,
            sites=[replace(SITE, customer_gateways=[*SITE.customer_gateways, _GATEWAY])],
            environments=[_BOTH, *_spokes(Egress.ON_PREMISES)],
        ),
    ),
    "new segment": (
        _ON_PREMISES,
        replace(
            _ON_PREMISES, segments=[SERVICES, APPS, _LABS], environments=[NETWORK, *_spokes(Egress.ON_PREMISES), _LAB]
        ),
    ),
    "new site": (
        _ON_PREMISES,
        replace(_ON_PREMISES, sites=[SITE, _DC2], environments=[_BOTH, *_spokes(Egress.ON_PREMISES)]),
    ),
    "central egress at once": (_ON_PREMISES, _central(Egress.CENTRAL)),
    "central egress, first allowed": (_ON_PREMISES, _central(Egress.ON_PREMISES)),
    "central egress, then used": (_central(Egress.ON_PREMISES), _central(Egress.CENTRAL)),
    "segments exchanged": (_exchanged("red", "blue"), _exchanged("blue", "red")),
}


def written(change: Change, folder: Path) -> tuple[Path, Path]:
    """The outputs before and after a change, as folders."""
    paths = folder / "base", folder / "head"
    for path, estate in zip(paths, change, strict=True):
        write_output(path, synthesize(check(estate)))
    return paths
