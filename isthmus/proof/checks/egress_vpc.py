"""The egress VPC is a way, not a place: nobody inside the estate reaches what is in it."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.intent import Estate, Inspection
from isthmus.network.answers import InSubnet, Outcome
from isthmus.network.model import AttachmentKind
from isthmus.network.packet_classes import packet_classes
from isthmus.proof.checks.causes import Naming
from isthmus.proof.pairs.locations import LocationKind
from isthmus.proof.pairs.matrix import AllPairs
from isthmus.proof.result.findings import Violation


def egress_violations(estate: Estate, egress: str, pairs: AllPairs, naming: Naming) -> Iterator[Violation]:
    """Who reaches what is in the egress VPC, and an attachment that tears flows apart.

    `egress` is the VPC's address, or "" where there is none.
    """
    yield from _inhabited(egress, pairs, naming)
    if estate.egress is not None and estate.egress.inspection is Inspection.VPC:
        for attachment in pairs.engine.network.attachments.values():
            is_its = attachment.kind is AttachmentKind.VPC and attachment.attached == egress
            if is_its and attachment.appliance_mode is not True and len(attachment.subnets) > 1:
                why = "a firewall in several zones, and its attachment is not in appliance mode"
                yield Violation("appliance-mode-off", why, (attachment.address,))


def _inhabited(egress: str, pairs: AllPairs, naming: Naming) -> Iterator[Violation]:
    """Spokes and site networks that reach a subnet of the egress VPC, the NAT gateways' and firewalls' included."""
    subnets = [subnet.address for subnet in pairs.inventory.subnets(egress)] if egress else []
    for name in pairs.representatives() if subnets else ():
        if pairs.locations.by_name[name].kind is LocationKind.INTERNET:
            continue
        for end in pairs.sample_addresses(name):
            found = (
                each for subnet in subnets for each in packet_classes(pairs.engine, end.position, InSubnet(subnet))
            )
            open_ = [path for each in found for path in each.trip.forward.paths if path.outcome is Outcome.REACHABLE]
            if open_:
                why = f"it reaches {open_[0].end} in the egress VPC, which is a way and no place"
                yield Violation("unintended-flow", why, naming.of_leak(open_[:1]), name, egress)
                break
