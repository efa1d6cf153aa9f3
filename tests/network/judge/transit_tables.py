"""Which routes of a transit gateway table win.

vpc/latest/tgw/how-transit-gateways-work.html
"""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.network.model import AdvertisedPrefix, Attachment, AttachmentKind, Cidr, Unknown
from tests.network.judge.carried import Ip
from tests.network.judge.facts import Facts
from tests.network.judge.found import Found, best
from tests.network.judge.unknown_reason import Unclear, contains, known, length, prefix_of, truth

# Propagated routes of equal length, the preferred first. vpc/latest/tgw/how-transit-gateways-work.html
PREFERENCE = (
    AttachmentKind.VPC,
    AttachmentKind.DX_GATEWAY,
    AttachmentKind.CONNECT,
    AttachmentKind.PRIVATE_VPN,
    AttachmentKind.VPN,
)


class TransitTables(Facts):
    """Static and propagated routes of transit gateway tables."""

    def _look_up_transit(self, table: str, destination: Ip) -> list[Found]:
        """vpc/latest/tgw/how-transit-gateways-work.html, route evaluation order."""
        winners = best(self._candidates_transit(table, destination))
        return list({found.target: found for found in winners}.values())

    def _candidates_transit(self, table: str, destination: Ip) -> list[Found]:
        candidates: list[Found] = []
        for route in self.network.tgw_tables[table].routes:
            for prefix in self._prefixes(route):
                if contains(prefix, destination):
                    rank = (1,) if self._is_list(route) else (0,)
                    candidates.append(Found(length(prefix), rank, route.attachment, f"{prefix} of {route.address}"))
        for name in self.network.tgw_tables[table].propagations:
            attachment = self.network.attachments[known(name)]
            for learned in self._propagates(attachment):
                if contains(learned.prefix, destination) and not self._taken(table, attachment, learned.prefix):
                    order = (2, PREFERENCE.index(attachment.kind), learned.as_path, learned.med)
                    why = f"{learned.prefix} propagated by {attachment.address}"
                    candidates.append(Found(length(learned.prefix), order, attachment.address, why))
        return candidates

    def _taken(self, table: str, attachment: Attachment, prefix: Cidr) -> bool:
        """Whether a VPC that came earlier has some of a VPC's range: then the table does not learn it.

        AWSEC2/latest/APIReference/API_CreateTransitGatewayVpcAttachment.html. Within one table; what several tables
        learn of VPCs that overlap is not documented.
        """
        order = [name for name in self.came_in_order if name in self.network.tgw_tables[table].propagations]
        if attachment.kind is not AttachmentKind.VPC or attachment.address not in order:
            return False
        earlier = order[: order.index(attachment.address)]
        vpcs = {known(self.network.attachments[name].attached) for name in earlier} - {attachment.attached}
        ranges = [prefix_of(cidr) for vpc in vpcs for cidr in self.network.vpcs[vpc].cidrs]
        return any(contains(one, prefix[0]) or contains(prefix, one[0]) for one in ranges)

    def _propagates(self, attachment: Attachment) -> Iterator[AdvertisedPrefix]:
        """What a table learns from an attachment: a VPC's prefixes, or what a site's routers advertise."""
        if self._down(attachment.address):
            return
        match attachment.kind:
            case AttachmentKind.VPC:
                for cidr in self.network.vpcs[known(attachment.attached)].cidrs:
                    if isinstance(cidr, Unknown):
                        raise Unclear(cidr.reason)
                    yield AdvertisedPrefix(cidr, 0, 0)
            case AttachmentKind.VPN | AttachmentKind.PRIVATE_VPN:
                connection = self.network.vpns[known(attachment.attached)]
                if self._up(connection) and not truth(connection.static):
                    yield from self._advertised_on(connection.address)
            case AttachmentKind.DX_GATEWAY:
                if not self._down(attachment.attached):
                    yield from self._advertised_on(known(attachment.attached))
            case AttachmentKind.PEERING | AttachmentKind.NETWORK_FUNCTION:
                return  # static routes only
            case AttachmentKind.CONNECT:
                raise Unclear(f"{attachment.address}: Connect attachments are not modeled")
