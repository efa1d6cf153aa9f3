"""VPC Block Public Access: what an account lets through the internet gateways and egress-only gateways of a Region.

It looks at neither route tables, network ACLs nor security groups, and it does not look at private connections (transit
gateways, VPNs, peerings, VPC endpoints). https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from isthmus.terraform.graph import Unknown

RULE = "public-access-blocked"
BIDIRECTIONAL, INGRESS, OFF = "block-bidirectional", "block-ingress", "off"
ALLOW_BOTH, ALLOW_EGRESS = "allow-bidirectional", "allow-egress"


class GatewayPath(NamedTuple):
    """How packets pass a gateway of a VPC.

    - `inbound`: whether they open a connection from the internet.
    - `outbound_only`: whether a NAT gateway or an egress-only gateway is on their way, which let no connection in.
    - `subnets`: the subnets of the gateway's VPC on the way; "" is among them where one is not known.
    - `inspected`: whether a firewall or appliance stands between the gateway and the VPC's last NAT gateway, or host.
    """

    inbound: bool
    outbound_only: bool
    subnets: tuple[str, ...]
    inspected: bool


@dataclass(frozen=True, slots=True)
class PublicAccess:
    """Block Public Access as it applies to one VPC.

    `options` is the address of what sets `mode`, which is not "off". `excluded` is the exclusion of the whole VPC, ""
    for none; `subnets` are those of single subnets. `doubt` is why there may be other exclusions than these, or "".
    """

    options: str
    mode: str | Unknown
    excluded: str | Unknown = ""
    subnets: Mapping[str, str | Unknown] = field(default_factory=dict)
    unknown_reason: str = ""

    def passes(self, way: GatewayPath) -> bool | Unknown:
        """Whether packets pass, as far as Block Public Access decides it."""
        if isinstance(self.mode, Unknown):
            return Unknown(f"the mode of {self.options}: {self.mode.reason}")
        if self.mode == INGRESS and way.outbound_only and not way.inbound and not way.inspected:
            return True  # with exclusions and without them
        exclusion = self.exclusion(way.subnets)
        if isinstance(exclusion, Unknown):
            return exclusion
        through = self._through(exclusion, way)
        if through is False or not way.inspected:
            return through
        # The guide says that firewalls are blocked "even if the subnet containing firewall endpoints is excluded".
        # https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa-basics.html#security-vpc-bpa-service-support
        return Unknown(f"whether {self.options} lets inspected packets through")

    def _through(self, exclusion: str, way: GatewayPath) -> bool | Unknown:
        if exclusion == ALLOW_BOTH:
            return True
        if self.mode == INGRESS:  # an exclusion for egress applies to the bidirectional mode only
            return way.outbound_only and not way.inbound
        if exclusion == ALLOW_EGRESS and not way.inbound:
            if way.outbound_only:
                return True
            return Unknown(f"whether an exclusion for egress from {self.options} covers hosts with public addresses")
        return False

    def exclusion(self, subnets: Collection[str]) -> str | Unknown:
        """The exclusion that packets on a way through some subnets have, "" for none.

        AWS does not say what counts where the subnets on a way are excluded differently.
        """
        if self.unknown_reason:
            return Unknown(self.unknown_reason)
        modes = [self.subnets.get(subnet, "") for subnet in subnets]
        if self.excluded:
            modes = [self.excluded, *(mode for mode in modes if mode)]
        unknown = next((mode for mode in modes if isinstance(mode, Unknown)), None)
        if unknown is not None or len(set(modes)) > 1:
            why = f"which exclusion from {self.options} counts for packets through {_list(subnets)}"
            return unknown or Unknown(why)
        return str(modes[0]) if modes else ""


def _list(subnets: Collection[str]) -> str:
    return " and ".join(subnet or "another subnet" for subnet in subnets)
