from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy
from tunnel_algorithms import below_minimum

_MINIMUM: set[object] = {"SHA2-384", "SHA2-512"}
_WITH_REASON: set[object] = {"SHA2-256", "SHA2-384", "SHA2-512"}
_AWS_DEFAULT = ("SHA1", "SHA2-256", "SHA2-384", "SHA2-512")


class TunnelsVerifyWithSha384(ResourcePolicy):
    """Unless a list is given, AWS accepts SHA-1 too and the customer gateway chooses. Both phases need the list.

    SHA2-256 passes with the tag `isthmus:tunnel1-algorithms` or `isthmus:tunnel2-algorithms`: its value is the reason.
    """

    id = "CKV_ISTHMUS_18"
    rating = "HIGH"
    info = "Both phases of both tunnels verify with SHA-384 or SHA-512, or state a reason"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html"
    resources = ("aws_vpn_connection",)

    def problems(self, block: Block) -> Iterator[str]:
        yield from below_minimum(block, "integrity_algorithms", _MINIMUM, _WITH_REASON, _AWS_DEFAULT)


check = TunnelsVerifyWithSha384()
