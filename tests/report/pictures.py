"""Diagrams to read, one in each file of `pictures`: two estates, a difference, and a network with what they lack.

`python -m tests.report.pictures` draws them anew, and the picture of the README. Look at the difference, rendered,
before committing it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from isthmus import proof
from isthmus.network.model import AttachmentKind, EndpointKind, Firewall, Unknown, VpcEndpoint, VpcPeering
from isthmus.report.diagram import mermaid, picture
from isthmus.report.diagram.network import drawn
from isthmus.report.diagram.svg import svg
from tests.modules.synthesized import files_of
from tests.network.networks import Draft
from tests.proof.estates import write

FOLDER = Path(__file__).parent / "pictures"
README = Path(__file__).parents[2] / "docs/network.svg"  # the network of this repository, with both ends of the VPN
ESTATES = ("environments.estate", "examples.stage_4_central_egress")
BEFORE = "examples.stage_3_every_vpc"


def current() -> Mapping[str, str]:
    """Every picture as it is today, by file name."""
    with tempfile.TemporaryDirectory() as folder:
        read = {name: proof.read(write(files_of(name), Path(folder) / name)) for name in (*ESTATES, BEFORE)}
    made = {name: picture(read[name]) for name in ESTATES}
    return {
        f"{ESTATES[1]}.diff.mmd": mermaid.text(picture(read[ESTATES[1]], read[BEFORE])),
        **{f"{name}.mmd": mermaid.text(drawing) for name, drawing in made.items()},
        "other_networks.mmd": mermaid.text(drawn(others().network(), others().sites)),
    }


def readme() -> str:
    """The picture of the README as it is today."""
    with tempfile.TemporaryDirectory() as folder:
        read = proof.read(write(files_of(ESTATES[0]), Path(folder)))
    return svg(picture(read), "The network of this repository")


def others() -> Draft:
    """Peering, a virtual private gateway, Direct Connect, two transit gateways, and a firewall on one."""
    d = Draft()
    d.hub()
    d.hub("other-hub")
    for number, vpc in enumerate(("app", "data", "legacy", "lab"), 1):
        d.vpc(vpc, f"10.{number}.0.0/16")
        leads = {"0.0.0.0/0": "hub"} if vpc in ("app", "data") else {}
        d.subnet(f"{vpc}1", vpc, f"10.{number}.1.0/24", routes=leads, propagating=["vgw"] if vpc == "legacy" else [])
    d.attach("app", "main")
    d.attach("data", "main")
    d.attach("legacy", None)
    d.attach("legacy", "far", gateway="other-hub", appliance=True)
    d.internet_gateway("igw", "lab")
    d.egress_only("egress-only", "lab")
    d.nat("nat", "lab1")
    d.interface_endpoint("endpoint", "data", ["data1"], [])
    for name in ("west", "east"):
        d.firewall(f"firewall-{name}", "data", "data1")
    balanced = VpcEndpoint(
        "balanced", EndpointKind.GATEWAY_LOAD_BALANCER, "data", "com.amazonaws.vpce.us-east-1.inspect"
    )
    d.put("endpoints", balanced)
    d.peering("peering", "app", "data")
    d.put("peerings", VpcPeering("partner", "lab", Unknown("another account")))
    d.vpn_gateway("vgw", "legacy")
    d.vpn("old-office", gateway="vgw", static=True, routes=["192.168.0.0/16"])
    d.vpn("office", "main", static=True)
    d.dx("dx", "main", "10.0.0.0/8")
    d.put("firewalls", Firewall("firewall", gateway="hub"))
    d.attach_other(AttachmentKind.NETWORK_FUNCTION, "firewall", "inspected")
    d.attach_other(AttachmentKind.PEERING, "other-hub", "inspected")
    d.attach_other(AttachmentKind.CONNECT, "sdwan", "main", transport="att-app")
    d.tgw_table(
        "main",
        learns=["att-data", "att-dx"],
        routes={"192.168.7.0/24": "att-office", "10.1.0.0/16": "att-app", "0.0.0.0/0": "att-firewall"},
    )
    d.tgw_table("inspected", learns=["att-app", Unknown("another root")], routes={"10.0.0.0/8": None})
    d.tgw_table("far", gateway="other-hub")
    d.site("headquarters", ["office", "dx"], ["10.8.0.0/16", "0.0.0.0/0"], ["10.8.0.0/16"])
    return d


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in current().items():
        (FOLDER / name).write_text(text)
    README.write_text(readme())
