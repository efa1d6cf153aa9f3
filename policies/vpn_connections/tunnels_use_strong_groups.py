from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy
from tunnel_algorithms import below_minimum

_MINIMUM: set[object] = {20, 21}
_WITH_REASON: set[object] = {14, 15, 16, 17, 18, 19, 20, 21}
_AWS_DEFAULT = (2, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24)


class TunnelsUseStrongGroups(ResourcePolicy):
    """Unless a list is given, AWS accepts 1024 bit groups too (2; 5 in phase 2), and the weakest one that both sides
    know decides who can read the traffic later. `plan` does not even refuse group numbers that do not exist.

    Groups 14 to 19 pass with the tag `isthmus:tunnel1-algorithms` or `isthmus:tunnel2-algorithms`: its value is the
    reason.
    """

    id = "CKV_ISTHMUS_19"
    rating = "HIGH"
    info = "Both phases of both tunnels exchange keys over P-384 or P-521 (groups 20 and 21), or state a reason"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html"
    resources = ("aws_vpn_connection",)

    def problems(self, block: Block) -> Iterator[str]:
        yield from below_minimum(block, "dh_group_numbers", _MINIMUM, _WITH_REASON, _AWS_DEFAULT)


check = TunnelsUseStrongGroups()
